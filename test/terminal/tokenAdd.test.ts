import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyturn } from './support.ts';

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-token-add-'));
  const origins = ['https://api.example.com'];
  const issuer = 'https://id.example.com';
  const tokens = {
    machine: { grant: 'client_credentials', issuer, clientId: 'machine', origins },
    person: { grant: 'authorization_code', issuer, clientId: 'person', origins },
    gh: { grant: 'command', command: ['gh', 'auth', 'token'], origins },
    signed: { grant: 'self_signed', algorithm: 'ES256', claims: { iss: 'me' }, origins },
    shared: { grant: 'self_signed', algorithm: 'HS256', claims: { iss: 'me' }, origins },
  };
  await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens }));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const add = (...args: string[]) => keyturn(['token', 'add', ...args], { cwd, stdin: 'some secret' });

describe('keyturn token add', () => {
  it.each([
    ['X Y', 'header name'],
    ['Host', 'cannot send a token in this header'],
  ])('refuses the header %s', async (header, why) => {
    const { code, err } = await add('mine', '--origin', 'https://api.example.com', '--header', header);
    expect(code).toBe(2);
    expect(err).toContain(why);
  });

  it.each([
    ['machine', '--password', 'does not use a password'],
    ['machine', '--private-key', 'does not use a private key'],
    ['gh', '--client-secret', 'has no client'],
  ])('refuses a secret that %s never asks for (%s)', async (name, option, why) => {
    const { code, err } = await add(name, option);
    expect(code).toBe(2);
    expect(err).toContain(why);
  });

  it.each([
    ['machine', '--client-secret'],
    ['person', 'keyturn token login person'],
    ['gh', 'keyturn token refresh gh'],
  ])('says how %s is obtained instead', async (name, how) => {
    const { code, err } = await add(name);
    expect(code).toBe(2);
    expect(err).toContain(how);
  });

  it('refuses what is no key before it is stored, and takes a shared secret where one signs', async () => {
    const key = await add('signed', '--private-key');
    expect(key).toMatchObject({ code: 1 });
    expect(key.err).toContain('neither PEM nor a JWK');
    // The keychain is next: there is none here.
    expect((await add('shared', '--private-key')).err).toContain('There is no usable keychain here');
  });
});
