import type {
  ProfileParts,
  ForeignPlace,
  ForeignProfile,
  WantedToken,
  WithSecrets,
} from './foreignProfile.ts';
import { boundProfile, invalidToken, secretsOf, textOrNull, unsupportedToken } from './foreignProfile.ts';

const FLOWS: ReadonlyMap<string, ProfileParts['grant']> = new Map([
  ['client', 'client_credentials'],
  ['client_credentials', 'client_credentials'],
  ['code', 'authorization_code'],
  ['authorization_code', 'authorization_code'],
  ['device', 'device_code'],
  ['device_code', 'device_code'],
  ['password', 'password'],
]);

type Setting = (name: string) => string | null;

/**
 * What `Authorization: oauth2 [flow] [prefix] [token_exchange <prefix>]` means; `settings` are the values of the
 * variables `<prefix>_clientId` and so on, and `<prefix>_…` of the exchange under `exchange.…`. Fails with
 * `profile_invalid` or `unsupported`.
 */
export function httpyacToken(
  { name, args, settings, idToken }: WantedToken,
  place: ForeignPlace,
): ForeignProfile {
  const [flow = 'client_credentials', exchangeName] = args;
  const setting: Setting = (key) => asText(settings[key]);
  if (/^(implicit|hybrid)$/i.test(flow)) {
    throw unsupportedToken(
      name,
      `the ${flow.toLowerCase()} flow puts tokens into addresses (RFC 9700 section 2.1.2).`,
    );
  }
  const grant = FLOWS.get(flow.toLowerCase());
  if (grant === undefined) throw invalidToken(name, 'Keyturn does not know its flow.');
  const first = flowProfile(name, grant, setting, place);
  const common = { idToken, withScheme: false, anew: false };
  if (exchangeName === undefined) return { ...first, ...common, subject: null };
  const exchange: Setting = (key) => asText(settings[`exchange.${key}`]);
  const clientSecret = exchange('clientSecret');
  const profile = boundProfile(exchangeName, place, {
    ...clientOf(exchange, clientSecret !== null),
    grant: 'token_exchange',
    scope: exchange('scope') ?? 'openid',
    options: {
      subjectToken: first.profile.name,
      requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
    },
  });
  return { ...common, profile, secrets: secretsOf(clientSecret, null), subject: first };
}

function flowProfile(
  name: string,
  grant: ProfileParts['grant'],
  setting: Setting,
  place: ForeignPlace,
): WithSecrets {
  const isDevice = grant === 'device_code';
  const isCode = grant === 'authorization_code';
  const usesSecret = !isDevice || setting('useDeviceCodeClientSecret') === 'true';
  const clientSecret = usesSecret ? setting('clientSecret') : null;
  const profile = boundProfile(name, place, {
    ...clientOf(setting, clientSecret !== null || grant === 'client_credentials'),
    grant,
    scope: setting('scope') ?? (isCode ? 'openid' : null),
    options: {
      authorizationEndpoint: isCode ? setting('authorizationEndpoint') : null,
      deviceAuthorizationEndpoint: isDevice ? setting('deviceCodeEndpoint') : null,
      redirectUri: isCode ? (setting('redirectUri') ?? 'http://localhost:3000/callback') : null,
      username: grant === 'password' ? setting('username') : null,
    },
  });
  return { profile, secrets: secretsOf(clientSecret, grant === 'password' ? setting('password') : null) };
}

function clientOf(
  setting: Setting,
  hasSecret: boolean,
): Pick<ProfileParts, 'tokenEndpoint' | 'clientId' | 'clientAuthentication' | 'audience' | 'resource'> {
  return {
    tokenEndpoint: setting('tokenEndpoint'),
    clientId: setting('clientId'),
    clientAuthentication: !hasSecret
      ? 'none'
      : setting('useAuthorizationHeader') === 'false'
        ? 'client_secret_post'
        : 'client_secret_basic',
    audience: setting('audience'),
    resource: setting('resource'),
  };
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? textOrNull(value) : null;
}
