import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { keyturn } from './support.ts';

// What it does with permissions is tested with a real keychain, in test/keychain.
describe('keyturn token permissions', () => {
  const run = (...args: string[]) => keyturn(['token', 'permissions', ...args], { cwd: tmpdir() });

  it('fails without a keychain', async () => {
    const { code, out, err } = await run();
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('keychain');
  });

  it('refuses wrong use, and explains itself', async () => {
    for (const args of [['gh'], ['--what'], ['--withdraw']]) expect((await run(...args)).code).toBe(2);
    expect((await run('--help')).out).toContain('--withdraw ID');
    expect((await keyturn(['token', '--help'], { cwd: tmpdir() })).out).toContain('permissions');
  });
});
