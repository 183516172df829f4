import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyturn } from './support.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-words-'));
  await writeFile(join(folder, 'tour.http'), '### First title\n# @name usage\nGET http://127.0.0.1:1/\n');
  await writeFile(join(folder, 'http-client.env.json'), '{"sandbox": {}, "production": {}}');
  const viewer = { grant: 'static', origins: ['https://api.example.com'] };
  await writeFile(join(folder, 'keyturn.json'), JSON.stringify({ tokens: { viewer } }));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]) => keyturn(args, { cwd: folder });

describe('a word that is slightly wrong', () => {
  it.each([
    ['a command', ['rnu'], 2, 'Did you mean `keyturn run`?'],
    ['the beginning of a command', ['sand'], 2, 'Did you mean `keyturn sandbox`?'],
    ['a command of a group', ['token', 'lst'], 2, 'Did you mean `keyturn token list`?'],
    ['the beginning of one', ['token', 'intro', 'viewer'], 2, 'Did you mean `keyturn token introspect`?'],
    ['a file without its command', ['tour.http'], 2, 'Did you mean `keyturn run tour.http`?'],
    ['an option', ['run', 'tour.http', '--concurency', '2'], 2, 'Did you mean `--concurrency`?'],
    ['the name of a request', ['run', 'tour.http', '--name', 'usgae'], 1, 'Did you mean `--name "usage"`?'],
    ['the title of a request', ['run', 'tour.http', '--name', 'first'], 1, '`--name "First title"`'],
    ['an environment', ['run', 'tour.http', '--env', 'sandbx'], 1, 'Did you mean `--env sandbox`?'],
    ['a token', ['token', 'show', 'veiwer'], 1, 'Did you mean "viewer"?'],
    ['a file', ['run', 'tuor.http'], 1, 'Did you mean tour.http?'],
  ])('is recognized: %s', async (_what, args, code, hint) => {
    const outcome = await run(...args);
    expect(outcome).toMatchObject({ code, out: '' });
    expect(outcome.err).toContain(hint);
  });

  it('leads to the list where nothing is near', async () => {
    expect((await run('nonsense')).err).toContain('`keyturn --help` lists the commands.');
    expect((await run('token', 'nonsense')).err).toContain('`keyturn token --help` lists the commands.');
    expect((await run('run', 'tour.http', '--env', 'elsewhere')).err).toContain(
      'The environments are sandbox, production.',
    );
    expect((await run('token', 'show', 'elsewhere')).err).toContain('`keyturn token add elsewhere --origin');
    expect((await run('run', 'tour.http', '--name', 'elsewhere')).err).toContain('`keyturn list tour.http`');
  });
});

describe('a file that is no request file', () => {
  it.each([
    ['logo.png', 'It is an image.'],
    ['keyturn.json', 'It declares tokens.'],
    ['http-client.env.json', 'It holds environments.'],
    ['.env', 'It holds variables.'],
    ['package.json', 'It is a JSON file.'],
    ['notes.txt', ''],
  ])('is refused by run and list: %s', async (name, what) => {
    await writeFile(join(folder, name), 'GET http://127.0.0.1:1/\n', { flag: 'a' });
    for (const command of ['run', 'list']) {
      const outcome = await run(command, name);
      expect(outcome).toMatchObject({ code: 2, out: '' });
      expect(outcome.err).toContain(`${name} is not a request file.${what === '' ? '' : ` ${what}`}\n`);
      expect(outcome.err).toContain('Name a file that ends in .http or .rest.');
    }
  });

  it('is refused where it is a folder, with the request files in it', async () => {
    await mkdir(join(folder, 'empty'));
    await mkdir(join(folder, 'full'));
    for (const name of ['b.rest', 'a.http', 'c.txt']) await writeFile(join(folder, 'full', name), '');
    expect((await run('run', 'full')).err).toContain(
      'full is a folder, not a request file.\n  Name its request files: full/a.http full/b.rest\n',
    );
    expect((await run('run', 'empty')).err).toContain('It holds no .http or .rest file.');
  });
});
