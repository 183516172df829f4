import { describe, expect, it } from 'vitest';
import { createSourceConsent } from '../../src/consent/sources.ts';
import { keychainSource, type Keychain } from '../../src/sources/keychain.ts';
import type { ProfileOptions } from '../../src/profile/profile.ts';
import { contextOf } from '../oauth/support.ts';
import { memoryValues, TestClock } from '../token/support.ts';
import { everythingAllowed, askerOf, localProfile } from '../token/sources/support.ts';

/** Entries in memory; a real keychain is asked in test/keychain. */
function keychainOf(entries: Readonly<Record<string, string>>) {
  const reads: string[] = [];
  const keychain: Keychain = {
    read(service, account) {
      reads.push(`${service}/${account ?? '*'}`);
      return Promise.resolve(entries[`${service}/${account ?? '*'}`] ?? null);
    },
  };
  return { keychain, reads };
}

const entries = {
  'gh:github.com/zoe': 'gho_plain',
  'gh:github.com/*': `go-keyring-base64:${Buffer.from('gho_base64').toString('base64')}`,
  'old/*': `go-keyring-encoded:${Buffer.from('gho_hex').toString('hex')}`,
  'json/*': JSON.stringify({ claude: { accessToken: 'T', expiresAt: 1_900_000_000_000 } }),
  'text/*': 'no token here',
};
const clock = new TestClock();
const obtain = (options: Partial<ProfileOptions>) =>
  keychainSource({ keychain: keychainOf(entries).keychain, consent: everythingAllowed, clock }).obtain(
    localProfile('keychain', options),
    contextOf(),
  );

describe('an entry of the keychain', () => {
  it.each<[string, Partial<ProfileOptions>, object]>([
    [
      'of a service and account',
      { keychainService: 'gh:github.com', keychainAccount: 'zoe' },
      { accessToken: 'gho_plain' },
    ],
    ['in base64', { keychainService: 'gh:github.com' }, { accessToken: 'gho_base64' }],
    ['in hexadecimal digits', { keychainService: 'old' }, { accessToken: 'gho_hex' }],
    [
      'as JSON',
      { keychainService: 'json', tokenPointer: '/claude/accessToken' },
      { accessToken: 'T', expiresAtMs: 1_900_000_000_000 },
    ],
  ])('%s is the token', async (_name, options, result) => {
    expect(await obtain(options)).toMatchObject(result);
  });

  it.each<[string, Partial<ProfileOptions>, string]>([
    ['that is not there', { keychainService: 'gh:github.com', keychainAccount: 'max' }, 'token_missing'],
    ['that is no token', { keychainService: 'text' }, 'token_invalid'],
    ['without a name', {}, 'profile_invalid'],
    ['without a service', { keychainService: '' }, 'profile_invalid'],
    ['with an empty account', { keychainService: 'old', keychainAccount: '' }, 'profile_invalid'],
    // Keychains end a name there, so that this one would be Keyturn's own.
    ['with a name that ends early', { keychainService: 'keyturn\0x' }, 'profile_invalid'],
    ['with a line break', { keychainService: 'old', keychainAccount: 'a\nb' }, 'profile_invalid'],
  ])('%s fails', async (_name, options, code) => {
    await expect(obtain(options)).rejects.toMatchObject({ code });
  });

  it.each(['keyturn', 'KEYTURN', ' keyturn', 'keyturn.probe', 'keyturn/token:other:x'])(
    'of Keyturn itself (%j) is never given to a profile',
    async (keychainService) => {
      const { keychain, reads } = keychainOf({});
      const source = keychainSource({ keychain, consent: everythingAllowed, clock });
      const profile = localProfile('keychain', { keychainService, keychainAccount: 'token:other:x' });
      await expect(source.obtain(profile, contextOf())).rejects.toMatchObject({ code: 'profile_invalid' });
      expect(reads).toEqual([]);
    },
  );

  it('is not read before the person allowed it', async () => {
    const { keychain, reads } = keychainOf(entries);
    const { asker, questions } = askerOf('refuse');
    const consent = createSourceConsent({
      values: memoryValues(),
      asker,
      hint: () => '',
      notKept: () => undefined,
    });
    const profile = localProfile('keychain', { keychainService: 'gh:github.com', keychainAccount: 'zoe' });
    await expect(
      keychainSource({ keychain, consent, clock }).obtain(profile, contextOf()),
    ).rejects.toMatchObject({
      code: 'access_denied',
    });
    expect(reads).toEqual([]);
    expect(questions[0]).toMatchObject({
      subject: { kind: 'keychain', service: 'gh:github.com', account: 'zoe' },
      origins: ['https://api.example.com'],
    });
  });
});
