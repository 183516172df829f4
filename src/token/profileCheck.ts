import { isSecureUrl, parseOriginPattern, type OriginFaultCode } from './origin.ts';
import type { SendAs, TokenProfile } from './profile.ts';
import { parseUrl } from '../url.ts';

export type ProfileFaultCode =
  | OriginFaultCode
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

/** RFC 9110 section 5.6.2. */
const HTTP_TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Headers that frame or route a message; a token in one of them would break the request. */
const RESERVED_HEADERS = new Set([
  'connection',
  'content-length',
  'host',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const OAUTH_PROPERTIES = ['issuer', 'tokenEndpoint', 'clientId', 'scope', 'audience', 'resource'] as const;

/** Checks what the types alone do not say. Strings that still hold `{{variables}}` are left for later. */
export function checkProfile(profile: TokenProfile): ProfileFault[] {
  const faults: ProfileFault[] = [];
  const add = (code: ProfileFaultCode, path: ProfileFault['path'], message: string) => {
    faults.push({ code, path, message, severity: code === 'property_unused' ? 'warning' : 'error' });
  };

  if (profile.origins.length === 0) {
    add('origins_missing', ['origins'], `Say in "origins" where the token "${profile.name}" may go.`);
  }
  profile.origins.forEach((origin, index) => {
    const { fault } = hasVariable(origin) ? { fault: null } : parseOriginPattern(origin);
    if (fault !== null) add(fault.code, ['origins', index], fault.message);
  });

  const sendAs = sendAsFault(profile.sendAs);
  if (sendAs !== null) add('value_invalid', ['sendAs'], sendAs);

  if (profile.grant === 'static') {
    for (const name of OAUTH_PROPERTIES) {
      if (profile[name] !== null)
        add('property_unused', [name], `"${name}" has no effect with the static grant.`);
    }
    return faults;
  }
  if (profile.issuer === null && profile.tokenEndpoint === null) {
    add('property_missing', [], `The grant ${profile.grant} needs an "issuer" or a "tokenEndpoint".`);
  }
  if (profile.clientId === null || profile.clientId === '') {
    add('property_missing', [], `The grant ${profile.grant} needs a "clientId".`);
  }
  for (const name of ['issuer', 'tokenEndpoint'] as const) {
    const fault = endpointFault(name, profile[name]);
    if (fault !== null) add(fault.code, [name], fault.message);
  }
  if (profile.resource !== null && !hasVariable(profile.resource)) {
    // RFC 8707 section 2: an absolute URI without a fragment.
    const url = parseUrl(profile.resource);
    if (url === null || profile.resource.includes('#')) {
      add('value_invalid', ['resource'], '"resource" must be an absolute URI without a fragment.');
    }
  }
  return faults;
}

export function hasVariable(text: string): boolean {
  return text.includes('{{');
}

function endpointFault(name: string, text: string | null): Pick<ProfileFault, 'code' | 'message'> | null {
  if (text === null || hasVariable(text)) return null;
  const url = parseUrl(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return { code: 'value_invalid', message: `"${name}" must be an https URL.` };
  }
  if (url.username !== '' || url.password !== '') {
    return { code: 'secret_in_file', message: `"${name}" must not hold a user name or password.` };
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
      message: `"${name}" must use https: plain http is possible for this computer alone.`,
    };
  }
  return null;
}

function sendAsFault(sendAs: SendAs): string | null {
  if ('scheme' in sendAs) {
    return hasVariable(sendAs.scheme) || HTTP_TOKEN.test(sendAs.scheme)
      ? null
      : 'The scheme must be one word, such as "Bearer".';
  }
  if ('header' in sendAs) {
    if (hasVariable(sendAs.header)) return null;
    if (!HTTP_TOKEN.test(sendAs.header)) return 'The header must be a header name, such as "X-API-Key".';
    return RESERVED_HEADERS.has(sendAs.header.toLowerCase())
      ? 'A token cannot be sent in this header.'
      : null;
  }
  if ('query' in sendAs)
    return sendAs.query === '' ? 'The name of the query parameter must not be empty.' : null;
  // RFC 7617 section 2: the first colon ends the user name.
  return sendAs.basic.username?.includes(':') === true
    ? 'A user name for basic must not hold a colon.'
    : null;
}
