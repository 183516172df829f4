import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandFolder, Terminal } from '../pty.ts';

/** How each shell starts without a person's settings, and loads the completion. */
const shells = [
  { name: 'bash', start: 'bash --norc -i', setUp: 'source <(keyturn completion bash)' },
  {
    name: 'zsh',
    start: 'zsh -f -i',
    setUp: 'autoload -U compinit; compinit -u -D; source <(keyturn completion zsh)',
  },
  { name: 'fish', start: 'fish --no-config -i', setUp: 'keyturn completion fish | source' },
].filter(({ name }) => spawnSync(name, ['-c', 'true']).status === 0);

const bin = commandFolder();
/** A file of others may hold it. */
const oddName = `GET: "it's" $(touch ran) \`touch ran\` \\`;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-shell-'));
  await writeFile(join(folder, 'tour.http'), '# @name usage of today\nGET http://127.0.0.1:1/\n');
  await writeFile(join(folder, 'odd.http'), `# @name ${oddName}\nGET http://127.0.0.1:1/\n`);
  await writeFile(join(folder, 'token.png'), '');
  await writeFile(join(folder, 'http-client.env.json'), '{"sandbox": {}}');
  const viewer = { grant: 'static', origins: ['https://api.example.com'] };
  await writeFile(join(folder, 'keyturn.json'), JSON.stringify({ tokens: { viewer } }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('is tried with bash at least', () => {
  expect(shells.map(({ name }) => name)).toContain('bash');
});

describe.each(shells)('completion in $name', ({ name, start, setUp }) => {
  it(
    'completes commands, files, options, environments, requests and tokens',
    { timeout: 240_000 },
    async () => {
      await using terminal = new Terminal(start, folder, bin);
      terminal.type(`${setUp}; echo set-up-"done"\n`);
      await terminal.until(/set-up-done/);
      const complete = async (typed: string, whole: string) => {
        terminal.type(`${typed}\t`);
        // Ctrl+A and Ctrl+E: the line as the shell has it by now becomes the argument of printf.
        await new Promise((resolve) => setTimeout(resolve, 50));
        terminal.type("\u0001printf 'got-<%s>' \u0005; echo -end\n");
        const [, got = ''] = await terminal.until(/((?:got-<[^>]*>)+)-end/);
        expect([...got.matchAll(/<([^>]*)>/g)].map(([, word]) => word)).toEqual(whole.split('|'));
      };
      await complete('keyturn sand', 'keyturn|sandbox');
      await complete('keyturn token intr', 'keyturn|token|introspect');
      await complete('keyturn run to', 'keyturn|run|tour.http');
      await complete('keyturn run tour.http --conc', 'keyturn|run|tour.http|--concurrency');
      await complete('keyturn run tour.http --env=sa', 'keyturn|run|tour.http|--env=sandbox');
      await complete('keyturn run tour.http --name us', 'keyturn|run|tour.http|--name|usage of today');
      await complete('keyturn token show vi', 'keyturn|token|show|viewer');
      if (name !== 'bash') return;
      for (const typed of ['GE', '"GET: ', "'GET: "])
        await complete(`keyturn run odd.http --name ${typed}`, `keyturn|run|odd.http|--name|${oddName}`);
      expect(existsSync(join(folder, 'ran'))).toBe(false);
    },
  );
});
