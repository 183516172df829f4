import { generateKeyPairSync } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../src/terminal/main.ts';
import { json, listen } from '../../oauth/support.ts';
import { keyturn } from '../support.ts';

let server: Server;
let origin: string;
let folder: string;

beforeAll(async () => {
  server = createServer((request, response) => response.end(request.headers.authorization ?? 'none'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/**
 * A `gh` that prints a token: a fake of what cannot be had, a person who is signed in to GitHub. It writes down how
 * it was called.
 */
const fakeGh = `#!/bin/sh
printf '%s\\n' "$*" "$PWD" "\${KEYTURN_TOKEN_OTHER-none}" >> "$CALLS"
if [ "$1 $2" != "auth token" ]; then
  echo "unknown command, tried gho_fake0123456789abcdef" >&2
  exit 1
fi
echo gho_fake0123456789abcdef
`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-sources-'));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/gh'), fakeGh);
  await chmod(join(folder, 'bin/gh'), 0o755);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const environment = (more: Readonly<Record<string, string>> = {}) => ({
  PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
  CALLS: join(folder, 'calls'),
  XDG_STATE_HOME: join(folder, 'state'),
  DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
  KEYTURN_TOKEN_OTHER: 'secret-of-another',
  ...more,
});
const calls = () => readFile(join(folder, 'calls'), 'utf8').catch(() => '');

async function declare(profile: object, count = 1): Promise<void> {
  const tokens = { mine: { origins: [origin], ...profile } };
  await writeFile(join(folder, 'keyturn.json'), JSON.stringify({ tokens }));
  const request = `# @token mine\nGET ${origin}/\n`;
  await writeFile(join(folder, 'a.http'), Array.from({ length: count }, () => request).join('\n###\n'));
}
const run = (env: Readonly<Record<string, string>> = {}, ...args: string[]) =>
  keyturn(['run', 'a.http', '--json', ...args], { cwd: folder, env: environment(env) });
const results = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map(
      (line) => JSON.parse(line) as { response: { status: number } | null; error: { code: string } | null },
    );

const gh = { grant: 'command', command: ['gh', 'auth', 'token'] };

describe('a token that a command prints', () => {
  it('is used where the line was allowed, once for all requests, and shown nowhere', async () => {
    await declare(gh, 3);
    const outcome = await run({ KEYTURN_ALLOW_COMMANDS: 'az account get-access-token\ngh auth token\n' });
    expect(outcome).toMatchObject({ code: 0 });
    expect(results(outcome.out).map(({ response }) => response?.status)).toEqual([200, 200, 200]);
    expect(await calls()).toBe(`auth token\n${folder}\nnone\n`);
    expect(outcome.out + outcome.err).not.toContain('gho_fake');
  });

  it('arrives at the server', async () => {
    await declare(gh);
    const outcome = await keyturn(['run', 'a.http', '--line', '2', '-o', 'body'], {
      cwd: folder,
      env: environment({ KEYTURN_ALLOW_COMMANDS: 'gh auth token' }),
    });
    expect(outcome.code).toBe(0);
    expect(await readFile(join(folder, 'body'), 'utf8')).toBe('Bearer gho_fake0123456789abcdef');
  });

  it.each([
    ['nothing is allowed', {}],
    ['another line is', { KEYTURN_ALLOW_COMMANDS: 'gh auth' }],
    ['only part of a line is the same', { KEYTURN_ALLOW_COMMANDS: 'gh auth token --hostname x' }],
  ])('is not asked for where %s', async (_name, env) => {
    await declare(gh);
    const outcome = await run(env);
    expect(outcome.code).toBe(1);
    expect(results(outcome.out)[0]?.error).toMatchObject({ code: 'command_refused' });
    expect(await calls()).toBe('');
  });

  it('is told how to be allowed', async () => {
    await declare(gh);
    const outcome = await keyturn(['token', 'refresh', 'mine'], { cwd: folder, env: environment() });
    expect(outcome.code).toBe(1);
    expect(outcome.err).toContain('set KEYTURN_ALLOW_COMMANDS to this line: gh auth token');
  });

  it('says what the program said, without the secret in it', async () => {
    await declare({ ...gh, command: ['gh', 'auth', 'status'] });
    const outcome = await run({ KEYTURN_ALLOW_COMMANDS: 'gh auth status' });
    expect(results(outcome.out)[0]?.error).toMatchObject({
      code: 'command_failed',
      message: '"gh" ended with code 1: unknown command, tried •••.',
    });
  });
});

describe('at a terminal', () => {
  /** The command with a person in front of it who types this. */
  async function ask(
    typed: string | ((asked: number) => string),
    more: Readonly<Record<string, string>> = {},
  ) {
    let asked = 0;
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const out = new PassThrough();
    const err = Object.assign(new PassThrough(), { isTTY: true });
    const text = { out: '', err: '' };
    out.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
    err.on('data', (chunk: Buffer) => {
      text.err += chunk.toString();
      if (chunk.toString().includes('not (n)?'))
        input.write(typeof typed === 'string' ? typed : typed(++asked));
    });
    const streams = {
      in: input,
      out,
      err,
      env: environment({ NO_COLOR: '1', ...more }),
      cwd: folder,
      sandboxEntry: '',
    };
    return { code: await main(['run', 'a.http', '--json'], streams), ...text };
  }

  it.each([
    ['o\n', 0],
    ['a\n', 0],
    ['n\n', 1],
    ['\n', 1],
    ['yes please\n', 1],
  ])('%j decides', async (typed, code) => {
    await declare(gh);
    const outcome = await ask(typed);
    expect(outcome.code).toBe(code);
    expect(outcome.err).toContain(
      [
        'Token "mine" is the output of this command:',
        '  gh auth token',
        `  The program is "${join(folder, 'bin/gh')}".`,
        `  It runs in "${folder}", without a shell, with your permissions.`,
        `  Keyturn asks again when one of these files changes: "${join(folder, 'bin/gh')}".`,
        '  Keyturn does not watch other files that they use.',
        `  Allowed origins: ${origin}.`,
        `  Declared in "${join(folder, 'keyturn.json')}"`,
      ].join('\n'),
    );
    expect((await calls()) !== '').toBe(code === 0);
    // There is no usable keychain here to remember it.
    if (typed === 'a\n') expect(outcome.err).toContain('did not store your permission');
  });

  it('is shown as it is: names that are looked up, paths on one line, and all origins on request', async () => {
    const many = Array.from({ length: 20 }, (_, at) => `https://a${at}.example.com`);
    await declare({
      ...gh,
      command: ['gh', 'auth', 'token', '\u202e\u3164'],
      origins: [origin, 'https://ap\u0456.example.com', 'https://a\u2215b.example', ...many],
    });
    const outside = folder;
    // A folder whose name would write lines of its own.
    folder = join(outside, 'x\n  Allowed origins: api.example.com.\n\u202e');
    await mkdir(folder);
    for (const name of ['keyturn.json', 'a.http']) await copyFile(join(outside, name), join(folder, name));
    const path = { PATH: `${join(outside, 'bin')}${delimiter}${process.env['PATH'] ?? ''}` };
    const outcome = await ask((asked) => (asked === 1 ? 'l\n' : 'n\n'), path);
    folder = outside;
    expect(outcome.code).toBe(1);
    expect(outcome.err).toContain('gh auth token "\\u{202E}\\u{3164}"');
    expect(outcome.err).toContain('https://xn--ap-ioc.example.com (written "https://ap\u0456.example.com")');
    expect(outcome.err).toContain('https://xn--ab-6bv.example (written "https://a\u2215b.example")');
    expect(outcome.err.match(/and 13 more/g)).toHaveLength(1);
    for (const one of many) expect(outcome.err).toContain(`  ${one}\n`);
    expect(outcome.err).toContain('x\\n  Allowed origins: api.example.com.\\n\\u{202E}');
    expect(outcome.err).not.toMatch(/^ {2}Allowed origins: api/m);

    expect(outcome.err).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u3164]/);
  });

  it('is asked once for requests that wait together', async () => {
    await declare(gh, 2);
    const outcome = await ask('o\n');
    expect(outcome.code).toBe(0);
    expect(outcome.err.split('not (n)?').length - 1).toBe(1);
  });
});

describe('a token of the environment', () => {
  it('is used', async () => {
    await declare({ grant: 'environment', variable: 'API_TOKEN' });
    const outcome = await keyturn(['run', 'a.http', '--line', '2', '-o', 'body'], {
      cwd: folder,
      env: environment({ API_TOKEN: 'from-the-environment' }),
    });
    expect(outcome.code).toBe(0);
    expect(outcome.err).not.toContain('keychain');
    expect(await readFile(join(folder, 'body'), 'utf8')).toBe('Bearer from-the-environment');
  });

  it('that is not set says so', async () => {
    await declare({ grant: 'environment', variable: 'API_TOKEN' });
    const outcome = await run();
    expect(results(outcome.out)[0]?.error).toMatchObject({
      code: 'token_missing',
      message: 'The variable API_TOKEN of the token "mine" is not set.',
    });
  });

  it('is never that of another profile', async () => {
    await declare({ grant: 'environment', variable: 'KEYTURN_TOKEN_OTHER' });
    const outcome = await run();
    expect(outcome.code).toBe(1);
    expect(results(outcome.out)[0]?.error).toMatchObject({ code: 'profile_invalid' });
  });
});

it('an account of the editor is explained', async () => {
  await declare({ grant: 'editor_account', provider: 'github', scope: 'repo' });
  const outcome = await run();
  expect(results(outcome.out)[0]?.error).toMatchObject({ code: 'unsupported' });
});

it('a keychain entry without a keychain is explained', async () => {
  await declare({ grant: 'keychain', keychainService: 'gh:github.com' });
  const outcome = await run();
  expect(results(outcome.out)[0]?.error).toMatchObject({ code: 'access_denied' });
});

describe('a key file', () => {
  const declareSigner = async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keyFile = join(keys, 'key.pem');
    await writeFile(keyFile, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await declare({ grant: 'self_signed', algorithm: 'ES256', keyFile, claims: { sub: 'zoe' } });
    return keyFile;
  };
  let keys: string;
  beforeEach(async () => (keys = await mkdtemp(join(tmpdir(), 'keyturn-keys-'))));
  afterEach(() => rm(keys, { recursive: true, force: true }));

  it('is read only with a permission', async () => {
    const keyFile = await declareSigner();
    const refused = await run();
    expect(refused.code).toBe(1);
    expect(results(refused.out)[0]?.error?.code).toBe('access_denied');
    const other = await run({ KEYTURN_ALLOW_KEY_FILES: `${keyFile}.old\n/other` });
    expect(other.code).toBe(1);
    const allowed = await run({ KEYTURN_ALLOW_KEY_FILES: `/other\n${keyFile}` });
    expect(allowed.code).toBe(0);
    expect(results(allowed.out)[0]?.response?.status).toBe(200);
  });
});

describe('servers that get secrets of another one', () => {
  it('get them only with a permission for exactly these servers', async () => {
    const got: string[] = [];
    const elsewhere = await listen((request, response, body) => {
      got.push(`${request.method ?? ''} ${request.url ?? ''} ${body}`);
      json(response, 200, { access_token: 'issued-by-elsewhere', token_type: 'bearer' });
    });
    try {
      const honest = 'https://id.invalid';
      await declare({
        grant: 'password',
        clientId: 'app',
        username: 'zoe',
        issuer: honest,
        tokenEndpoint: `${elsewhere.origin}/token`,
      });
      const password = { KEYTURN_PASSWORD_MINE: 'MY-REAL-PASSWORD' };
      const refused = await run(password);
      expect(refused.code).toBe(1);
      expect(results(refused.out)[0]?.error?.code).toBe('receiver_not_allowed');
      const line = `${honest} ${elsewhere.origin}`;
      const told = await run({ ...password, KEYTURN_ALLOW_RECEIVERS: `${honest} https://other.example` });
      expect(told.code).toBe(1);
      expect(got).toEqual([]);
      const allowed = await run({
        ...password,
        KEYTURN_ALLOW_RECEIVERS: `https://a.example https://b.example\n${line}`,
      });
      expect(allowed.code).toBe(0);
      expect(got).toEqual([expect.stringContaining('password=MY-REAL-PASSWORD') as string]);
    } finally {
      await elsewhere.close();
    }
  });
});
