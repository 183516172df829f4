import * as v from 'valibot';
import type { ClientAuthentication, ProfileOptions } from '../profile/profile.ts';
import {
  boundProfile,
  invalidToken,
  secretsOf,
  textOrNull,
  unsupportedToken,
  type ForeignPlace,
  type ForeignProfile,
  type ProfileParts,
  type WantedToken,
} from './foreignProfile.ts';

const parameterValue = v.union([v.string(), v.array(v.string())]);
const text = v.optional(v.string());

/** An entry of `Security.Auth` in http-client.env.json. */
const entrySchema = v.object({
  Type: v.optional(v.string(), 'OAuth2'),
  'Grant Type': text,
  'Auth URL': text,
  'Token URL': text,
  'Device Auth URL': text,
  'Revoke URL': text,
  'Redirect URL': text,
  'Client ID': text,
  'Client Secret': text,
  'Client Credentials': v.optional(v.union([v.string(), v.boolean()])),
  Scope: text,
  Username: text,
  Password: text,
  'Use ID Token': v.optional(v.boolean(), false),
  'Custom Request Parameters': v.optional(
    v.record(v.string(), v.union([parameterValue, v.object({ Value: parameterValue, Use: text })])),
    {},
  ),
});

type Entry = v.InferOutput<typeof entrySchema>;

const GRANTS: ReadonlyMap<string, ProfileParts['grant']> = new Map([
  ['authorization code', 'authorization_code'],
  ['client credentials', 'client_credentials'],
  ['device authorization', 'device_code'],
  ['password', 'password'],
]);

/** What `{{$auth.token("id")}}` means. Fails with `profile_invalid` or `unsupported`. */
export function jetbrainsToken(wanted: WantedToken, place: ForeignPlace): ForeignProfile {
  const { name } = wanted;
  const parsed = v.safeParse(entrySchema, wanted.settings);
  if (!parsed.success) {
    const path = parsed.issues[0].path?.map(({ key }) => String(key)).join(' → ') ?? '';
    throw invalidToken(name, `"${path}" of its entry in Security → Auth cannot be read.`);
  }
  const entry = parsed.output;
  if (entry.Type.toLowerCase() !== 'oauth2') {
    throw unsupportedToken(name, 'Keyturn supports only entries of the type OAuth2.');
  }
  const grant = GRANTS.get((entry['Grant Type'] ?? '').toLowerCase());
  if (grant === undefined) {
    const implicit = entry['Grant Type']?.toLowerCase() === 'implicit';
    if (implicit)
      throw unsupportedToken(name, 'the implicit grant puts tokens into addresses (RFC 9700 section 2.1.2).');
    throw invalidToken(name, '"Grant Type" is missing or unknown.');
  }
  const clientSecret = textOrNull(entry['Client Secret']);
  const { options, ...parameters } = requestParameters(name, entry, grant);
  const profile = boundProfile(name, place, {
    grant,
    tokenEndpoint: textOrNull(entry['Token URL']),
    clientId: textOrNull(entry['Client ID']),
    clientAuthentication: authentication(entry, grant, clientSecret),
    scope: textOrNull(entry.Scope),
    ...parameters,
    options: {
      ...options,
      authorizationEndpoint: grant === 'authorization_code' ? textOrNull(entry['Auth URL']) : null,
      deviceAuthorizationEndpoint: grant === 'device_code' ? textOrNull(entry['Device Auth URL']) : null,
      revocationEndpoint: textOrNull(entry['Revoke URL']),
      redirectUri: grant === 'authorization_code' ? textOrNull(entry['Redirect URL']) : null,
      username: grant === 'password' ? textOrNull(entry.Username) : null,
    },
  });
  return {
    profile,
    secrets: secretsOf(clientSecret, grant === 'password' ? textOrNull(entry.Password) : null),
    subject: null,
    idToken: wanted.idToken || entry['Use ID Token'],
    withScheme: false,
    anew: false,
  };
}

function authentication(
  entry: Entry,
  grant: ProfileParts['grant'],
  clientSecret: string | null,
): ClientAuthentication {
  switch (entry['Client Credentials']) {
    case 'none':
    case false:
      return 'none';
    case 'in body':
      return 'client_secret_post';
    case 'basic':
      return 'client_secret_basic';
    default:
      return clientSecret === null && grant !== 'client_credentials' ? 'none' : 'client_secret_basic';
  }
}

const OWN_OPTIONS = { prompt: 'prompt', login_hint: 'loginHint', acr_values: 'acrValues' } as const;

function requestParameters(
  name: string,
  entry: Entry,
  grant: ProfileParts['grant'],
): Pick<ProfileParts, 'audience' | 'resource'> & { readonly options: Partial<ProfileOptions> } {
  let audience: string | null = null;
  let resource: string | null = null;
  const options: { prompt?: string; loginHint?: string; acrValues?: string } = {};
  const others: Record<string, string> = {};
  for (const [parameter, written] of Object.entries(entry['Custom Request Parameters'])) {
    const { Value, Use = 'Everywhere' } =
      typeof written === 'string' || Array.isArray(written) ? { Value: written } : written;
    const values = typeof Value === 'string' ? [Value] : Value;
    const [value = ''] = values;
    if (values.length > 1) throw unsupportedToken(name, `"${parameter}" has more than one value.`);
    if (parameter === 'audience') audience = value;
    else if (parameter === 'resource') resource = value;
    else if (grant !== 'authorization_code' || Use.toLowerCase() === 'in token request') {
      throw unsupportedToken(name, `"${parameter}" would be a parameter of the token request.`);
    } else if (parameter === 'prompt' || parameter === 'login_hint' || parameter === 'acr_values') {
      options[OWN_OPTIONS[parameter]] = value;
    } else others[parameter] = value;
  }
  const authorizationParameters = Object.keys(others).length === 0 ? null : others;
  return { audience, resource, options: { ...options, authorizationParameters } };
}
