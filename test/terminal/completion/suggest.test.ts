import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../../src/terminal/commandTable.ts';
import { splitLine } from '../../../src/terminal/completion/splitLine.ts';
import { keyturn } from '../support.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-complete-'));
  await writeFile(
    join(folder, 'a.http'),
    "### It's a title\nGET http://a/\n### b\n# @name list\nGET http://a/\n### c\u001b[2J\nGET http://a/\n",
  );
  await writeFile(join(folder, 'http-client.env.json'), '{"dev": {}, "prod:eu": {}}');
  const viewer = { grant: 'static', origins: ['https://api.example.com'] };
  await writeFile(join(folder, 'keyturn.json'), JSON.stringify({ tokens: { viewer, admin: viewer } }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function suggested(shell: string, ...words: string[]): Promise<string[]> {
  const { out, err, code } = await keyturn(['completion', 'suggest', '--shell', shell, '--', ...words], {
    cwd: folder,
  });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out.trimEnd().split('\n');
}
const values = async (...words: string[]) =>
  (await suggested('fish', ...words)).slice(1).map((line) => line.split('\t')[0]);

async function bash(line: string): Promise<string[]> {
  const args = [
    'completion',
    'suggest',
    '--shell',
    'bash',
    '--line',
    line,
    '--word-breaks',
    ' \t\n"\'@><=;|&(:',
  ];
  return (await keyturn(args, { cwd: folder })).out.trimEnd().split('\n');
}

describe('completion', () => {
  it('offers commands and what they do', async () => {
    expect(await values('')).toEqual(commands.map(({ name }) => name));
    expect(await suggested('fish', 'token', 'rev')).toEqual([
      'words',
      'revoke\trevoke a token at its issuer, then delete it',
    ]);
    expect(await values('help', 'sand')).toEqual(['sandbox']);
    expect(await values('nonsense', '')).toEqual([]);
  });

  it('offers options that are not given yet, with the words of the help', async () => {
    const options = await suggested('fish', 'run', 'a.http', '--fail', '--var', 'a=1', '-');
    expect(options.map((line) => line.split('\t')[0])).not.toContain('--fail');
    expect(options.map((line) => line.split('\t')[0])).toContain('--var');
    expect(options).toContainEqual(expect.stringMatching(/^--timeout\ttime limit of a request/));
  });

  it('describes every option of every command', async () => {
    const entries = commands.flatMap((entry) => ('commands' in entry ? entry.commands : [entry]));
    for (const entry of entries) {
      const { options, help } = await entry.load();
      for (const option of Object.keys(options)) {
        expect(help, `${entry.name} --${option}`).toContain(`--${option}`);
      }
      expect(help).toContain('Usage: keyturn ');
      expect(help).toContain('Exit codes: 0 ');
    }
  });

  it('offers the names that stand in files', async () => {
    expect(await values('run', 'a.http', '--name', '')).toEqual(["It's a title", 'list']);
    expect(await values('run', 'a.http', '-e', '')).toEqual(['dev', 'prod:eu']);
    expect(await values('run', '--env=p')).toEqual(['--env=prod:eu']);
    expect(await values('token', 'show', '')).toEqual(['viewer', 'admin']);
    expect(await values('run', '--token', 'a')).toEqual(['admin']);
    expect(await values('sandbox', '--header-style', 'gith')).toEqual(['github']);
    expect(await values('run', 'missing.http', '--concurrency', '')).toEqual([]);
  });

  it('leaves files to the shell', async () => {
    expect(await suggested('zsh', 'run', '')).toEqual(['request-files']);
    expect(await suggested('zsh', 'run', 'a.http', '-o', '')).toEqual(['files']);
    expect(await suggested('zsh', 'run', '--ca=x')).toEqual(['files']);
    expect(await suggested('zsh', 'token', 'import', '')).toEqual(['files']);
  });

  it('writes words as each shell wants them', async () => {
    expect(await bash('keyturn run a.http --name It')).toEqual(['words', "It\\'s\\ a\\ title"]);
    expect(await bash('keyturn run a.http --name "It')).toEqual(['words', "It's a title"]);
    expect(await bash('keyturn run --env=pr')).toEqual(['words', 'prod:eu']);
    expect(await bash('keyturn run --env prod:')).toEqual(['words', 'eu']);
    expect(await suggested('zsh', 'run', '--env', 'prod')).toEqual(['words', 'prod\\:eu:']);
  });

  it('is a script for three shells, and wrong use for others', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, out } = await keyturn(['completion', shell], { cwd: folder });
      expect({ code, asks: out.includes('keyturn completion suggest') }).toEqual({ code: 0, asks: true });
    }
    for (const args of [[], ['tcsh'], ['bash', 'zsh']]) {
      expect(await keyturn(['completion', ...args], { cwd: folder })).toMatchObject({ code: 2, out: '' });
    }
  });
});

describe('a command line', () => {
  it.each([
    ['keyturn run', ['keyturn', 'run']],
    ['keyturn run ', ['keyturn', 'run', '']],
    ['', ['']],
    ['a  "b \\" c" d\\ e \'f"\'', ['a', 'b " c', 'd e', 'f"']],
    ['a ""', ['a', '']],
  ])('is split like bash does: %j', (line, words) => {
    expect(splitLine(line)).toEqual({ words, openQuote: null });
  });

  it('ends in a word whose quote is open', () => {
    expect(splitLine("a 'b c")).toEqual({ words: ['a', 'b c'], openQuote: { mark: "'", before: '' } });
    expect(splitLine('a --n="b c')).toEqual({
      words: ['a', '--n=b c'],
      openQuote: { mark: '"', before: '--n=' },
    });
  });
});
