import { spawn, execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Where Debian's package puts the schema of the database, with the user "admin" and the password "password". */
const SCHEMA = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3';
const MODULES = '/usr/lib/glewlwyd';
/** What the tests sign in with: made for this database, which is thrown away. */
export const PERSON = { username: 'zoe', password: 'not-a-real-password' };
export const CLIENT_SECRET = 'Kz+/%=: not real';

export interface Glewlwyd {
  readonly origin: string;
  readonly issuer: string;
  /** Where the browser comes back to, as it is registered: this server compares the port too. */
  readonly redirectUri: string;
  /** The key of the client that proves itself with one. */
  readonly clientKey: string;
  /** Signs the person in and allows these scopes for a client; returns the cookie of the session. */
  signIn(client: string, scopes: string): Promise<string>;
  close(): Promise<void>;
}

export function isInstalled(): boolean {
  return existsSync('/usr/bin/glewlwyd') && existsSync(SCHEMA);
}

/** A server of its own on a loopback port, from a database in a temporary folder. */
export async function startGlewlwyd(): Promise<Glewlwyd> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-glewlwyd-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const database = join(folder, 'glewlwyd.db');
  const db = new DatabaseSync(database);
  db.exec(readFileSync(SCHEMA, 'utf8'));
  db.close();
  const config = join(folder, 'glewlwyd.conf');
  writeFileSync(config, configText(port, database));
  const child = spawn('/usr/bin/glewlwyd', ['--config-file', config], { stdio: 'ignore' });
  const close = async () => {
    const ended = new Promise((resolve) => child.once('close', resolve));
    if (child.exitCode === null) child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    await (child.exitCode === null ? ended : Promise.resolve());
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilItAnswers(origin);
    const redirectUri = `http://127.0.0.1:${await freePort()}/callback`;
    const clientKey = await configure(origin, redirectUri);
    const issuer = `${origin}/api/oidc`;
    return { origin, issuer, redirectUri, clientKey, signIn: (...asked) => signIn(origin, ...asked), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function configText(port: number, database: string): string {
  return `port=${port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:${port}"
login_url="login.html"
api_prefix="api"
log_mode="console"
log_level="ERROR"
cookie_domain="127.0.0.1"
cookie_secure=0
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="${MODULES}/user"
client_module_path="${MODULES}/client"
user_auth_scheme_module_path="${MODULES}/scheme"
plugin_module_path="${MODULES}/plugin"
use_secure_connection=false
secure_connection_key_file="none"
secure_connection_pem_file="none"
hash_algorithm="SHA512"
database = { type = "sqlite3" path = "${database}" };
`;
}

/** The scopes, the plugin, the person and the clients, by the API of its administration. */
async function configure(origin: string, redirectUri: string): Promise<string> {
  const cookie = await session(origin, { username: 'admin', password: 'password' });
  const post = (path: string, body: unknown) => api(origin, cookie, 'POST', path, body);
  for (const name of ['reports:read', 'reports:write']) {
    await post('/scope/', {
      name,
      display_name: name,
      description: name,
      password_required: false,
      scheme: {},
    });
  }
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await post('/mod/plugin/', {
    module: 'oidc',
    name: 'oidc',
    display_name: 'OpenID Connect',
    parameters: {
      iss: `${origin}/api/oidc`,
      'jwt-type': 'rsa',
      'jwt-key-size': '256',
      key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
      cert: publicKey.export({ format: 'pem', type: 'spki' }),
      'jwks-show': true,
      'access-token-duration': 600,
      'refresh-token-duration': 3600,
      'code-duration': 600,
      'refresh-token-rolling': true,
      'refresh-token-one-use': 'always',
      'allow-non-oidc': true,
      'auth-type-code-enabled': true,
      'auth-type-token-enabled': false,
      'auth-type-id-token-enabled': true,
      'auth-type-password-enabled': true,
      'auth-type-client-enabled': true,
      'auth-type-device-enabled': true,
      'auth-type-refresh-enabled': true,
      'device-authorization-expiration': 600,
      'device-authorization-interval': 1,
      'pkce-allowed': true,
      'pkce-method-plain-allowed': false,
      'introspection-revocation-allowed': true,
      'introspection-revocation-allow-target-client': true,
      'register-client-allowed': true,
      'register-client-management-allowed': true,
      'register-client-auth-scope': [],
      'request-parameter-allow': true,
      'client-pubkey-parameter': 'pubkey',
      'oauth-dpop-allowed': true,
      'oauth-dpop-iat-duration': 120,
      'oauth-par-allowed': true,
      'oauth-par-duration': 90,
      'oauth-par-request_uri-prefix': 'urn:ietf:params:oauth:request_uri:',
      'subject-type': 'public',
    },
  });
  const scope = ['openid', 'reports:read', 'reports:write'];
  await post('/user/', { ...PERSON, name: 'Zoe', email: 'zoe@example.com', enabled: true, scope });
  const clientKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const client = (client_id: string, changes: object) =>
    post('/client/', {
      client_id,
      name: client_id,
      enabled: true,
      confidential: false,
      scope,
      redirect_uri: [redirectUri],
      authorization_type: ['code', 'refresh_token', 'device_authorization', 'password', 'delete_token'],
      token_endpoint_auth_method: ['none'],
      ...changes,
    });
  await client('public', {});
  const grants = [
    'code',
    'client_credentials',
    'refresh_token',
    'password',
    'device_authorization',
    'delete_token',
  ];
  await client('secret', {
    confidential: true,
    client_secret: CLIENT_SECRET,
    authorization_type: grants,
    token_endpoint_auth_method: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt'],
  });
  await client('key', {
    confidential: true,
    authorization_type: grants,
    token_endpoint_auth_method: ['private_key_jwt'],
    pubkey: clientKey.publicKey.export({ format: 'pem', type: 'spki' }),
  });
  return clientKey.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

async function signIn(origin: string, client: string, scopes: string): Promise<string> {
  const cookie = await session(origin, PERSON);
  await api(origin, cookie, 'PUT', `/auth/grant/${client}/`, { scope: scopes });
  return cookie;
}

async function session(origin: string, user: typeof PERSON): Promise<string> {
  const response = await fetch(`${origin}/api/auth/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(user),
  });
  const [cookie = ''] = response.headers.getSetCookie();
  if (!response.ok || cookie === '') throw new Error(`Glewlwyd refused the sign-in: ${response.status}.`);
  return cookie.split(';', 1)[0] ?? '';
}

async function api(
  origin: string,
  cookie: string,
  method: string,
  path: string,
  body: unknown,
): Promise<void> {
  const response = await fetch(`${origin}/api${path}`, {
    method,
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`Glewlwyd answered ${path} with ${response.status}: ${await response.text()}`);
}

async function untilItAnswers(origin: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(`${origin}/api/auth/`).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('Glewlwyd did not start within 10 s.');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** "2.7.5" */
export function version(): string {
  return execFileSync('/usr/bin/glewlwyd', ['--version'], { encoding: 'utf8' }).trim();
}
