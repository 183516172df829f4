import { CompactEncrypt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { tokenKey } from '../../../src/profile/key.ts';
import { passphraseStrength } from '../../../src/token/transfer/passphrase.ts';
import { pastedProfile } from '../../../src/profile/profile.ts';
import { parseProfileFile, resolveProfile } from '../../../src/profile/file.ts';
import type { Token } from '../../../src/token/token.ts';
import { createTokenStore } from '../../../src/token/tokenStore.ts';
import { decryptTokens, encryptTokens } from '../../../src/token/transfer/transfer.ts';
import { planImport, profilesSnippet, transferable } from '../../../src/token/transfer/transferPlan.ts';
import { createMemorySecretStore } from '../memorySecretStore.ts';
import { profileOf } from '../support.ts';

const passphrase = 'correct horse battery staple';
const origins = ['https://api.example.com'];

const pasted: Token = {
  key: tokenKey(pastedProfile('mine', origins, { header: 'X-API-Key' })),
  name: 'mine',
  accessToken: 'pasted-access-token',
  refreshToken: null,
  idToken: null,
  tokenType: null,
  scope: null,
  expiresAtMs: null,
  obtainedAtMs: 1,
  personal: { origins, sendAs: { header: 'X-API-Key' } },
};
const declared: Token = {
  ...pasted,
  key: tokenKey(profileOf()),
  name: 'viewer',
  accessToken: 'declared-access-token',
  refreshToken: 'declared-refresh-token',
  tokenType: 'bearer',
  personal: null,
};

/** What another person could have written with the same passphrase. */
function made(
  content: unknown,
  p2c = 1000,
  alg = 'PBES2-HS512+A256KW',
  phrase = passphrase,
): Promise<string> {
  return new CompactEncrypt(Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)))
    .setProtectedHeader({ alg, enc: 'A256GCM' })
    .setKeyManagementParameters({ p2c })
    .encrypt(Buffer.from(phrase));
}

describe('a file of tokens', () => {
  it('brings back what was put in, and shows nothing of it', async () => {
    const file = await encryptTokens([pasted, declared], passphrase);
    expect(file).not.toContain('access-token');
    expect(decodeProtectedHeader(file.trim())).toMatchObject({
      alg: 'PBES2-HS512+A256KW',
      enc: 'A256GCM',
      p2c: 600_000,
    });
    expect(await decryptTokens(file, passphrase)).toEqual([pasted, declared]);
  });

  it('takes a passphrase however its letters are written', async () => {
    const file = await encryptTokens([pasted], 'pa\u0308ssphrase');
    expect(await decryptTokens(file, 'p\u00e4ssphrase')).toEqual([pasted]);
  });

  it('refuses a wrong passphrase, and a file changed in any part', async () => {
    const file = (await made({ version: 1, tokens: [pasted] })).trim();
    expect(await decryptTokens(file, passphrase)).toEqual([pasted]);
    await expect(decryptTokens(file, `${passphrase}.`)).rejects.toMatchObject({ code: 'import_invalid' });
    for (const [part, text] of file.split('.').entries()) {
      const at = Math.floor(text.length / 2);
      const changed = file.split('.');
      changed[part] = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
      await expect(decryptTokens(changed.join('.'), passphrase)).rejects.toMatchObject({
        code: 'import_invalid',
      });
    }
  });

  it.each([
    ['', 'nothing'],
    ['hello', 'prose'],
    ['a.b.c.d.e', 'no JWE'],
    ['x'.repeat(20_000_001), 'a huge file'],
    [`${'x'.repeat(1000)}.${'x.'.repeat(1000)}`, 'too many parts'],
  ])('refuses what is none: %#', async (file) => {
    await expect(decryptTokens(file, passphrase)).rejects.toMatchObject({ code: 'import_invalid' });
  });

  it('refuses a count that would only keep the processor busy, before it counts', async () => {
    const file = await made({ version: 1, tokens: [] });
    const [head = '', ...rest] = file.split('.');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object;
    const absurd = Buffer.from(JSON.stringify({ ...header, p2c: 1_000_000_000 })).toString('base64url');
    const before = performance.now();
    await expect(decryptTokens([absurd, ...rest].join('.'), passphrase)).rejects.toMatchObject({
      code: 'import_invalid',
    });
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it('refuses other algorithms and contents', async () => {
    const files = [
      made({ version: 1, tokens: [pasted] }, 1000, 'PBES2-HS256+A128KW'),
      made('not json'),
      made({ version: 2, tokens: [] }),
      made({ version: 1, tokens: [{ ...pasted, accessToken: '' }] }),
      // Each would take the place of another token.
      made({ version: 1, tokens: [{ ...pasted, key: declared.key }] }),
      made({ version: 1, tokens: [{ ...declared, name: 'admin' }] }),
      made({ version: 1, tokens: [{ ...declared, key: 'client-secret:x' }] }),
      made({
        version: 1,
        tokens: [{ ...pasted, personal: { ...pasted.personal, origins: ['https://evil.example'] } }],
      }),
    ];
    for (const file of files) {
      await expect(decryptTokens(await file, passphrase)).rejects.toMatchObject({ code: 'import_invalid' });
    }
  });
});

describe('what a person cannot have entered', () => {
  const personal = (changes: Partial<NonNullable<Token['personal']>>): Token => {
    const { origins: its, sendAs } = { origins, sendAs: { scheme: 'Bearer' }, ...changes };
    return {
      ...pasted,
      key: tokenKey(pastedProfile('mine', its, sendAs)),
      personal: { origins: its, sendAs },
    };
  };
  const named = (name: string): Token => ({
    ...declared,
    name,
    key: tokenKey(profileOf({ name })),
  });

  it.each<[string, Token]>([
    ['a line break in a token', { ...pasted, accessToken: 'abc\r\nx-evil: 1' }],
    ['a line break in a refresh token', { ...declared, refreshToken: 'abc\ndef' }],
    ['a line break in a scope', { ...declared, scope: 'read\nwrite' }],
    ['a name that ends a line', named('viewer\nadmin')],
    ['a name that ends an expression', named('viewer}}')],
    ['a name without end', named('x'.repeat(101))],
    ['an origin without encryption', personal({ origins: ['http://api.example.com'] })],
    ['an origin that covers all owners', personal({ origins: ['https://*.com'] })],
    ['a header that ends a line', personal({ sendAs: { header: 'X-Key\r\nX-Evil' } })],
    ['a header that decides where it goes', personal({ sendAs: { header: 'Host' } })],
  ])('is refused: %s', async (_name, token) => {
    const file = await made({ version: 1, tokens: [token] });
    await expect(decryptTokens(file, passphrase)).rejects.toMatchObject({ code: 'import_invalid' });
  });

  it('is told from what a person can have', async () => {
    const tokens = [personal({}), named('viewer-2')];
    expect(await decryptTokens(await made({ version: 1, tokens }), passphrase)).toEqual(tokens);
  });
});

describe('an import', () => {
  it('tells what it would add and replace', async () => {
    const store = createTokenStore(createMemorySecretStore());
    await store.set(declared);
    const other = { ...pasted, accessToken: 'another' };
    expect((await planImport([pasted, declared], store)).map(({ effect }) => effect)).toEqual([
      'new',
      'same',
    ]);
    await store.set(other);
    expect((await planImport([pasted], store)).map(({ effect }) => effect)).toEqual(['other']);
    expect(await store.get(pasted.key)).toEqual(other);
  });

  it('leaves out what is bound to a key that stays here', () => {
    expect(transferable([pasted, { ...declared, tokenType: 'dpop' }])).toEqual([pasted]);
  });
});

describe('profiles of pasted tokens', () => {
  it('become a keyturn.json that declares the same tokens', () => {
    const snippet = profilesSnippet([pasted, declared]);
    expect(snippet).not.toContain('access-token');
    const { profiles, problems } = parseProfileFile(snippet ?? '', '/w/keyturn.json');
    expect(problems).toEqual([]);
    expect(profiles.map((profile) => tokenKey(resolveProfile(profile, () => undefined)))).toEqual([
      pasted.key,
    ]);
    expect(profilesSnippet([declared])).toBeNull();
  });
});

describe('the strength of a passphrase', () => {
  it.each([
    ['short', 'too_short'],
    ['password', 'weak'],
    ['aaaaaaaaaaaaaaaaaaaaaaaa', 'weak'],
    ['abcdefghijklmnopqrst', 'weak'],
    ['1234567890123', 'weak'],
    ['Tr0ub4dor&3', 'fair'],
    ['correct horse battery staple', 'strong'],
    ['kN7#vQ2!zR9$wX', 'strong'],
  ])('%s: %s', (text, strength) => {
    expect(passphraseStrength(text)).toBe(strength);
  });
});
