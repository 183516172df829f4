import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseProfileFile } from '../../../src/profile/file.ts';
import { commandFolder, Terminal } from '../pty.ts';
import { keyturn } from '../support.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'keyturn-init-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const init = (...args: string[]) => keyturn(['init', ...args], { cwd: folder });
const read = (name: string) => readFile(join(folder, name), 'utf8');

describe('keyturn init', () => {
  it('writes a keyturn.json and a request file that fit together', async () => {
    const outcome = await init('--api', 'https://api.example.com/v1/');
    expect(outcome).toMatchObject({ code: 0, out: '' });
    expect(outcome.err).toBe(
      'Keyturn wrote keyturn.json and requests.http. Next:\n\n  keyturn token add api\n  keyturn run requests.http\n',
    );
    expect(await read('requests.http')).toBe(
      '@api = https://api.example.com/v1\n\n### First request\n# @name first\n# @token api\nGET {{api}}/\n',
    );
    expect(JSON.parse(await read('keyturn.json'))).toEqual({
      tokens: { api: { grant: 'static', origins: ['https://api.example.com'] } },
    });
    const run = await keyturn(['run', 'requests.http', '--json'], {
      cwd: folder,
      env: { KEYTURN_TOKEN_API: 'pasted', HTTPS_PROXY: 'http://127.0.0.1:9' },
    });
    expect(JSON.parse(run.out)).toMatchObject({
      name: 'first',
      token: { name: 'api' },
      request: { method: 'GET' },
    });
  });

  it.each([
    ['client_credentials', 'keyturn token add ann --client-secret'],
    ['authorization_code', 'keyturn token login ann'],
    ['device_code', 'keyturn token login ann'],
  ])('declares the grant %s, and says what comes next', async (grant, next) => {
    const server = ['--issuer', 'https://id.example.com', '--client-id', 'cli', '--scope', 'a b'];
    const outcome = await init(
      '--api',
      'https://api.example.com',
      '--token',
      'ann',
      '--grant',
      grant,
      ...server,
    );
    expect(outcome.code).toBe(0);
    expect(outcome.err).toContain(`  ${next}\n`);
    const { problems, profiles } = parseProfileFile(await read('keyturn.json'), 'keyturn.json');
    expect(problems).toEqual([]);
    expect(profiles).toMatchObject([
      { name: 'ann', grant, issuer: 'https://id.example.com', clientId: 'cli', scope: 'a b' },
    ]);
  });

  it.each([
    [[], '`--api` is missing.'],
    [['--api', 'nonsense'], '`--api` is not valid. Give an address such as'],
    [['--api', 'http://api.example.com'], '`--api` is not valid.'],
    [['--api', 'https://user:secret@api.example.com'], '`--api` is not valid. Give the address without'],
    [
      ['--api', 'https://a.example', '--token', 'a b'],
      '`--token` is not valid. A token name must not contain white space',
    ],
    [['--api', 'https://a.example', '--grant', 'magic'], 'The grant is one of static, client_credentials'],
    [['--api', 'https://a.example', '--grant', 'device_code'], '`--issuer` is missing.'],
    [
      ['--api', 'https://a.example', '--issuer', 'https://id.example'],
      '`--issuer` goes with another `--grant`',
    ],
    [['--api', 'https://a.example', '--file', 'a.txt'], '`--file` takes a name that ends in .http or .rest.'],
  ])('writes nothing where an answer is missing or wrong: %j', async (args, message) => {
    const outcome = await init(...args);
    expect(outcome.code).toBe(2);
    expect(outcome.err).toContain(message);
    expect(outcome.err).not.toContain('secret@');
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['keyturn.json', 'requests.http'])('never overwrites %s', async (name) => {
    await writeFile(join(folder, name), 'mine');
    const outcome = await init('--api', 'https://api.example.com');
    expect(outcome.code).toBe(2);
    expect(outcome.err).toContain(`${name} exists already.`);
    expect(await readdir(folder)).toEqual([name]);
    expect(await read(name)).toBe('mine');
  });
});

describe('keyturn init at a terminal', () => {
  it('asks, and asks again after a wrong answer', { timeout: 120_000 }, async () => {
    await using terminal = new Terminal('keyturn init --file my.http', folder, commandFolder());
    const answer = async (question: RegExp, text: string) => {
      await terminal.until(question);
      terminal.type(`${text}\n`);
    };
    await answer(/API that requests go to.*: /, 'nonsense');
    await terminal.until(/Give an address such as/);
    await answer(/API that requests go to.*: /, 'https://api.example.com');
    await answer(/Name of the token \[api\]: /, '');
    await answer(/you sign in with a browser[^]*Grant \[static\]: /, 'authorization_code');
    await answer(/authorization server.*: /, 'https://id.example.com');
    await answer(/Client id: /, '');
    await terminal.until(/An answer is needed\./);
    await answer(/Client id: /, 'cli');
    await answer(/Scopes, separated by spaces: /, '');
    expect(await terminal.ended()).toBe(0);
    await terminal.until(/keyturn token login api/);
    expect(JSON.parse(await read('keyturn.json'))).toEqual({
      tokens: {
        api: {
          grant: 'authorization_code',
          issuer: 'https://id.example.com',
          clientId: 'cli',
          origins: ['https://api.example.com'],
        },
      },
    });
  });

  it('writes nothing after Ctrl+C', { timeout: 120_000 }, async () => {
    await using terminal = new Terminal('keyturn init', folder, commandFolder());
    await terminal.until(/API that requests go to.*: /);
    terminal.type('\u0003');
    expect(await terminal.ended()).not.toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });
});
