import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyturn } from '../support.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-hint-'));
  await writeFile(join(folder, 'a.http'), '# @token team-a.viewer\nGET http://127.0.0.1:1/\n');
  const profile = { grant: 'static', origins: ['http://127.0.0.1:1'] };
  await writeFile(join(folder, 'keyturn.json'), JSON.stringify({ tokens: { 'team-a.viewer': profile } }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('without a keychain', () => {
  it.each([
    ['run', 'a.http'],
    ['run', 'a.http', '--token', 'team-a.viewer'],
    ['token', 'show', 'team-a.viewer'],
    ['token', 'add', 'team-a.viewer'],
    ['token', 'remove', 'team-a.viewer'],
  ])('the hint names the variables of the token: %s %s', async (...args) => {
    const { code, out, err } = await keyturn(args, { cwd: folder, stdin: 'a-token' });
    expect(code).toBe(1);
    expect(out + err).toContain(
      'Set KEYTURN_TOKEN_TEAM_A_VIEWER, or KEYTURN_CLIENT_SECRET_TEAM_A_VIEWER if Keyturn obtains the token.',
    );
    expect(out + err).not.toContain('<NAME>');
  });

  it('the name of a file is no name of a token', async () => {
    const { code, err } = await keyturn(['token', 'export', 'backup.json'], { cwd: folder });
    expect(code).toBe(1);
    expect(err).not.toContain('BACKUP_JSON');
  });
});
