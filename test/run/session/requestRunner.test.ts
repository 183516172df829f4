import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/base/auditEvent.ts';
import { noOptions, type ProfileOptions, type TokenProfile } from '../../../src/profile/profile.ts';
import { createRequestRunner } from '../../../src/run/session/requestRunner.ts';
import { requestSource } from '../../../src/sources/request.ts';
import type { Engine } from '../../../src/run/engine.ts';
import { memoryFiles } from '../../httpfile/memoryFiles.ts';
import { httpServer } from '../../http/support.ts';
import { profileOf, staticProfile } from '../../token/support.ts';
import { engineOver, runOptions } from '../support.ts';

const ORIGINS = ['http://127.0.0.1:*'];

function loginProfile(options: Partial<ProfileOptions> = {}, changes: Partial<TokenProfile> = {}) {
  return profileOf({
    name: 'api',
    grant: 'request',
    issuer: null,
    clientId: null,
    scope: null,
    origins: ORIGINS,
    options: { ...noOptions, request: 'auth.http#login', accessToken: '$.data.token', ...options },
    declaredIn: '/w/keyturn.json',
    ...changes,
  });
}

const REFRESHED = {
  expiresIn: '$.data.expires',
  refreshToken: '$.data.refresh',
  refreshRequest: 'auth.http#refresh',
} as const;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** An API with a login of its own, and the engine over the files that use it. */
async function house(
  files: (url: string) => Readonly<Record<string, string>>,
  profiles: readonly TokenProfile[] = [loginProfile()],
  trusted = true,
) {
  const logins: string[] = [];
  const seen: string[] = [];
  const { url } = await httpServer((request, response) => {
    void bodyOf(request).then((body) => {
      seen.push(`${request.method} ${request.url}`);
      if (request.url === '/login' || request.url === '/refresh') {
        logins.push(body);
        const number = logins.length;
        const data = { token: `secret-token-${number}`, refresh: `secret-refresh-${number}`, expires: 60 };
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify({ data }));
      } else if (request.url === '/csrf') {
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end('{"value":"from-csrf"}');
      } else if (request.url === '/text') {
        response.end('no JSON');
      } else if (request.url === '/refused') {
        response.writeHead(403);
        response.end();
      } else {
        response.end(request.headers.authorization ?? '');
      }
    });
  });
  let engine: Engine | null = null;
  const events: AuditEvent[] = [];
  const audit = { record: (event: AuditEvent) => void events.push(event) };
  const memory = memoryFiles(files(url));
  const clock = { now: () => made.clock.now() };
  const source = requestSource({
    requests: createRequestRunner({
      files: memory,
      clock,
      engine: () => (engine === null ? Promise.reject(new Error('too early')) : Promise.resolve(engine)),
      variables: () => Promise.resolve(new Map([['host', url]])),
      options: () => ({ ...runOptions, trusted }),
    }),
    clock: { now: clock.now, at: () => ({ dispose: () => undefined }) },
    register: (secret, label) => made.redactor.register(secret, label),
  });
  const made = engineOver({
    profiles,
    audit,
    manager: { obtain: (profile, context) => source.obtain(profile, context), audit },
  });
  ({ engine } = made);
  return { ...made, url, logins, seen, events };
}

const LOGIN = '# @name login\nPOST {{host}}/login\n\n{"user": "zoe"}\n';
const REFRESH = '\n###\n# @name refresh\nPOST {{host}}/refresh\n\n{{$refreshToken}}\n';

describe('a login that stands in a file', () => {
  it('obtains a token, once for all who wait, and no value is shown', async () => {
    const { run, url, logins, redactor, events } = await house(() => ({ '/w/auth.http': LOGIN }));
    const results = await Promise.all(
      Array.from({ length: 5 }, () => run(`# @token api\nGET ${url}/reports\n`)),
    );
    for (const { response, error } of results) {
      expect(error).toBeNull();
      const text = Buffer.from(response?.body ?? []).toString();
      expect(text).toBe('Bearer secret-token-1');
      expect(redactor.mask(text)).toBe('Bearer •••api•••');
    }
    expect(logins).toEqual(['{"user": "zoe"}']);
    expect(events.filter(({ action }) => action === 'obtained')).toHaveLength(1);
  });

  it('is refreshed ahead of expiry with the stored refresh token', async () => {
    const { run, url, logins, clock, events } = await house(
      () => ({ '/w/auth.http': LOGIN + REFRESH }),
      [loginProfile(REFRESHED)],
    );
    await run(`# @token api\nGET ${url}/reports\n`);
    clock.nowMs += 50_000;
    const { response } = await run(`# @token api\nGET ${url}/reports\n`);
    expect(Buffer.from(response?.body ?? []).toString()).toBe('Bearer secret-token-2');
    expect(logins[1]?.trim()).toBe('secret-refresh-1');
    expect(events.map(({ action }) => action)).toContain('refreshed');
  });

  it('sends the refresh token to no other origin than those that may have it', async () => {
    const other = await httpServer((_request, response) => response.end('{}'));
    const file = `${LOGIN}\n###\n# @name refresh\nPOST ${other.url}/refresh\n\n{{$refreshToken}}\n`;
    let port = '';
    const profile = (origin: string) => loginProfile(REFRESHED, { origins: [origin] });
    const profiles: TokenProfile[] = [];
    const { run, url, clock } = await house((at) => {
      port = at;
      return { '/w/auth.http': file };
    }, profiles);
    profiles.push(profile(port));
    await run(`# @token api\nGET ${url}/reports\n`);
    clock.nowMs += 61_000;
    const { error } = await run(`# @token api\nGET ${url}/reports\n`);
    expect(error).toMatchObject({ code: 'origin_not_allowed' });
    expect(error?.message).toContain(other.url);
    expect(error?.message).not.toContain('secret-');
  });

  it('uses its own tokens, and sends what it needs first', async () => {
    const file = `# @name csrf\nGET {{host}}/csrf\n\n###\n# @name login\n# @token key\nPOST {{host}}/login\n\n{{csrf.response.body.$.value}} {{$token password}}\n`;
    const profiles = [
      loginProfile(),
      staticProfile({ name: 'key', origins: ORIGINS }),
      staticProfile({ name: 'password', origins: ORIGINS }),
    ];
    const { run, url, logins, seen, manager } = await house(() => ({ '/w/auth.http': file }), profiles);
    for (const profile of profiles.slice(1)) await manager.add(profile, `${profile.name}-hunter2`);
    expect((await run(`# @token api\nGET ${url}/reports\n`)).error).toBeNull();
    expect(seen).toEqual(['GET /csrf', 'POST /login', 'GET /reports']);
    expect(logins[0]?.trim()).toBe('from-csrf password-hunter2');
  });

  it('says so where it needs the token that it obtains, directly or by another', async () => {
    const own = await house(() => ({ '/w/auth.http': `# @name login\n# @token api\nPOST {{host}}/login\n` }));
    expect((await own.run(`# @token api\nGET ${own.url}/reports\n`)).error).toMatchObject({
      code: 'profile_invalid',
      message: expect.stringContaining('needs this token itself') as string,
    });
    const file =
      '# @name login\n# @token b\nPOST {{host}}/login\n\n###\n# @name other\n# @token api\nPOST {{host}}/login\n';
    const two = await house(
      () => ({ '/w/auth.http': file }),
      [loginProfile(), loginProfile({ request: 'auth.http#other' }, { name: 'b' })],
    );
    const text = `# @token api\nGET ${two.url}/reports\n\n###\n# @token b\nGET ${two.url}/reports\n`;
    // Begun together, each would wait for the other for ever.
    const results = await Promise.all([two.run(text), two.run(text, { at: 1 })]);
    for (const { error } of results) expect(error).toMatchObject({ code: 'profile_invalid' });
    expect(two.logins).toEqual([]);
  });

  it.each<[string, string, Partial<ProfileOptions>, string, RegExp]>([
    ['refuses', '# @name login\nGET {{host}}/refused\n', {}, 'access_denied', /answered with 403/],
    ['is no JSON', '# @name login\nGET {{host}}/text\n', {}, 'token_response_invalid', /no JSON/],
    [
      'has no such member',
      LOGIN,
      { accessToken: '$.data.jwt' },
      'token_response_invalid',
      /nothing at \$\.data\.jwt/,
    ],
    [
      'has no such header',
      LOGIN,
      { accessToken: 'header:X-Auth' },
      'token_response_invalid',
      /no header X-Auth/,
    ],
    ['has several values', LOGIN, { accessToken: '$.data.*' }, 'token_response_invalid', /3 values/],
    ['is asked with no JSONPath', LOGIN, { accessToken: '$[' }, 'token_response_invalid', /no JSONPath/],
    ['has a note', `# @note Sure?\n${LOGIN}`, {}, 'confirmation_needed', /@note/],
    ['is not there', LOGIN, { request: 'auth.http#sign' }, 'request_not_found', /no request of that name/],
    ['is in no file', LOGIN, { request: 'other.http#login' }, 'file_unreadable', /no file other\.http/],
    ['is outside of the workspace', LOGIN, { request: '../b.http#login' }, 'file_unreadable', /outside/],
    [
      'cannot be reached',
      '# @name login\nGET http://127.0.0.1:1/\n',
      {},
      'connection_refused',
      /"api" with auth/,
    ],
    ['lacks a variable', '# @name login\nGET {{hosst}}/\n', {}, 'variable_unknown', /hosst/],
  ])('fails clearly where it %s', async (_words, file, options, code, words) => {
    const { run, url } = await house(
      () => ({ '/w/auth.http': file, '/b.http': LOGIN }),
      [loginProfile(options)],
    );
    const { error } = await run(`# @token api\nGET ${url}/reports\n`);
    expect(error).toMatchObject({ code });
    expect(error?.message).toMatch(words);
    expect(`${error?.message} ${error?.hint}`).not.toMatch(/secret-/);
  });

  it('names what the answer has at that level', async () => {
    const { run, url } = await house(
      () => ({ '/w/auth.http': LOGIN }),
      [loginProfile({ accessToken: '$.data.jwt' })],
    );
    const { error } = await run(`# @token api\nGET ${url}/reports\n`);
    expect(error?.hint).toBe('$.data has: token, refresh, expires.');
  });

  it('is not sent in an untrusted workspace', async () => {
    const { run, url, seen } = await house(() => ({ '/w/auth.http': LOGIN }), [loginProfile()], false);
    expect((await run(`# @token api\nGET ${url}/reports\n`)).error).toMatchObject({
      code: 'untrusted_workspace',
    });
    expect(seen).toEqual([]);
  });

  it('leaves a refresh token without value in a request that is sent by hand', async () => {
    const { run, url } = await house(() => ({}));
    const { error } = await run(`POST ${url}/refresh\n\n{{$refreshToken}}\n`);
    expect(error).toMatchObject({
      code: 'variable_invalid',
      message: expect.stringContaining('refreshes') as string,
    });
  });
});
