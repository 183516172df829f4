import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commandFolder } from './pty.ts';

it('a reader that has enough ends the command, which has not failed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-pipe-'));
  try {
    const requests = Array.from({ length: 20_000 }, (_, at) => `GET https://api.example.com/${at}\n`);
    await writeFile(join(folder, 'many.http'), requests.join('\n###\n'));
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['-c', 'set -o pipefail; keyturn list many.http | head -n 1'],
      {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${commandFolder()}:${process.env['PATH'] ?? ''}` },
      },
    );
    expect({ status, stderr, lines: stdout.trimEnd().split('\n').length }).toEqual({
      status: 0,
      stderr: '',
      lines: 1,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
