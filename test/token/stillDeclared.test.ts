import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { downScopedProfile } from '../../src/token/downScoped.ts';
import type { TokenProfile } from '../../src/profile/profile.ts';
import { isStillDeclared } from '../../src/token/stillDeclared.ts';
import { harness, MINUTE, profileOf } from './support.ts';

const profile = profileOf();

/** A keyturn.json that declares this profile now; null for none. */
function file(declared: TokenProfile | null) {
  const now = { declared };
  return {
    now,
    findProfile: () =>
      now.declared === null
        ? Promise.reject(new KeyturnError('profile_unknown', 'Gone.'))
        : Promise.resolve(now.declared),
  };
}

describe('a profile', () => {
  it.each([
    ['as it was', profileOf(), true],
    ['with another client', profileOf({ clientId: 'other' }), false],
    ['with other origins', profileOf({ origins: ['https://other.example.com'] }), false],
    ['taken out', null, false],
  ])('is asked for in its file: %s', async (_what, declared, still) => {
    expect(await isStillDeclared(file(declared), profile)).toBe(still);
    expect(await isStillDeclared(file(declared), downScopedProfile(profile, 'less'))).toBe(still);
  });

  it.each([null, '/w/http-client.env.json', 'file:///w/requests.http'])(
    'that stands in %s is left to the tool that declared it',
    async (declaredIn) => {
      expect(await isStillDeclared(file(null), profileOf({ declaredIn }))).toBe(true);
    },
  );
});

describe('a token in use', () => {
  it('is not refreshed in the background when its profile was changed, until it is asked for again', async () => {
    const { now, findProfile } = file(profile);
    const h = harness({ findProfile });
    await h.manager.acquire(profile);
    await h.clock.advance(6 * MINUTE);
    expect(h.calls).toHaveLength(2);
    now.declared = profileOf({ clientId: 'other' });
    await h.clock.advance(30 * MINUTE);
    expect(h.calls).toHaveLength(2);
    // The file is as it was again, and what shows its tokens looks at them.
    now.declared = profile;
    await h.manager.peek(profile);
    await h.clock.advance(MINUTE);
    expect(h.calls).toHaveLength(3);
  });
});
