import type { TokenProfile } from '../profile/profile.ts';
import {
  boundProfile,
  invalidToken,
  secretsOf,
  textOrNull,
  type ForeignPlace,
  type ForeignProfile,
  type WantedToken,
} from './foreignProfile.ts';

interface Cloud {
  /** Where people sign in. */
  readonly login: string;
  /** Azure Resource Manager there. */
  readonly manager: string;
  /** The editor's accounts of this cloud. */
  readonly provider: 'microsoft' | 'microsoft-sovereign-cloud';
}

const PUBLIC: Cloud = {
  login: 'https://login.microsoftonline.com',
  manager: 'https://management.azure.com',
  provider: 'microsoft',
};
const CHINA: Cloud = {
  login: 'https://login.chinacloudapi.cn',
  manager: 'https://management.chinacloudapi.cn',
  provider: 'microsoft-sovereign-cloud',
};
const US_GOVERNMENT: Cloud = {
  login: 'https://login.microsoftonline.us',
  manager: 'https://management.usgovcloudapi.net',
  provider: 'microsoft-sovereign-cloud',
};

const CLOUDS: Readonly<Record<string, Cloud>> = { public: PUBLIC, cn: CHINA, us: US_GOVERNMENT };
const V2_CLOUDS: Readonly<Record<string, Cloud>> = {
  AzureCloud: PUBLIC,
  AzureChinaCloud: CHINA,
  AzureUSGovernment: US_GOVERNMENT,
};

const NO_SUBJECT = { subject: null, idToken: false } as const;

/**
 * What `{{$aadToken [new] [public|cn|us] [<tenant>] [aud:<resource>]}}` means, with the variable `aadV2ClientId`. Its
 * value begins with `Bearer`.
 */
export function aadToken({ args, settings }: WantedToken, place: ForeignPlace): ForeignProfile {
  const name = 'aadToken';
  let cloud: Cloud | null = null;
  let tenant = 'common';
  let audience: string | null = null;
  for (const word of wordsOf(args)) {
    if (word === 'ppe') throw invalidToken(name, 'Keyturn does not know its cloud.');
    if (word === 'de') throw invalidToken(name, 'the German cloud was closed in 2021.');
    if (word.startsWith('aud:')) audience = word.slice('aud:'.length);
    else if (Object.hasOwn(CLOUDS, word)) cloud = CLOUDS[word] ?? null;
    else tenant = tenantOf(name, word);
  }
  const target = audience ?? place.origin;
  const profile = signIn(name, place, {
    cloud: cloud ?? cloudOf(place.origin),
    tenant,
    clientId: settingOf(settings, 'aadV2ClientId'),
    // A domain is named by its URL, an application by its id alone.
    scopes: [defaultScope(target.includes('.') && !target.includes('://') ? `https://${target}` : target)],
  });
  return { ...NO_SUBJECT, profile, secrets: {}, withScheme: true, anew: args.includes('new') };
}

/**
 * What `{{$aadV2Token [new] [<cloud>] [appOnly] [scopes:<a,b>] [tenantId:<tenant>] [clientId:<id>]}}` means, with the
 * variables `aadV2Cloud`, `aadV2TenantId`, `aadV2Scopes`, `aadV2ClientId`, `aadV2ClientSecret` and `aadV2AppUri`.
 */
export function aadV2Token({ args, settings }: WantedToken, place: ForeignPlace): ForeignProfile {
  const name = 'aadV2Token';
  const variable = (key: string) => settingOf(settings, `aadV2${key}`);
  let cloudName = variable('Cloud') ?? 'AzureCloud';
  let appOnly = false;
  const named = new Map<string, string>();
  for (const word of wordsOf(args)) {
    const colon = word.indexOf(':');
    if (colon > 0) named.set(word.slice(0, colon).toLowerCase(), word.slice(colon + 1));
    else if (word.toLowerCase() === 'apponly') appOnly = true;
    else cloudName = word;
  }
  const cloud = Object.hasOwn(V2_CLOUDS, cloudName) ? V2_CLOUDS[cloudName] : undefined;
  if (cloud === undefined) throw invalidToken(name, 'Keyturn does not know its cloud.');
  const tenant = tenantOf(name, named.get('tenantid') ?? variable('TenantId') ?? 'common');
  const clientId = textOrNull(named.get('clientid')) ?? variable('ClientId');
  const common = { ...NO_SUBJECT, withScheme: false, anew: args.includes('new') };
  if (appOnly) {
    const appUri = variable('AppUri');
    if (appUri === null) throw invalidToken(name, 'appOnly needs the variable aadV2AppUri.');
    const profile = boundProfile(name, place, {
      grant: 'client_credentials',
      tokenEndpoint: `${cloud.login}/${tenant}/oauth2/v2.0/token`,
      clientId,
      clientAuthentication: 'client_secret_post',
      scope: defaultScope(appUri),
    });
    return { ...common, profile, secrets: secretsOf(variable('ClientSecret'), null) };
  }
  const written = named.get('scopes');
  const scopes = (written ?? variable('Scopes') ?? 'openid,profile').split(',').map((scope) => scope.trim());
  // With resource scopes alone the endpoint of all tenants refuses the device code.
  if (!scopes.includes('openid')) scopes.push('openid', 'profile');
  // Scopes are no part of what tells the tokens of a sign-in apart: the name is.
  const own = written === undefined ? name : `${name}-${written.replaceAll(',', '-')}`;
  const profile = signIn(own, place, { cloud, tenant, clientId, scopes });
  return { ...common, profile, secrets: {} };
}

interface MicrosoftSignIn {
  readonly cloud: Cloud;
  readonly tenant: string;
  /** Null where the file names no application. */
  readonly clientId: string | null;
  readonly scopes: readonly string[];
}

/**
 * A person signs in at Microsoft: to the application that the file names, with a short code; else with the editor's
 * own account. What other programs are registered as is theirs: the person who signs in is told that name.
 */
function signIn(
  name: string,
  place: ForeignPlace,
  { cloud, tenant, clientId, scopes }: MicrosoftSignIn,
): TokenProfile {
  if (clientId === null) {
    // The editor asks for a refresh token by itself. The tenant goes among the scopes, as its own words have it.
    const wanted = scopes.filter((scope) => scope !== 'offline_access');
    return boundProfile(name, place, {
      grant: 'editor_account',
      scope: [...wanted, `VSCODE_TENANT:${tenant}`].join(' '),
      options: { provider: cloud.provider },
    });
  }
  const endpoint = `${cloud.login}/${tenant}/oauth2/v2.0`;
  return boundProfile(name, place, {
    grant: 'device_code',
    tokenEndpoint: `${endpoint}/token`,
    clientId,
    scope: [...new Set([...scopes, 'offline_access'])].join(' '),
    options: { deviceAuthorizationEndpoint: `${endpoint}/devicecode` },
  });
}

/**
 * What `{{$oidcAccessToken [new] [clientId:…] [callbackPort:…] [authorizeEndpoint:…] [tokenEndpoint:…] [scopes:…]
 * [audience:…]}}` means.
 */
export function oidcToken({ args }: WantedToken, place: ForeignPlace): ForeignProfile {
  const name = 'oidcAccessToken';
  const named = new Map<string, string>();
  for (const word of wordsOf(args)) {
    const colon = word.indexOf(':');
    if (colon > 0) named.set(word.slice(0, colon), word.slice(colon + 1));
  }
  const port = named.get('callbackPort') ?? '7777';
  if (!/^\d{1,5}$/.test(port)) throw invalidToken(name, '"callbackPort" is not a port.');
  const domain = named.get('callbackDomain') ?? 'localhost';
  if (domain !== 'localhost') throw invalidToken(name, 'the browser can return only to this computer.');
  const profile = boundProfile(name, place, {
    grant: 'authorization_code',
    issuer: textOrNull(named.get('issuer')),
    tokenEndpoint: textOrNull(named.get('tokenEndpoint')),
    clientId: textOrNull(named.get('clientId')),
    scope: textOrNull(named.get('scopes')?.replaceAll(',', ' ')),
    audience: textOrNull(named.get('audience')),
    options: {
      authorizationEndpoint: textOrNull(named.get('authorizeEndpoint')),
      redirectUri: `http://localhost:${port}`,
    },
  });
  return { ...NO_SUBJECT, profile, secrets: {}, withScheme: false, anew: args.includes('new') };
}

function wordsOf(args: readonly string[]): string[] {
  return args.filter((word) => word !== 'new');
}

/** A tenant becomes part of a URL's path: a domain, an id, or `common`. */
function tenantOf(name: string, text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/.test(text)) throw invalidToken(name, 'its tenant is not valid.');
  return text;
}

function cloudOf(origin: string): Cloud {
  const domain = origin.slice(origin.lastIndexOf('.') + 1);
  const known = Object.values(CLOUDS).find(({ manager }) => manager === origin);
  return known ?? (Object.hasOwn(CLOUDS, domain) ? (CLOUDS[domain] ?? PUBLIC) : PUBLIC);
}

function defaultScope(resource: string): string {
  return `${resource.endsWith('/') ? resource.slice(0, -1) : resource}/.default`;
}

function settingOf(settings: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = settings[name];
  return typeof value === 'string' ? textOrNull(value) : null;
}
