import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createHttpClient } from '../../src/http/client.ts';
import { fetchThrough } from '../../src/http/fetch.ts';
import { loadEnvironments } from '../../src/httpfile/environments/environments.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import type { Dialect } from '../../src/httpfile/parse/tree.ts';
import { createDpopProver } from '../../src/oauth/client/dpopProver.ts';
import { createEngine } from '../../src/run/createEngine.ts';
import type { Asker } from '../../src/run/engine.ts';
import { createConsentStore } from '../../src/consent/origins.ts';
import { ForeignTokens } from '../../src/foreign/foreignTokens.ts';
import { Redactor } from '../../src/redaction/redactor.ts';
import { memoryFiles } from '../httpfile/memoryFiles.ts';
import { onCleanup } from '../http/support.ts';
import { PASSWORD } from '../oauth/customGrants.mjs';
import { startProvider, type TestProvider } from '../oauth/provider.mjs';
import { listen, obtainer, type TestServer } from '../oauth/support.ts';
import { harness, memoryValues } from '../token/support.ts';
import { noCertificates, runOptions } from './support.ts';

let provider: TestProvider;
let api: TestServer;
let other: TestServer;
let sent: string[] = [];
let refused = new Set<string>();

beforeAll(async () => {
  provider = await startProvider();
  const answer: Parameters<typeof listen>[0] = (request, response) => {
    const authorization = request.headers.authorization ?? '';
    sent.push(authorization);
    response.writeHead(refused.has(authorization) ? 401 : 204).end();
  };
  [api, other] = [await listen(answer), await listen(answer)];
});
beforeEach(() => {
  sent = [];
  refused = new Set();
});
afterAll(() => Promise.all([provider.close(), api.close(), other.close()]));

interface Setup {
  readonly entries?: Readonly<Record<string, object>>;
  readonly answer?: 'once' | 'remember' | 'refuse';
}

/** Everything real but the person, who answers as told and never gives a secret. */
function tool({ entries = {}, answer = 'remember' }: Setup = {}) {
  const questions: Parameters<Asker['allowOrigin']>[0][] = [];
  const asked: string[] = [];
  const client = createHttpClient({ proxy: null, caCertificates: [] });
  const redactor = new Redactor();
  const tokens = new ForeignTokens(redactor);
  const files = memoryFiles({
    '/w/http-client.env.json': JSON.stringify({ dev: { Security: { Auth: entries } } }),
  });
  const obtain = obtainer({ fetch: fetchThrough(client), clock: systemClock });
  const { manager, store, options } = harness({
    clock: systemClock,
    redactor,
    obtain,
    preset: tokens,
    findProfile: (name, from) => {
      const subject = tokens.subjectOf(from, name);
      return subject === null ? Promise.reject(new Error(name)) : Promise.resolve(subject);
    },
    askSecret: (profile, { kind }) => {
      asked.push(`${kind} ${profile.name}`);
      return Promise.resolve(null);
    },
  });
  const engine = createEngine({
    files,
    clock: systemClock,
    client,
    tokens: manager,
    redactor,
    dpop: createDpopProver(options.keptSecrets),
    certificates: noCertificates,
    asker: {
      sendUnverified: () => Promise.resolve(false),
      allowOrigin(question) {
        questions.push(question);
        return Promise.resolve(answer);
      },
      confirmSend: () => Promise.resolve(false),
      value: () => Promise.resolve(null),
    },
    consent: createConsentStore(memoryValues()),
    processEnv: {},
    findProfile: (_file, name) => Promise.reject(new Error(name)),
    foreign: {
      tokens,
      authEntry: async (file, id) =>
        (await loadEnvironments(files, file, { environments: {} }, { trusted: true })).authEntry('dev', id),
    },
    openSink: () => Promise.reject(new Error('no file is written here')),
  });
  onCleanup(() => client.close());
  onCleanup(() => manager.dispose());
  const run = (text: string, dialect: Dialect = 'jetbrains', trusted = true) => {
    const tree = parseHttpFile(text, { dialect });
    const input = { file: '/w/a.http', tree, node: tree.requests[0]!, tokenName: null, overrides: {} };
    return engine.run({ ...input, environment: new Map(), options: { ...runOptions, trusted } });
  };
  return { run, questions, asked, store, redactor };
}

const clientEntry = () => ({
  Type: 'OAuth2',
  'Grant Type': 'Client Credentials',
  'Token URL': `${provider.issuer}/token`,
  'Client ID': 'basic',
  'Client Secret': 'basic-secret/+%',
  Scope: 'reports:read',
});
const withToken = (origin: string, id = 'api') =>
  `GET ${origin}/reports\nAuthorization: Bearer {{$auth.token("${id}")}}`;

describe('an entry of Security → Auth', () => {
  it('is obtained with the secret of the file, after the person allowed the origin once', async () => {
    const { run, questions, asked, redactor } = tool({ entries: { api: clientEntry() } });
    const before = provider.tokenRequests();
    const result = await run(withToken(api.origin));
    expect(result.error).toBeNull();
    expect(result.response?.status).toBe(204);
    expect(result.token?.name).toBe('api');
    expect(sent).toEqual([expect.stringMatching(/^Bearer ey/)]);
    expect(questions).toEqual([{ tokenName: 'api', origin: api.origin, allowed: [] }]);
    // What is shown holds neither the token nor the secret.
    expect(JSON.stringify(result.request)).not.toContain(sent[0]!.slice('Bearer '.length));
    expect(redactor.mask('basic-secret/+%')).not.toContain('basic-secret');

    expect((await run(withToken(api.origin))).error).toBeNull();
    expect(questions).toHaveLength(1);
    expect(provider.tokenRequests()).toBe(before + 1);
    expect(asked).toEqual([]);
  });

  it('is another token for another origin, and asks again', async () => {
    const { run, questions } = tool({ entries: { api: clientEntry() } });
    await run(withToken(api.origin));
    await run(withToken(other.origin));
    expect(questions.map(({ origin }) => origin)).toEqual([api.origin, other.origin]);
    expect(new Set(sent).size).toBe(2);
  });

  it('is not even obtained where the person refuses', async () => {
    const { run } = tool({ entries: { api: clientEntry() }, answer: 'refuse' });
    const before = provider.tokenRequests();
    expect((await run(withToken(api.origin))).error?.code).toBe('origin_not_allowed');
    expect((await run(withToken('http://api.example.com'))).error?.code).toBe('insecure_origin');
    expect(provider.tokenRequests()).toBe(before);
    expect(sent).toEqual([]);
  });

  it('is not obtained in an untrusted workspace', async () => {
    const { run, questions } = tool({ entries: { api: clientEntry() } });
    expect((await run(withToken(api.origin), 'jetbrains', false)).error?.code).toBe('untrusted_workspace');
    expect(questions).toEqual([]);
  });

  it('asks for a Host header that leads elsewhere', async () => {
    const { run, questions } = tool({ entries: { api: clientEntry() } });
    await run(`${withToken(api.origin)}\nHost: evil.localhost`);
    expect(questions.map(({ origin }) => origin)).toEqual([api.origin, 'http://evil.localhost']);
  });

  it('is refreshed once when the server refuses it, without another question', async () => {
    const { run, questions } = tool({ entries: { api: clientEntry() }, answer: 'once' });
    await run(withToken(api.origin));
    refused.add(sent[0]!);
    const result = await run(withToken(api.origin));
    expect(result).toMatchObject({ error: null, retried: 'invalid_token', response: { status: 204 } });
    expect(sent).toHaveLength(3);
    // Once for each request: "once" holds for its repetition.
    expect(questions).toHaveLength(2);
  });

  it('asks for a secret that the file does not hold', async () => {
    const entry = { ...clientEntry(), 'Client Secret': undefined };
    const { run, asked } = tool({ entries: { api: entry } });
    expect((await run(withToken(api.origin))).error?.code).toBe('secret_missing');
    expect(asked).toEqual(['client_secret api']);
  });

  it('takes a password', async () => {
    const entry = { ...clientEntry(), 'Grant Type': 'Password', 'Client ID': 'direct', Username: 'zoe' };
    const secrets = { 'Client Secret': 'direct-secret/+%', Password: PASSWORD };
    const { run } = tool({ entries: { api: { ...entry, ...secrets } } });
    expect((await run(withToken(api.origin))).error).toBeNull();
    expect(sent).toEqual([expect.stringMatching(/^Bearer ./)]);
  });

  it('says that there is no ID token', async () => {
    const { run } = tool({ entries: { api: clientEntry() } });
    const text = `GET ${api.origin}\nAuthorization: Bearer {{$auth.idToken("api")}}`;
    expect((await run(text)).error?.code).toBe('id_token_invalid');
  });
});

describe("httpyac's flows", () => {
  const variables = () => [
    `@oauth2_tokenEndpoint = ${provider.issuer}/token`,
    '@oauth2_clientId = basic',
    '@oauth2_clientSecret = basic-secret/+%',
    '@oauth2_scope = reports:read',
  ];

  it('ask as the client', async () => {
    const { run, questions } = tool();
    const text = [...variables(), `GET ${api.origin}`, 'Authorization: oauth2 client_credentials'].join('\n');
    expect((await run(text, 'httpyac')).error).toBeNull();
    expect(sent).toEqual([expect.stringMatching(/^Bearer ey/)]);
    expect(questions).toEqual([{ tokenName: 'oauth2', origin: api.origin, allowed: [] }]);
  });

  it('exchange the token for another', async () => {
    const { run } = tool();
    const text = [
      ...variables(),
      '@other_clientId = exchanger',
      '@other_clientSecret = exchanger-secret/+%',
      `GET ${api.origin}`,
      'Authorization: openid client_credentials oauth2 token_exchange other',
    ].join('\n');
    const result = await run(text, 'httpyac');
    expect(result.error).toBeNull();
    expect(result.token?.name).toBe('other');
    expect(sent).toEqual([expect.stringMatching(/^Bearer ./)]);
  });
});

it('variables of REST Client need a person, who cannot be reached here', async () => {
  const { run, questions } = tool();
  const text = `GET ${api.origin}\nAuthorization: Bearer {{$oidcAccessToken clientId:public authorizeEndpoint:${provider.issuer}/auth tokenEndpoint:${provider.issuer}/token scopes:openid}}`;
  expect((await run(text, 'rest-client')).error?.code).toBe('sign_in_needed');
  expect(questions.map(({ tokenName }) => tokenName)).toEqual(['oidcAccessToken']);
});
