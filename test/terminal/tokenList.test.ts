import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyturn } from './support.ts';

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-token-list-'));
  const legacy = { grant: 'static', origins: ['{{api}}'] };
  await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens: { legacy } }));
  await writeFile(
    join(cwd, 'http-client.env.json'),
    JSON.stringify({ test: { api: 'https://api.example.com' } }),
  );
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('keyturn token list', () => {
  it('points to --env where a profile needs a variable, and does not call the folder empty', async () => {
    const { code, out, err } = await keyturn(['token', 'list'], { cwd });
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/the variable \{\{api\}\} has no value\. Choose an environment .*--env/);
  });

  it('fills the profile from the chosen environment', async () => {
    const { out } = await keyturn(['token', 'list', '--env', 'test'], { cwd });
    expect(out).toMatch(/^legacy .*https:\/\/api\.example\.com/);
  });
});
