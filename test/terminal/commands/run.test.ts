import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listen } from '../../oauth/support.ts';
import { keyturn, type Outcome, type Surroundings } from '../support.ts';

const secret = 'canary-token-0123456789';
let server: Server;
let origin: string;
let folder: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const status = Number(url.searchParams.get('status') ?? 200);
    if (url.pathname === '/cut') {
      response.writeHead(status, { 'retry-after': '30', 'content-length': '100' }).write('half of it');
      setTimeout(() => response.socket?.destroy(), 20);
      return;
    }
    if (url.pathname === '/packed') {
      response.writeHead(status, { 'content-encoding': 'gzip' }).end('plain text');
      return;
    }
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '4986',
      'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 2460),
    });
    response.end(
      JSON.stringify({ path: url.pathname, authorization: request.headers.authorization ?? null }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const run = (args: string[], rest: Omit<Surroundings, 'cwd'> = {}): Promise<Outcome> =>
  keyturn(args, { cwd: folder, ...rest });
const lines = (outcome: Outcome): unknown[] =>
  outcome.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('keyturn run', () => {
  it('prints one object a line, with everything that is promised', async () => {
    await write(
      'a.http',
      `@host = ${origin}\n### one\n# @name first\nGET {{host}}/one?a=b\nX-Mark: {{mark}}\n`,
    );
    const outcome = await run(['run', 'a.http', '--json', '--var', 'mark=here=there']);
    expect(outcome).toMatchObject({ code: 0, err: '' });
    expect(lines(outcome)).toEqual([
      {
        file: 'a.http',
        name: 'first',
        line: 4,
        request: { method: 'GET', url: `${origin}/one?a=b`, headers: [['X-Mark', 'here=there']] },
        response: {
          status: 200,
          headers: expect.arrayContaining([['content-type', 'application/json']]) as unknown,
          sizeBytes: 36,
          durationMs: expect.any(Number) as number,
        },
        rateLimits: [
          {
            name: null,
            limit: 5000,
            remaining: 4986,
            used: null,
            resetAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
            windowSeconds: null,
            unit: null,
            source: expect.any(String) as string,
          },
        ],
        retryAfterSeconds: null,
        token: null,
        retried: null,
        challenge: null,
        notes: [],
        tests: [],
        notRun: [],
        problems: [],
        skipped: null,
        error: null,
      },
    ]);
  });

  it('sends the chosen request and gives its body to standard output, the rest to standard error', async () => {
    await write('a.http', `### one\nGET ${origin}/one\n\n### two\n# @name second\nGET ${origin}/two\n`);
    for (const choice of [
      ['--name', 'second'],
      ['--line', '6'],
      ['--name', 'two'],
    ]) {
      const outcome = await run(['run', 'a.http', ...choice]);
      expect(outcome.code).toBe(0);
      expect(JSON.parse(outcome.out)).toEqual({ path: '/two', authorization: null });
      expect(outcome.err).toMatch(/200 OK · .* · 36 B · 4,986\/5,000 left, resets in 4[01] min/);
    }
  });

  it('writes the body of the chosen request to a file', async () => {
    await write('a.http', `GET ${origin}/saved\n`);
    const outcome = await run(['run', 'a.http', '--line', '1', '--output', 'body.json']);
    expect(outcome).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'body.json'), 'utf8')).toContain('/saved');
  });

  it('counts a status as a failure only with --fail', async () => {
    await write('a.http', `GET ${origin}/?status=404\n`);
    expect((await run(['run', 'a.http'])).code).toBe(0);
    expect((await run(['run', 'a.http', '--fail'])).code).toBe(1);
  });

  it('goes on after a request that fails, and says so with exit code 1', async () => {
    await write(
      'a.http',
      `GET http://127.0.0.1:1/\n\n###\nGET ${origin}/{{nowhere}}\n\n###\nGET ${origin}/ok\n`,
    );
    const outcome = await run(['run', 'a.http', '--json']);
    expect(outcome.code).toBe(1);
    expect(lines(outcome)).toMatchObject([
      { response: null, error: { code: 'connection_refused' } },
      {
        response: null,
        error: { code: 'variable_unknown', message: expect.stringContaining('nowhere') as string },
      },
      { response: { status: 200 }, error: null },
    ]);
  });

  it('takes variables from the chosen environment', async () => {
    await write('http-client.env.json', JSON.stringify({ dev: { origin }, other: {} }));
    await write('a.http', 'GET {{origin}}/env\n');
    expect(lines(await run(['run', 'a.http', '--env', 'dev', '--json']))).toMatchObject([
      { response: { status: 200 } },
    ]);
    const wrong = await run(['run', 'a.http', '--env', 'nope']);
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.err).toContain('The environments are dev, other.');
  });

  it('keeps the order of the file whatever the concurrency', async () => {
    await write('a.http', Array.from({ length: 40 }, (_, n) => `### r${n}\nGET ${origin}/${n}\n`).join('\n'));
    const outcome = await run(['run', 'a.http', '--json', '--concurrency', '8']);
    expect(lines(outcome).map((line) => (line as { line: number }).line)).toEqual(
      Array.from({ length: 40 }, (_, n) => 2 + n * 3),
    );
  });
});

describe('tokens in keyturn run', () => {
  const profile = (at = origin) =>
    write('keyturn.json', JSON.stringify({ tokens: { api: { grant: 'static', origins: [at] } } }));
  const env = { KEYTURN_TOKEN_API: secret };

  it('puts the token where the request asks for it, and never shows it', async () => {
    await profile();
    await write('a.http', `# @token api\nGET ${origin}/mine?copy={{$token api}}\n`);
    const json = await run(['run', 'a.http', '--json'], { env });
    expect(lines(json)).toMatchObject([
      { response: { status: 200 }, token: { name: 'api', status: 'unknown', refreshed: false }, error: null },
    ]);
    const body = await run(['run', 'a.http', '--line', '2'], { env });
    expect(body.out).toContain('"authorization":"Bearer ');
    expect(body.err).toContain('KEYTURN_TOKEN_API');
    for (const outcome of [json, body]) expect(outcome.out + outcome.err).not.toContain(secret);
  });

  it('takes the token of --token instead of the request’s own', async () => {
    await write(
      'keyturn.json',
      JSON.stringify({
        tokens: {
          api: { grant: 'static', origins: [origin] },
          other: { grant: 'static', origins: [origin] },
        },
      }),
    );
    await write('a.http', `# @token api\nGET ${origin}/\n`);
    const outcome = await run(['run', 'a.http', '--json', '--token', 'other'], {
      env: { ...env, KEYTURN_TOKEN_OTHER: 'another-token-value' },
    });
    expect(lines(outcome)).toMatchObject([{ token: { name: 'other' } }]);
  });

  it('prints why the server refuses the token, in its words', async () => {
    const api = await listen((_request, response) => {
      const challenge = 'Bearer error="invalid_token", error_description="It was revoked, today"';
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    await profile(api.origin);
    await write('a.http', `# @token api\nGET ${api.origin}/\n`);
    const text = await run(['run', 'a.http'], { env });
    await api.close();
    expect(text.out).toContain('  The server says: It was revoked, today\n');
  });

  it('says what the server says of the token', async () => {
    await profile();
    await write('a.http', `# @token api\nGET ${origin}/mine?status=401\n\n###\nGET ${origin}/?status=401\n`);
    const json = await run(['run', 'a.http', '--json'], { env });
    const challenge = {
      origin,
      error: null,
      errorDescription: null,
      scopes: [],
      missingScopes: [],
      acrValues: [],
      maxAgeSeconds: null,
      resourceMetadata: null,
    };
    const refusal = {
      code: 'token_invalid',
      message: 'The server refused the token "api", and Keyturn cannot refresh it.',
      hint: 'Add a new one with "Keyturn: Add Token" or `keyturn token add api`.',
    };
    expect(lines(json)).toMatchObject([
      { retried: null, challenge: { ...challenge, refusal }, token: { scope: null, askedScope: null } },
      { retried: null, challenge: { ...challenge, refusal: null }, token: null },
    ]);
    const text = await run(['run', 'a.http'], { env });
    expect(text.out).toContain('token refused');
    expect(text.out).toContain('and Keyturn cannot refresh it. Add a new one');
  });

  it('refuses an origin that the token is not bound to', async () => {
    await write(
      'keyturn.json',
      JSON.stringify({ tokens: { api: { grant: 'static', origins: ['https://api.example.com'] } } }),
    );
    await write('a.http', `# @token api\nGET ${origin}/\n\n###\nGET ${origin}/?t={{$token api}}\n`);
    const outcome = await run(['run', 'a.http', '--json'], { env });
    expect(outcome.code).toBe(1);
    expect(lines(outcome)).toMatchObject([
      {
        response: null,
        error: { code: 'origin_not_allowed', message: expect.stringContaining(origin) as string },
      },
      { response: null, error: { code: 'origin_not_allowed' } },
    ]);
  });

  it('says what is wrong with an unknown name, a broken profile and a missing token', async () => {
    await write(
      'keyturn.json',
      JSON.stringify({ tokens: { bad: { grant: 'static' }, empty: { grant: 'static', origins: [origin] } } }),
    );
    await write(
      'a.http',
      ['nobody', 'bad', 'empty'].map((name) => `###\n# @token ${name}\nGET ${origin}/\n`).join('\n'),
    );
    const outcome = await run(['run', 'a.http', '--json']);
    expect(outcome.code).toBe(1);
    expect(lines(outcome)).toMatchObject([
      { error: { code: 'profile_unknown' } },
      { error: { code: 'profile_invalid', message: expect.stringContaining('origins') as string } },
      { error: { code: 'store_unavailable' } },
    ]);
  });

  it.each([
    ['is cut off', '{ "tokens": {', 'line 1 of keyturn.json'],
    ['is no object', '[]', 'line 1 of keyturn.json'],
    ['is nested without end', '['.repeat(10_000), 'line 1 of keyturn.json'],
  ])('says so where keyturn.json %s', async (_what, content, fault) => {
    await write('keyturn.json', content);
    await write('a.http', `# @token prod\nGET ${origin}/\n`);
    const outcome = await run(['run', 'a.http', '--json']);
    expect(lines(outcome)).toMatchObject([
      { error: { code: 'profile_unknown', message: expect.stringContaining(fault) as string } },
    ]);
  });

  it('says so where keyturn.json cannot be read', async () => {
    await mkdir(join(folder, 'keyturn.json'));
    await write('a.http', `# @token prod\nGET ${origin}/\n`);
    const outcome = await run(['run', 'a.http', '--json']);
    expect(lines(outcome)).toMatchObject([
      { error: { code: 'profile_unknown', message: expect.stringContaining('is a folder') as string } },
    ]);
  });
});

describe('wrong use', () => {
  it.each([
    [[]],
    [['nonsense']],
    [['run']],
    [['list']],
    [['run', 'a.http', '--nonsense']],
    [['run', 'a.http', '--concurrency', '0']],
    [['run', 'a.http', '--name', 'a', '--line', '1']],
    [['run', 'a.http', '--line', 'x']],
    [['run', 'a.http', '--output', 'x']],
    [['run', 'a.http', '--max-size', 'much']],
    [['run', 'a.http', '--var', 'novalue']],
    [['token']],
    [['token', 'nonsense']],
    [['token', 'show']],
    [['sandbox', '--header-style', 'mine']],
  ])('%j exits with 2 and one clear line', async (args) => {
    await write('a.http', `GET ${origin}/\n`);
    const outcome = await run(args);
    expect(outcome).toMatchObject({ code: 2, out: '' });
    expect(outcome.err).not.toBe('');
    expect(outcome.err).not.toContain('    at ');
  });

  it('helps everywhere', async () => {
    const all = [['--help'], ['list', '--help'], ['run', '-h'], ['token', '--help'], ['sandbox', '--help']];
    for (const sub of ['add', 'list', 'show', 'refresh', 'remove', 'inspect'])
      all.push(['token', sub, '--help']);
    for (const args of all) {
      const outcome = await run(args);
      expect(outcome).toMatchObject({ code: 0, err: '' });
      expect(outcome.out).toContain('Usage:');
    }
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('tells status, headers and limits beside a body that failed', async () => {
    await write('a.http', `### a\nGET ${origin}/cut?status=429\n### b\nGET ${origin}/packed?status=422\n`);
    const outcome = await run(['run', 'a.http', '--json']);
    expect(outcome.code).toBe(1);
    expect(lines(outcome)).toMatchObject([
      {
        response: { status: 429, sizeBytes: 10 },
        retryAfterSeconds: 30,
        error: { code: 'connection_reset' },
      },
      { response: { status: 422, sizeBytes: 10 }, error: { code: 'decompression_failed' } },
    ]);
    const one = await run(['run', 'a.http', '--name', 'b']);
    expect(one).toMatchObject({ code: 1, out: 'plain text' });
    expect(one.err).toMatch(/✗ GET .*\n {2}422 .* · 10 B\n {2}The body of the response is not valid gzip/);
    expect(await run(['run', 'a.http', '--name', 'a', '--output', 'saved'])).toMatchObject({ code: 1 });
    expect(await readFile(join(folder, 'saved'), 'utf8')).toBe('half of it');
  });

  it('shows the URL that was sent, and says what of it was not', async () => {
    await write(
      'a.http',
      `@tag = #42\n### a\nGET ${origin}/find?tag={{tag}}&page=2\n### b\nGET ${origin}/a\\b/50%#part\n`,
    );
    const outcome = await run(['run', 'a.http', '--json']);
    expect(lines(outcome)).toMatchObject([
      {
        request: { url: `${origin}/find?tag=` },
        notes: [expect.stringContaining('# came out of a variable') as string],
        error: null,
      },
      { request: { url: `${origin}/a%5Cb/50%25` }, notes: [] },
    ]);
    expect((await run(['run', 'a.http', '--name', 'a'])).err).toContain('note: What follows # in the URL');
  });

  it('names a file that is not there, and a request that is not in it', async () => {
    expect(await run(['run', 'none.http'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('none.http') as string,
    });
    await write('a.http', `GET ${origin}/\n`);
    expect(await run(['run', 'a.http', '--name', 'x'])).toMatchObject({ code: 1 });
    expect(await run(['run', 'a.http', '--line', '99'])).toMatchObject({ code: 1 });
  });

  it('says that a file holds no requests', async () => {
    await write('empty.http', '# nothing yet\n');
    const outcome = await run(['run', 'empty.http', '--json']);
    expect(outcome).toMatchObject({ code: 0, out: '', err: 'empty.http contains no requests.\n' });
  });

  it('lists the files that can be read beside one that cannot', async () => {
    await write('a.http', `GET ${origin}/\n`);
    const outcome = await run(['list', 'none.http', 'a.http', '--json']);
    expect(outcome).toMatchObject({ code: 1, err: expect.stringContaining('none.http') as string });
    expect(lines(outcome)).toMatchObject([{ file: 'a.http', requests: [{ line: 1 }] }]);
  });

  it('shows control characters of a file instead of obeying them', async () => {
    await write('a.http', `GET ${origin}/\u001b[31mred\n`);
    const outcome = await run(['list', 'a.http']);
    expect(outcome.out).not.toContain('\u001b');
    expect(outcome.out).toContain('\\u{1B}[31mred');
  });
});
