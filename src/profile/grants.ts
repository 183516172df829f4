import type { ClientAuthentication, Grant, OAuthGrant, ProfileOptions, TokenProfile } from './profile.ts';

/** Properties of a profile that only some grants use. */
export type GrantProperty =
  'issuer' | 'tokenEndpoint' | 'clientId' | 'scope' | 'audience' | 'resource' | keyof ProfileOptions;

interface GrantRule {
  /** Without these the grant cannot be performed. */
  readonly needs: readonly GrantProperty[];
  /** Beyond `needs` and what every grant uses. */
  readonly uses: readonly GrantProperty[];
}

/** What verifying, introspecting and revoking use, however the token came. */
const EVERY_GRANT: readonly GrantProperty[] = [
  'issuer',
  'clientId',
  'audience',
  'jwksUri',
  'introspectionEndpoint',
  'revocationEndpoint',
];
const TOKEN_REQUEST: readonly GrantProperty[] = ['tokenEndpoint', 'scope', 'audience', 'resource', 'dpop'];
const KEY: readonly GrantProperty[] = ['algorithm', 'keyId', 'keyFile'];

const RULES: Readonly<Record<Grant, GrantRule>> = {
  authorization_code: {
    needs: ['clientId'],
    uses: [
      ...TOKEN_REQUEST,
      'authorizationEndpoint',
      'redirectUri',
      'prompt',
      'loginHint',
      'acrValues',
      'maxAge',
      'authorizationParameters',
    ],
  },
  device_code: { needs: ['clientId'], uses: [...TOKEN_REQUEST, 'deviceAuthorizationEndpoint'] },
  client_credentials: { needs: ['clientId'], uses: TOKEN_REQUEST },
  refresh_token: { needs: ['clientId'], uses: TOKEN_REQUEST },
  password: { needs: ['username'], uses: TOKEN_REQUEST },
  jwt_bearer: { needs: [], uses: [...TOKEN_REQUEST, ...KEY, 'claims', 'lifetime', 'assertionAudience'] },
  token_exchange: {
    needs: ['subjectToken'],
    uses: [...TOKEN_REQUEST, 'actorToken', 'subjectTokenType', 'actorTokenType', 'requestedTokenType'],
  },
  self_signed: { needs: [], uses: [...KEY, 'claims', 'lifetime'] },
  command: { needs: ['command'], uses: ['tokenPointer', 'expiryPointer'] },
  editor_account: { needs: ['provider'], uses: ['scope'] },
  keychain: { needs: ['keychainService'], uses: ['keychainAccount', 'tokenPointer', 'expiryPointer'] },
  environment: { needs: ['variable'], uses: ['tokenPointer', 'expiryPointer'] },
  static: { needs: [], uses: [] },
};

/** What a way to authenticate the client uses besides its secret. */
const AUTHENTICATION_USES: Readonly<Record<ClientAuthentication, readonly GrantProperty[]>> = {
  client_secret_basic: [],
  client_secret_post: [],
  client_secret_jwt: ['algorithm', 'assertionAudience'],
  // The certificate of the key: some servers find the key by its thumbprint.
  private_key_jwt: [...KEY, 'certificateFile', 'assertionAudience'],
  tls_client_auth: ['certificateFile', 'keyFile'],
  none: [],
};

export function isOAuthGrant(grant: Grant): grant is OAuthGrant {
  return RULES[grant].uses.includes('tokenEndpoint');
}

export function neededProperties(grant: Grant): readonly GrantProperty[] {
  return RULES[grant].needs;
}

/** Properties that have an effect with this grant and this way to authenticate. */
export function usedProperties({
  grant,
  clientAuthentication,
}: Pick<TokenProfile, 'grant' | 'clientAuthentication'>): ReadonlySet<GrantProperty> {
  const { needs, uses } = RULES[grant];
  return new Set([...EVERY_GRANT, ...needs, ...uses, ...AUTHENTICATION_USES[clientAuthentication]]);
}

/**
 * How the client proves itself where the profile does not say. A client with which a person signs in runs on that
 * person's computer and keeps no secret (RFC 8252 section 8.4); an assertion proves enough by itself.
 */
export function defaultAuthentication(grant: Grant, clientId: string | null): ClientAuthentication {
  switch (grant) {
    case 'authorization_code':
    case 'device_code':
    case 'password':
    case 'jwt_bearer':
      return 'none';
    case 'token_exchange':
      return clientId === null ? 'none' : 'client_secret_basic';
    default:
      return 'client_secret_basic';
  }
}
