import { createHash } from 'node:crypto';
import type { ClientMetadata } from 'oidc-provider';
import { sandboxClients, sandboxScopes } from './clients.ts';

/** The client under which the reports API asks about opaque tokens (RFC 7662). Both live in one process. */
export const apiClient = { id: 'reports-api', secret: 'reports-api-secret' } as const;

/** The client whose access tokens are encrypted for the API. */
export const encryptedClientId = 'person-encrypted';

const everything = ['openid', 'offline_access', ...sandboxScopes].join(' ');

/** The addresses that editors have for the extension, and any port of this machine (RFC 8252 section 7.3). */
const nativeRedirects = [
  'http://127.0.0.1/callback',
  'http://[::1]/callback',
  'http://localhost/callback',
  ...['vscode', 'vscode-insiders', 'vscodium', 'code-oss', 'cursor', 'windsurf'].map(
    (scheme) => `${scheme}://keyturn.keyturn/sign-in`,
  ),
];

/** An application on a person's computer: it can keep no secret, so it is public. */
function native(id: string, name: string, changes: Partial<ClientMetadata> = {}): ClientMetadata {
  return {
    client_id: id,
    client_name: name,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: nativeRedirects,
    scope: everything,
    ...changes,
  };
}

/** Every client of the sandbox's provider. */
export function clientMetadata(): ClientMetadata[] {
  return [
    ...sandboxClients.map(({ id, secret, scope }) => ({
      client_id: id,
      client_secret: secret,
      grant_types: ['client_credentials', 'refresh_token'],
      redirect_uris: [],
      response_types: [],
      scope,
    })),
    native('person', 'Keyturn'),
    native('person-par', 'Keyturn (pushed requests)', { require_pushed_authorization_requests: true }),
    native('person-dpop', 'Keyturn (tokens bound to a key)', { dpop_bound_access_tokens: true }),
    native(encryptedClientId, 'Keyturn (encrypted tokens)'),
    native('person-pairwise', 'Keyturn (pairwise subjects)', {
      subject_type: 'pairwise',
      redirect_uris: ['http://127.0.0.1/callback'],
    }),
    native('device', 'Keyturn on a device', {
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      response_types: [],
      redirect_uris: [],
    }),
    {
      client_id: apiClient.id,
      client_secret: apiClient.secret,
      grant_types: [],
      redirect_uris: [],
      response_types: [],
    },
  ];
}

/** Another name of the same person for each client (OpenID Connect Core section 8.1). */
export function pairwiseSubject(sector: string, accountId: string, salt: string): string {
  return createHash('sha256')
    .update(JSON.stringify([sector, accountId, salt]))
    .digest('base64url');
}
