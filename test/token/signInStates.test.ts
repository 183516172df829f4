import { describe, expect, it, vi } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { tokenKey } from '../../src/profile/key.ts';
import type { Grant } from '../../src/profile/profile.ts';
import type { SignIn } from '../../src/token/signIn.ts';
import type { Token } from '../../src/token/token.ts';
import type { TokenEntry } from '../../src/token/manager.ts';
import { harness, HOUR, MINUTE, profileOf } from './support.ts';

const person: SignIn = {
  openBrowser: () => Promise.resolve(),
  editorRedirect: null,
  loopbackReachable: true,
  showDeviceCode: () => Promise.resolve(),
};
const profile = profileOf({ name: 'person', grant: 'authorization_code' });

function held(changes: Partial<Token> = {}): Token {
  return {
    key: tokenKey(profile),
    name: profile.name,
    accessToken: 'held-access',
    refreshToken: null,
    idToken: null,
    tokenType: 'bearer',
    scope: null,
    expiresAtMs: null,
    obtainedAtMs: 0,
    personal: null,
    ...changes,
  };
}

/** A server that takes `good`, and knows the person when they come to its page. */
function server(h: ReturnType<typeof harness>) {
  h.server.answer = ({ context }) => {
    const tokens = h.result({ refreshToken: 'good' });
    if (context.refreshToken === 'good' && context.reauthenticate === null) return Promise.resolve(tokens);
    if (context.signIn !== null)
      return context.signIn.openBrowser('https://id.example.com/').then(() => tokens);
    throw new KeyturnError('sign_in_needed', 'The token needs a sign-in.');
  };
}

function withPerson(openBrowser: SignIn['openBrowser'] = () => Promise.resolve()) {
  const browser = vi.fn(openBrowser);
  const h = harness({ signIn: () => ({ ...person, openBrowser: browser }) });
  server(h);
  return { h, browser };
}

const facts = ({ status, canRefresh, needsSignIn }: TokenEntry) => ({ status, canRefresh, needsSignIn });

describe('a profile that signs in', () => {
  it('says what it needs in each state', async () => {
    const { h } = withPerson();
    const says = (expected: ReturnType<typeof facts>) =>
      vi.waitFor(async () => expect(facts(await h.manager.peek(profile))).toEqual(expected));
    await says({ status: 'missing', canRefresh: false, needsSignIn: true });
    await h.store.set(held({ expiresAtMs: h.clock.now() + HOUR }));
    await says({ status: 'active', canRefresh: false, needsSignIn: true });
    await h.store.set(held({ refreshToken: 'good', expiresAtMs: h.clock.now() - 1 }));
    await says({ status: 'expired', canRefresh: true, needsSignIn: false });
  });

  it('signs in once for all who wait, and refreshes from then on', async () => {
    const { h, browser } = withPerson();
    const all = await Promise.all(Array.from({ length: 100 }, () => h.manager.acquire(profile)));
    expect(browser).toHaveBeenCalledOnce();
    expect(new Set(all.map(({ token }) => token.accessToken)).size).toBe(1);
    expect((await h.store.get(tokenKey(profile)))?.refreshToken).toBe('good');
    expect(facts(await h.manager.peek(profile))).toMatchObject({ canRefresh: true, needsSignIn: false });
    await h.manager.acquire(profile, { force: true });
    expect(browser).toHaveBeenCalledOnce();
    expect(h.calls.at(-1)!.context.signIn).toBeNull();
  });

  it('fails with sign_in_needed where no person can be reached, and says what to do', async () => {
    const h = harness();
    server(h);
    const refused = {
      code: 'sign_in_needed',
      hint: expect.stringContaining('keyturn token login person') as string,
    };
    await expect(h.manager.acquire(profile)).rejects.toMatchObject(refused);
    await expect(
      h.manager.acquire(profile, { reauthenticate: { scope: 'more', acrValues: null, maxAge: null } }),
    ).rejects.toMatchObject(refused);
    expect(h.calls).toHaveLength(0);
    // No sign-in yet is no failure to be shown.
    expect((await h.manager.peek(profile)).lastError).toBeNull();
  });

  it('opens no browser in the background, nor while the token still counts', async () => {
    const { h, browser } = withPerson();
    await h.store.set(held({ refreshToken: 'revoked', expiresAtMs: h.clock.now() + 10 * MINUTE }));
    await h.manager.acquire(profile);
    await h.clock.advance(6 * MINUTE);
    expect(h.calls).toHaveLength(1);
    expect((await h.manager.acquire(profile)).token.accessToken).toBe('held-access');
    expect(browser).not.toHaveBeenCalled();
    expect(await h.manager.peek(profile)).toMatchObject({
      needsSignIn: true,
      lastError: { code: 'sign_in_needed' },
    });
    await h.clock.advance(5 * MINUTE);
    expect((await h.manager.acquire(profile)).token.accessToken).toBe('access-2');
    expect(browser).toHaveBeenCalledOnce();
    expect(await h.manager.peek(profile)).toMatchObject({ needsSignIn: false, lastError: null });
  });

  it('keeps the profile and the token when the server refuses the refresh token', async () => {
    const h = harness();
    h.server.answer = () => Promise.reject(new KeyturnError('invalid_grant', 'Revoked.'));
    const token = held({ refreshToken: 'revoked', expiresAtMs: 1 });
    await h.store.set(token);
    await expect(h.manager.acquire(profile)).rejects.toMatchObject({ code: 'sign_in_needed' });
    expect(facts(await h.manager.peek(profile))).toEqual({
      status: 'expired',
      canRefresh: false,
      needsSignIn: true,
    });
    expect(await h.store.get(tokenKey(profile))).toEqual(token);
    // Not again and again with a refresh token that is refused.
    await expect(h.manager.acquire(profile)).rejects.toMatchObject({ code: 'sign_in_needed' });
    expect(h.calls).toHaveLength(1);
  });

  it('adopts the sign-in of another window instead of asking for a second', async () => {
    const quiet = { onDidChange: () => ({ dispose: () => undefined }) };
    const first = harness();
    const browser = vi.fn();
    const h = harness({
      store: { ...first.store, ...quiet },
      signIn: () => ({ ...person, openBrowser: browser }),
    });
    await h.manager.peek(profile);
    await first.store.set(
      held({ accessToken: 'theirs', refreshToken: 'good', expiresAtMs: h.clock.now() + HOUR }),
    );
    expect((await h.manager.acquire(profile)).token.accessToken).toBe('theirs');
    expect(browser).not.toHaveBeenCalled();
  });

  it('does not open the browser again for the requests right after one that was given up', async () => {
    const { h, browser } = withPerson(() => Promise.reject(new KeyturnError('cancelled', 'Cancelled.')));
    await expect(h.manager.acquire(profile)).rejects.toMatchObject({ code: 'cancelled' });
    await expect(h.manager.acquire(profile)).rejects.toMatchObject({ code: 'sign_in_needed' });
    expect(browser).toHaveBeenCalledOnce();
    await h.clock.advance(5_000);
    await expect(h.manager.acquire(profile)).rejects.toMatchObject({ code: 'cancelled' });
    expect(browser).toHaveBeenCalledTimes(2);
  });

  it('ends the sign-in when the last who waits for it leaves', async () => {
    const { h } = withPerson();
    h.server.answer = ({ context }) =>
      new Promise((_resolve, reject) => {
        if (context.signIn === null) reject(new KeyturnError('sign_in_needed', 'Sign in.'));
        context.signal.addEventListener('abort', () => reject(new KeyturnError('cancelled', 'Cancelled.')));
      });
    const leave = new AbortController();
    const waiting = h.manager.acquire(profile, { signal: leave.signal });
    await vi.waitFor(() => expect(h.calls).toHaveLength(1));
    leave.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect(h.calls[0]!.context.signal.aborted).toBe(true);
  });

  it('signs in anew when that is asked for, though the token is fresh', async () => {
    const { h, browser } = withPerson();
    await h.manager.acquire(profile);
    const reauthenticate = { scope: 'reports:write', acrValues: 'mfa', maxAge: 60 };
    const { token, refreshed } = await h.manager.acquire(profile, { reauthenticate });
    expect(refreshed).toBe(true);
    expect(h.calls.at(-1)!.context).toMatchObject({ reauthenticate, refreshToken: null });
    expect(browser).toHaveBeenCalledTimes(2);
    expect(await h.store.get(tokenKey(profile))).toEqual(token);
  });

  it('is not asked to sign in while the store cannot be read: the token may be there', async () => {
    const { h, browser } = withPerson();
    vi.spyOn(h.secrets, 'get').mockRejectedValue(new KeyturnError('store_locked', 'Locked.'));
    await expect(h.manager.acquire(profile)).rejects.toMatchObject({ code: 'store_locked' });
    expect(browser).not.toHaveBeenCalled();
  });
});

describe('every other grant', () => {
  const silent: Grant[] = [
    'client_credentials',
    'password',
    'jwt_bearer',
    'token_exchange',
    'self_signed',
    'command',
    'editor_account',
    'keychain',
    'environment',
  ];

  it.each(silent)('%s needs no person', async (grant) => {
    const h = harness();
    const one = profileOf({ grant });
    expect(await h.manager.peek(one)).toMatchObject({ canRefresh: true, needsSignIn: false });
    expect((await h.manager.acquire(one)).token.accessToken).toBe('access-1');
  });

  it('static cannot be refreshed, not even when a person asks to sign in', async () => {
    const h = harness();
    const pasted = profileOf({ grant: 'static' });
    expect(await h.manager.peek(pasted)).toMatchObject({ canRefresh: false, needsSignIn: false });
    await expect(
      h.manager.acquire(pasted, { reauthenticate: { scope: null, acrValues: null, maxAge: null } }),
    ).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('asks its server anew for more than a fresh token grants', async () => {
    const h = harness();
    const one = profileOf();
    await h.manager.acquire(one);
    const reauthenticate = { scope: 'reports:write', acrValues: null, maxAge: null };
    expect((await h.manager.acquire(one, { reauthenticate })).token.accessToken).toBe('access-2');
    expect(h.calls[1]!.context.reauthenticate).toEqual(reauthenticate);
  });
});

describe('tokens of other profiles', () => {
  const exchange = (name: string, subjectToken: string) =>
    profileOf({ name, grant: 'token_exchange', options: { ...profile.options, subjectToken } });

  it('are acquired for the grant that needs them', async () => {
    const parent = profileOf({ name: 'parent' });
    const h = harness({ findProfile: () => Promise.resolve(parent) });
    h.server.answer = async ({ profile: { name }, context }) =>
      h.result(
        name === 'parent'
          ? {}
          : { accessToken: `for-${(await context.otherToken('parent')).token.accessToken}` },
      );
    expect((await h.manager.acquire(exchange('downScoped', 'parent'))).token.accessToken).toBe(
      'for-access-2',
    );
  });

  it('do not wait for each other for ever', async () => {
    const all = new Map(
      [exchange('a', 'b'), exchange('b', 'c'), exchange('c', 'a')].map((one) => [one.name, one]),
    );
    const h = harness({ findProfile: (name) => Promise.resolve(all.get(name)!) });
    h.server.answer = async ({ profile: { options }, context }) => {
      await context.otherToken(options.subjectToken!);
      return h.result();
    };
    const failures = await Promise.allSettled([...all.values()].map((one) => h.manager.acquire(one)));
    for (const failure of failures) {
      expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'profile_invalid' } });
    }
  });
});
