/** Where in an answer something stands: a header, or the members that lead to it in a JSON body. */
export type Place = { readonly header: string } | { readonly json: readonly string[] };

/** An endpoint of a vendor's own that tells what a token is worth; it takes the token alone, no client. */
export interface VendorEndpoint {
  /** As token/kinds names it. */
  readonly vendor: string;
  /** Ids of token/kinds; `opaque` where the vendor's tokens have no shape of their own. */
  readonly kinds: readonly string[];
  /** Null: at the origin that the token is bound to, since people run their own. */
  readonly origin: string | null;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  /** How the token is shown to this endpoint: everything that is named. */
  readonly send: {
    readonly scheme?: string;
    readonly header?: string;
    readonly query?: string;
    readonly form?: string;
  };
  /** True, or "active". Without it a status of 200 says that the token is active. */
  readonly active?: Place;
  /** A list, or one text with commas or blanks in it. */
  readonly scopes?: Place;
  /** A date in words, or seconds since the epoch; 0 for never. */
  readonly expires?: Place;
  /** Seconds from now. */
  readonly expiresIn?: Place;
  readonly subject?: Place;
  /** Statuses that say that the token counts no more; 401 where nothing else is said. */
  readonly refusals?: readonly number[];
}

const bearer = { scheme: 'Bearer' } as const;
const github = {
  vendor: 'GitHub',
  kinds: ['github-personal', 'github-oauth', 'github-user', 'github-fine-grained'],
  method: 'GET',
  send: bearer,
  // Only classic tokens have scopes.
  scopes: { header: 'x-oauth-scopes' },
  expires: { header: 'github-authentication-token-expiration' },
  subject: { json: ['login'] },
} as const;

export const VENDOR_ENDPOINTS: readonly VendorEndpoint[] = [
  { ...github, origin: 'https://api.github.com', path: '/user' },
  { ...github, origin: null, path: '/api/v3/user' },
  {
    vendor: 'GitLab',
    kinds: ['gitlab-personal', 'gitlab-routable'],
    origin: null,
    path: '/api/v4/personal_access_tokens/self',
    method: 'GET',
    send: { header: 'PRIVATE-TOKEN' },
    active: { json: ['active'] },
    scopes: { json: ['scopes'] },
    expires: { json: ['expires_at'] },
    subject: { json: ['user_id'] },
  },
  {
    vendor: 'Google',
    kinds: ['google-oauth'],
    origin: 'https://oauth2.googleapis.com',
    path: '/tokeninfo',
    method: 'POST',
    send: { form: 'access_token' },
    scopes: { json: ['scope'] },
    expires: { json: ['exp'] },
    subject: { json: ['sub'] },
    refusals: [400, 401],
  },
  {
    vendor: 'HashiCorp',
    kinds: ['vault-service', 'vault-batch'],
    origin: null,
    path: '/v1/auth/token/lookup-self',
    method: 'GET',
    send: { header: 'X-Vault-Token' },
    scopes: { json: ['data', 'policies'] },
    expires: { json: ['data', 'expire_time'] },
    subject: { json: ['data', 'display_name'] },
    refusals: [401, 403],
  },
  {
    vendor: 'Slack',
    kinds: ['slack-bot', 'slack-user', 'slack-app', 'slack-rotating'],
    origin: 'https://slack.com',
    path: '/api/auth.test',
    method: 'POST',
    send: bearer,
    active: { json: ['ok'] },
    scopes: { header: 'x-oauth-scopes' },
    subject: { json: ['user'] },
  },
  {
    vendor: 'SendGrid',
    kinds: ['sendgrid'],
    origin: 'https://api.sendgrid.com',
    path: '/v3/scopes',
    method: 'GET',
    send: bearer,
    scopes: { json: ['scopes'] },
  },
  {
    vendor: 'Hugging Face',
    kinds: ['huggingface-user', 'huggingface-organization'],
    origin: 'https://huggingface.co',
    path: '/api/whoami-v2',
    method: 'GET',
    send: bearer,
    scopes: { json: ['auth', 'accessToken', 'role'] },
    subject: { json: ['name'] },
  },
  {
    vendor: 'Meta',
    kinds: ['meta-app', 'meta-user'],
    origin: 'https://graph.facebook.com',
    path: '/debug_token',
    method: 'GET',
    send: { scheme: 'Bearer', query: 'input_token' },
    active: { json: ['data', 'is_valid'] },
    scopes: { json: ['data', 'scopes'] },
    expires: { json: ['data', 'expires_at'] },
    subject: { json: ['data', 'user_id'] },
  },
  {
    vendor: 'Cloudflare',
    kinds: ['opaque'],
    origin: 'https://api.cloudflare.com',
    path: '/client/v4/user/tokens/verify',
    method: 'GET',
    send: bearer,
    active: { json: ['result', 'status'] },
    expires: { json: ['result', 'expires_on'] },
  },
  {
    vendor: 'Discord',
    kinds: ['opaque'],
    origin: 'https://discord.com',
    path: '/api/v10/oauth2/@me',
    method: 'GET',
    send: bearer,
    scopes: { json: ['scopes'] },
    expires: { json: ['expires'] },
    subject: { json: ['user', 'username'] },
  },
  {
    vendor: 'Twitch',
    kinds: ['opaque'],
    origin: 'https://id.twitch.tv',
    path: '/oauth2/validate',
    method: 'GET',
    send: { scheme: 'OAuth' },
    scopes: { json: ['scopes'] },
    expiresIn: { json: ['expires_in'] },
    subject: { json: ['login'] },
  },
];
