import { isSecureUrl, type OriginFaultCode } from './origin.ts';
import { originFault } from './originFault.ts';
import { checkOptions } from './optionCheck.ts';
import { grantOf, isOAuthGrant, type GrantProperty } from './grants/all.ts';
import { usedProperties } from './grants/usage.ts';
import { OPTION_NAMES } from './options.ts';
import { OWN_PROPERTIES, type OwnProperty } from './options/server.ts';
import type { ClientAuthentication, SendAs, TokenProfile } from './profile.ts';
import { isRoutingHeader } from '../http/routingHeaders.ts';
import { parseUrl } from '../base/url.ts';
import { hasVariable } from './variables.ts';

export type ProfileFaultCode =
  | OriginFaultCode
  | 'grant_discouraged'
  | 'origins_missing'
  | 'property_missing'
  | 'property_unused'
  | 'secret_in_file'
  | 'value_invalid';

/** What is wrong with a profile, and where in it. */
export interface ProfileFault {
  readonly code: ProfileFaultCode;
  readonly message: string;
  readonly severity: 'error' | 'warning';
  /** Path inside the profile, such as `['origins', 0]`. */
  readonly path: readonly (string | number)[];
}

const WARNINGS: ReadonlySet<ProfileFaultCode> = new Set(['grant_discouraged', 'property_unused']);
/** RFC 9110 section 5.6.2. */
const HTTP_TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const ENDPOINTS = [
  'issuer',
  'tokenEndpoint',
  'authorizationEndpoint',
  'deviceAuthorizationEndpoint',
  'introspectionEndpoint',
  'revocationEndpoint',
  'jwksUri',
] as const;

type AddFault = (code: ProfileFaultCode, path: ProfileFault['path'], message: string) => void;

/** Checks what the types alone do not say. Strings that still hold `{{variables}}` are left for later. */
export function checkProfile(profile: TokenProfile): ProfileFault[] {
  const faults: ProfileFault[] = [];
  const add: AddFault = (code, path, message) => {
    faults.push({ code, path, message, severity: WARNINGS.has(code) ? 'warning' : 'error' });
  };

  if (profile.origins.length === 0) {
    add(
      'origins_missing',
      ['origins'],
      `Name in "origins" the allowed origins of the token "${profile.name}".`,
    );
  }
  profile.origins.forEach((origin, index) => {
    const fault = hasVariable(origin) ? null : originFault(origin);
    if (fault !== null) add(fault.code, ['origins', index], fault.message);
  });

  const sendAs = sendAsFault(profile.sendAs);
  if (sendAs !== null) add('value_invalid', ['sendAs'], sendAs);
  checkGrant(profile, add);
  for (const name of ENDPOINTS) {
    const fault = endpointFault(name, isOwn(name) ? profile[name] : profile.options[name]);
    if (fault !== null) add(fault.code, [name], fault.message);
  }
  if (profile.resource !== null && !hasVariable(profile.resource)) {
    // RFC 8707 section 2: an absolute URI without a fragment.
    const url = parseUrl(profile.resource);
    if (url === null || profile.resource.includes('#')) {
      add('value_invalid', ['resource'], '"resource" must be an absolute URI without a fragment.');
    }
  }
  checkOptions(profile, add);
  return faults;
}

/** What the grant needs, and what it has no use for. */
function checkGrant(profile: TokenProfile, add: AddFault): void {
  const { grant, clientAuthentication, options } = profile;
  const descriptor = grantOf(grant);
  if (descriptor.discouraged !== null) add('grant_discouraged', ['grant'], descriptor.discouraged);
  if (isOAuthGrant(grant)) {
    const direct = profile.tokenEndpoint !== null;
    const start = descriptor.signIn?.option ?? null;
    if (profile.issuer === null && !direct) {
      add('property_missing', [], `The grant ${grant} needs an "issuer" or a "tokenEndpoint".`);
    } else if (profile.issuer === null && start !== null && options[start] === null) {
      add('property_missing', [], `Without an "issuer" the grant ${grant} needs "${start}".`);
    }
  }
  const lacking = descriptor.lacks?.({ clientId: profile.clientId, claims: options.claims, options }) ?? null;
  if (lacking !== null) add('property_missing', [], lacking);
  const needed = new Set(descriptor.needs);
  if (isOAuthGrant(grant) && clientAuthentication !== 'none') needed.add('clientId');
  if (clientAuthentication === 'tls_client_auth') needed.add('certificateFile');
  for (const name of needed) {
    const value = written(profile, name);
    if (value === null || value === '')
      add('property_missing', [], `${needing(name, profile)} needs "${name}".`);
  }
  const used = usedProperties(profile);
  for (const name of PROPERTIES) {
    if (!used.has(name) && written(profile, name) !== null) {
      add(
        'property_unused',
        [name],
        `"${name}" has no effect with ${unusedWith(name, grant, clientAuthentication)}.`,
      );
    }
  }
}

function needing(name: GrantProperty, { grant, clientAuthentication }: TokenProfile): string {
  if (name === 'certificateFile') return clientAuthentication;
  return grantOf(grant).needs.includes(name) ? `The grant ${grant}` : clientAuthentication;
}

const OF_AUTHENTICATION: ReadonlySet<GrantProperty> = new Set([
  'algorithm',
  'keyId',
  'keyFile',
  'certificateFile',
]);

function unusedWith(name: GrantProperty, grant: string, authentication: ClientAuthentication): string {
  return OF_AUTHENTICATION.has(name)
    ? `the ${grant} grant and the client authentication ${authentication}`
    : `the ${grant} grant`;
}

/** Every property that only some grants use, in the order of `TokenProfile`. */
const PROPERTIES: readonly GrantProperty[] = [...OWN_PROPERTIES, ...OPTION_NAMES];

/** What the profile says; null where it says nothing. */
function written(profile: TokenProfile, name: GrantProperty): unknown {
  const value = isOwn(name) ? profile[name] : profile.options[name];
  return value === false ? null : value;
}

function isOwn(name: GrantProperty): name is OwnProperty {
  return OWN_PROPERTIES.some((own) => own === name);
}

function endpointFault(name: string, text: string | null): Pick<ProfileFault, 'code' | 'message'> | null {
  if (text === null || hasVariable(text)) return null;
  const url = parseUrl(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return { code: 'value_invalid', message: `"${name}" must be an https URL.` };
  }
  if (url.username !== '' || url.password !== '') {
    return { code: 'secret_in_file', message: `"${name}" must not contain a user name or password.` };
  }
  if (url.hash !== '' || (name === 'issuer' && url.search !== '')) {
    return {
      code: 'value_invalid',
      message: `"${name}" must be a URL without a fragment${name === 'issuer' ? ' or query' : ''}.`,
    };
  }
  if (!isSecureUrl(url)) {
    return {
      code: 'insecure_origin',
      message: `"${name}" must use https: Keyturn allows plain http only for this computer.`,
    };
  }
  return null;
}

/** What is wrong with a way to send a token, in a sentence; null for none. */
export function sendAsFault(sendAs: SendAs): string | null {
  if ('scheme' in sendAs) {
    return hasVariable(sendAs.scheme) || HTTP_TOKEN.test(sendAs.scheme)
      ? null
      : 'The scheme must be one word, such as "Bearer".';
  }
  if ('header' in sendAs) {
    if (hasVariable(sendAs.header)) return null;
    if (!HTTP_TOKEN.test(sendAs.header)) return 'The header must be a header name, such as "X-API-Key".';
    return isRoutingHeader(sendAs.header) ? 'Keyturn cannot send a token in this header.' : null;
  }
  if ('query' in sendAs)
    return sendAs.query === '' ? 'The name of the query parameter must not be empty.' : null;
  // RFC 7617 section 2: the first colon ends the user name.
  return sendAs.basic.username?.includes(':') === true
    ? 'A user name for basic must not contain a colon.'
    : null;
}
