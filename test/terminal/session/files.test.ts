import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keyturn, type Outcome } from '../support.ts';

const isPosix = process.platform !== 'win32';
const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

let server: Server;
let origin: string;
/** All that the server was sent: lines, headers and bodies. */
let received: string;
/** Two folders above the project, where the person keeps other things. */
let home: string;
let project: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    received += `${request.method} ${request.url}\n${JSON.stringify(request.headers)}\n`;
    request.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    request.on('end', () => response.end('ok'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  received = '';
  home = await mkdtemp(join(tmpdir(), 'keyturn-home-'));
  project = join(home, 'code', 'project');
  await mkdir(project, { recursive: true });
  await writeFile(join(home, '.env'), 'CLOUD_KEY=of-the-person-1\n');
  await writeFile(
    join(home, 'code', 'http-client.private.env.json'),
    JSON.stringify({ $shared: { liveKey: 'of-the-person-2' }, dev: {} }),
  );
  await writeFile(join(home, 'id_key'), 'of-the-person-3');
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function run(text: string, args: string[] = [], env: Record<string, string> = {}): Promise<Outcome> {
  await writeFile(join(project, 'a.http'), text.replaceAll('ORIGIN', origin));
  return keyturn(['run', 'a.http', '--json', ...args], { cwd: project, env });
}
const errorOf = ({ out }: Outcome) => (JSON.parse(out) as { error: { code: string; message: string } }).error;

describe.runIf(isPosix)('a body that names no file', () => {
  const given = { KEYTURN_TOKEN_PROD: 'secret-of-this-process' };

  it.each(['/proc/self/environ', '/proc/thread-self/environ', './environ', './mine/environ', '/dev/zero'])(
    'is not sent: %s',
    async (path) => {
      await symlink('/proc/self/environ', join(project, 'environ'));
      await symlink('/proc/self', join(project, 'mine'));
      const bodies = [
        `POST ORIGIN/\n\n< ${path}\n`,
        `POST ORIGIN/\n\n<@ ${path}\n`,
        `POST ORIGIN/\nContent-Type: multipart/form-data; boundary=x\n\n--x\nContent-Disposition: form-data; name="a"\n\n< ${path}\n--x--\n`,
        `GRAPHQL ORIGIN/\n\ngql q < ${path}\n`,
      ];
      for (const body of bodies) {
        const outcome = await run(body, [], given);
        expect(errorOf(outcome)).toMatchObject({ code: 'file_unreadable' });
        expect(errorOf(outcome).message).toContain(path);
      }
      expect(received).toBe('');
    },
  );

  it('is refused at once where it is a pipe', { timeout: 20_000 }, async () => {
    expect(spawnSync('mkfifo', [join(project, 'pipe')]).status).toBe(0);
    const outcome = await run('POST ORIGIN/\n\n< ./pipe\n', ['--timeout', '0']);
    expect(errorOf(outcome)).toMatchObject({ code: 'file_unreadable' });
    expect(received).toBe('');
  });

  it.each(['keyturn.json', 'http-client.env.json', '.env'])('is no %s either', async (name) => {
    await symlink('/dev/zero', join(project, name));
    const outcome = await run('# @token prod\nGET ORIGIN/?a={{$dotenv A}}{{b}}\n');
    expect(outcome.code).toBe(1);
    expect(received).toBe('');
    expect(outcome.err + outcome.out).toMatch(/belongs to the system|variable_unknown/);
  });
});

describe('the time to read a body', () => {
  it('counts for the request', async () => {
    await writeFile(join(project, 'big'), Buffer.alloc(40_000_000));
    const outcome = await run('# @timeout 1 ms\nPOST ORIGIN/\n\n< ./big\n');
    expect(errorOf(outcome)).toMatchObject({ code: 'timeout' });
    expect(errorOf(outcome).message).toContain('./big');
  });
});

describe('keyturn run --untrusted', () => {
  const tries: readonly (readonly [string, string])[] = [
    ['a .env above', 'GET ORIGIN/?a={{$dotenv CLOUD_KEY}}\n'],
    ['a private environment above', 'GET ORIGIN/?a={{liveKey}}\n'],
    ['a file above', 'POST ORIGIN/\n\n< ../../id_key\n'],
    ['a link to a file', 'POST ORIGIN/\n\n< ./picture.png\n'],
    ['a link to a folder', 'POST ORIGIN/\n\n<@ ./up/id_key\n'],
    [
      "the names of httpyac's .env",
      '# @keepStreaming\n@x = {{CLOUD_KEY}}\nGET ORIGIN/?a={{x}}\n\n??status == 200\n',
    ],
    ['a linked .env', 'GET ORIGIN/linked?a={{$dotenv CLOUD_KEY}}\n'],
    ['the environment of the process', 'GET ORIGIN/?a={{$processEnv CLOUD_KEY}}\n'],
    ['a token', '# @token prod\nGET ORIGIN/\n'],
    ['a token in the text', 'GET ORIGIN/?a={{$token prod}}\n'],
    ['no verification', '# @insecure\nGET ORIGIN/\n'],
  ];

  it.each(tries)('sends nothing of %s', async (_name, text) => {
    await writeFile(
      join(project, 'keyturn.json'),
      JSON.stringify({ tokens: { prod: { grant: 'static', origins: [origin] } } }),
    );
    await symlink('../../id_key', join(project, 'picture.png'));
    await symlink('../..', join(project, 'up'));
    if (text.includes('linked')) await symlink('../../.env', join(project, '.env'));
    const env = { CLOUD_KEY: 'of-the-person-4', KEYTURN_TOKEN_PROD: 'of-the-person-5' };
    const outcome = await run(text, ['--untrusted'], env);
    expect(outcome.code).toBe(1);
    expect(received).toBe('');
    expect(['untrusted_workspace', 'variable_unknown']).toContain(errorOf(outcome).code);
    // It is this option that held it back.
    expect((await run(text, [], env)).code).toBe(0);
    if (!text.includes('@insecure')) expect(received).toContain('of-the-person');
  });

  it('reads no request file that is a link out of its folder', async () => {
    await writeFile(join(home, 'mine.http'), `GET ${origin}/?a=of-the-person\n`);
    await symlink('../../mine.http', join(project, 'b.http'));
    const outcome = await keyturn(['run', 'b.http', '--untrusted'], { cwd: project });
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(outcome.err).toContain('b.http lies outside');
    expect(received).toBe('');
    expect((await keyturn(['run', 'b.http'], { cwd: project })).code).toBe(0);
  });

  it('sends what lies beside the file', async () => {
    await writeFile(join(project, '.env'), 'OWN=env-value\n');
    await writeFile(join(project, 'http-client.env.json'), '{ "dev": { "mine": "file-value" } }');
    await writeFile(join(project, 'body.txt'), 'body-value');
    const outcome = await run('POST ORIGIN/?a={{$dotenv OWN}}&b={{mine}}\n\n< ./body.txt\n', [
      '--untrusted',
      '--env',
      'dev',
    ]);
    expect(outcome.code).toBe(0);
    expect(received).toContain('/?a=env-value&b=file-value');
    expect(received).toContain('body-value');
  });
});

describe('a search upward', () => {
  it('finds what lies above, up to the root of the repository', async () => {
    const text = 'GET ORIGIN/?a={{liveKey}}&b={{$dotenv CLOUD_KEY}}\n';
    expect((await run(text)).code).toBe(0);
    expect(received).toContain('?a=of-the-person-2&b=of-the-person-1');
    received = '';
    await mkdir(join(project, '.git'));
    expect(errorOf(await run(text))).toMatchObject({ code: 'variable_unknown' });
    expect(received).toBe('');
  });

  // Only root can act as another user.
  it.runIf(isRoot)('leaves files of another user in a shared folder aside, and says so', async () => {
    const shared = join(home, 'code');
    await chmod(home, 0o755);
    await rm(join(shared, 'http-client.private.env.json'));
    await chmod(shared, 0o1777);
    await chmod(project, 0o700);
    await writeFile(join(project, 'http-client.env.json'), JSON.stringify({ dev: { api: origin } }));
    const theirs = { tokens: { prod: { grant: 'static', origins: ['{{api}}'] } } };
    const put = (name: string, content: unknown) =>
      spawnSync('tee', [name], { cwd: shared, uid: NOBODY, gid: NOBODY, input: JSON.stringify(content) });
    put('http-client.private.env.json', { dev: { api: `${origin}/theirs` } });
    put('keyturn.json', theirs);
    const outcome = await run('# @token prod\nGET {{api}}/a\n', ['--env', 'dev'], {
      KEYTURN_TOKEN_PROD: 'mine',
    });
    expect(errorOf(outcome)).toMatchObject({ code: 'profile_unknown' });
    expect(received).toBe('');
    expect(outcome.err).toContain(join(shared, 'keyturn.json'));
    expect(outcome.err).toContain(join(shared, 'http-client.private.env.json'));
    expect((await run('GET {{api}}/a\n', ['--env', 'dev'])).code).toBe(0);
    expect(received).not.toContain('theirs');
  });
});

describe('a body file that is too long', () => {
  it.each([
    ['as the body', '< ./big', 'longer than 250 MB'],
    ['with variables', '<@ ./big', 'longer than 250 MB'],
    ['in a part', '--x\nContent-Disposition: form-data; name="a"\n\n< ./big\n--x--', 'longer than 250 MB'],
    ['as one of several', '< ./half\n< ./half\n< ./half', 'The files in the body'],
  ])('is not sent: %s', async (_name, body, words) => {
    // They hold nothing on the disk.
    for (const [name, size] of [
      ['big', 250_000_001],
      ['half', 125_000_000],
    ] as const) {
      await writeFile(join(project, name), '');
      await truncate(join(project, name), size);
    }
    const type = body.startsWith('--x') ? 'Content-Type: multipart/form-data; boundary=x\n' : '';
    const { code, message } = errorOf(await run(`POST ORIGIN/\n${type}\n${body}\n`));
    expect(code).toMatch(/^(?:file_unreadable|variable_invalid|request_invalid)$/);
    expect(message).toContain(words);
    expect(received).toBe('');
  });
});

describe('a body that is saved', () => {
  it.runIf(isPosix)('is for its owner alone', async () => {
    const before = process.umask(0);
    try {
      await run('GET ORIGIN/\n', ['--line', '1', '-o', 'out']);
    } finally {
      process.umask(before);
    }
    expect((await stat(join(project, 'out'))).mode & 0o777).toBe(0o600);
  });
});
