import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { canaryValue, writtenForms } from './forms.ts';

/** Parameters of requests whose values only the two ends may know. */
const SECRET_PARAMETERS = [
  'code',
  'code_verifier',
  'state',
  'device_code',
  'refresh_token',
  'password',
  'client_secret',
  'client_assertion',
  'assertion',
  'subject_token',
  'token',
];

/** Characters of a value that fit into a message. */
const LONG = 120;

type Answer = readonly [status: number, body: object | string, headers?: Record<string, string>];

/**
 * An issuer of every grant, and an API, that give back all that they get, in every form. `secrets` grows with what was
 * issued and with what Keyturn made itself and sent.
 */
export async function startLeakyIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const secrets: Record<string, string> = {};
  const nonces = new Map<string, string>();
  const seen: string[] = [];
  let origin = '';
  let count = 0;
  let entered = false;
  let refusals = 0;
  let refusing: 'nothing' | 'everything' | 'tokens' = 'nothing';

  const keep = (name: string, value: string): string => {
    if (Object.values(secrets).includes(value)) return value;
    secrets[`${name} ${++count}`] = value;
    // Messages cut what a server says, so that a long value could not be found whole.
    if (value.length > LONG) secrets[`${name} ${count}, its end`] = value.slice(-LONG);
    return value;
  };
  const made = (name: string): string => keep(name, canaryValue(name));

  async function tokens(form: URLSearchParams, headers: readonly string[]): Promise<Answer> {
    if (form.has('device_code') && !entered) return [400, { error: 'authorization_pending' }];
    if (refusing !== 'nothing') return [400, refusal(form, headers)];
    const now = Math.floor(Date.now() / 1000);
    const nonce = nonces.get(form.get('code') ?? '');
    const idToken = await new SignJWT({
      name: canaryValue('claim'),
      ...(nonce === undefined ? {} : { nonce }),
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(origin)
      .setSubject('ada')
      .setAudience(form.get('client_id') ?? 'person')
      .setIssuedAt(now)
      .setExpirationTime(now + 600)
      .sign(privateKey);
    const exchange = form.get('grant_type')?.endsWith('token-exchange') === true;
    const accessToken = made('access');
    return [
      200,
      {
        access_token: accessToken,
        // One that has a refresh token is not asked for its password again.
        ...(form.has('password') ? {} : { refresh_token: made('refresh') }),
        ...(form.has('code') || form.has('refresh_token') ? { id_token: keep('idToken', idToken) } : {}),
        ...(exchange ? { issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' } : {}),
        token_type: form.get('client_id') === 'bound' ? 'DPoP' : 'Bearer',
        expires_in: 3600,
        scope: `openid read ${accessToken}`,
        echo: everyForm([...form.values()]),
      },
    ];
  }

  /** Quotes the values in the order in which a message that is cut short would show them. */
  function refusal(
    form: URLSearchParams,
    headers: readonly string[] = [],
  ): { error: string; error_description: string } {
    const values = SECRET_PARAMETERS.map((name) => form.get(name)).filter((value) => value !== null);
    const quoted = [
      ...values.map((value) => value.slice(-LONG)),
      ...headers.filter((header) => header !== ''),
    ];
    // Where nothing is masked, one form alone fits into a message.
    return { error: `refused_${refusals}_`, error_description: `${quoted.join(' ')} ${everyForm(quoted)}` };
  }

  function authorize(query: URLSearchParams): Answer {
    const back = new URL(query.get('redirect_uri') ?? origin);
    back.searchParams.set('state', query.get('state') ?? '');
    if (refusing === 'everything') {
      for (const [name, value] of Object.entries(refusal(query))) back.searchParams.set(name, value);
    } else {
      const code = made('code');
      nonces.set(code, query.get('nonce') ?? '');
      back.searchParams.set('code', code);
    }
    return [302, '', { location: back.href }];
  }

  /** Refuses with the secrets that it made for another client, and gives them along. */
  function register(): Answer {
    const registration_access_token = made('registration_access_token');
    const client_secret = made('client_secret');
    if (refusing !== 'nothing') {
      const error_description = `refused_${refusals}_ ${client_secret} ${everyForm([registration_access_token])}`;
      const own = { client_secret, registration_access_token };
      return [400, { error: 'invalid_client_metadata', error_description, ...own }];
    }
    return [
      201,
      {
        client_id: 'registered',
        client_secret,
        client_secret_expires_at: 0,
        token_endpoint_auth_method: 'client_secret_basic',
        registration_access_token,
        registration_client_uri: `${origin}/register/registered`,
      },
    ];
  }

  function introspect(form: URLSearchParams): Answer {
    const token = form.get('token') ?? '';
    return [
      200,
      {
        active: true,
        scope: `read ${token}`,
        sub: token,
        username: everyForm([token]),
        long: `${'x'.repeat(290)}${token}`,
        [token]: token,
        aud: [token, Buffer.from(token).toString('hex')],
      },
    ];
  }

  async function answer(
    path: string,
    query: URLSearchParams,
    body: string,
    headers: string[],
  ): Promise<Answer> {
    const form = new URLSearchParams(body);
    switch (path) {
      case '/.well-known/openid-configuration':
        return [200, metadata(origin)];
      case '/keys':
        return [200, { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] }];
      case '/authorize':
        return authorize(query);
      case '/device':
        entered = false;
        return [
          200,
          {
            device_code: made('device_code'),
            user_code: 'WDJB-MJHT',
            verification_uri: `${origin}/enter`,
            expires_in: 120,
            interval: 1,
          },
        ];
      case '/token':
        return tokens(form, headers);
      case '/introspect':
        return introspect(form);
      case '/revoke':
        return [400, refusal(form)];
      case '/register':
        return register();
      case '/.well-known/oauth-protected-resource':
        return [
          200,
          { resource: `${origin}/bare`, authorization_servers: [origin], scopes_supported: ['read'] },
        ];
      case '/enter':
        entered = true;
        return [200, 'Enter the code.'];
      default:
        if (path.startsWith('/bare/') && headers.every((header) => header === '')) {
          const metadata = `${origin}/.well-known/oauth-protected-resource`;
          return [401, {}, { 'www-authenticate': `Bearer resource_metadata="${metadata}"` }];
        }
        // The API. What its path holds comes back as well.
        return [200, { path, echo: everyForm(headers) }, { 'x-echo': headers.join(' ') }];
    }
  }

  const server = createServer((request, response) => {
    void readBody(request).then(async (body) => {
      const url = new URL(request.url ?? '/', origin);
      const authorization = request.headers.authorization ?? '';
      seen.push(`${url.pathname} ${url.search} ${authorization} ${body}`);
      for (const parameters of [url.searchParams, new URLSearchParams(body)]) {
        for (const name of SECRET_PARAMETERS) {
          const value = parameters.get(name);
          if (value !== null && value !== '') keep(name, value);
        }
      }
      const token = /^(?:Bearer|DPoP) (.+)$/.exec(authorization)?.[1];
      if (token !== undefined) keep('sent', token);
      const [status, content, headers] = await answer(url.pathname, url.searchParams, body, [
        authorization,
        token ?? '',
      ]);
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      const type = typeof content === 'string' ? 'text/plain' : 'application/json';
      response.writeHead(status, { 'content-type': type, ...headers }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    secrets,
    /** What arrived, to show that the secrets were really used. */
    seen,
    /** The word by which the next refusal is known. */
    nextRefusal: () => `refused_${++refusals}_`,
    /** From now on tokens are refused, and sign-ins too or not, with errors that quote all that was sent. */
    refuse: (what: 'everything' | 'tokens') => {
      refusing = what;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function metadata(origin: string): object {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    device_authorization_endpoint: `${origin}/device`,
    introspection_endpoint: `${origin}/introspect`,
    revocation_endpoint: `${origin}/revoke`,
    jwks_uri: `${origin}/keys`,
    registration_endpoint: `${origin}/register`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    code_challenge_methods_supported: ['S256'],
    id_token_signing_alg_values_supported: ['ES256'],
    token_endpoint_auth_signing_alg_values_supported: ['ES256'],
  };
}

function everyForm(values: readonly string[]): string {
  return values.flatMap(writtenForms).join(' ');
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
