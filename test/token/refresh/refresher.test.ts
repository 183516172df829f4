import { describe, expect, it, vi } from 'vitest';
import { KeyturnError } from '../../../src/base/errors.ts';
import { tokenKey } from '../../../src/profile/key.ts';
import type { RefreshLease, StoredMark } from '../../../src/token/refresh/lease.ts';
import type { Token } from '../../../src/token/token.ts';
import { harness, HOUR, MINUTE, profileOf, settled } from '../support.ts';

const profile = profileOf({ name: 'person', grant: 'refresh_token' });

function held(changes: Partial<Token> = {}): Token {
  return {
    key: tokenKey(profile),
    name: profile.name,
    accessToken: 'held-access',
    refreshToken: 'r1',
    idToken: null,
    tokenType: 'bearer',
    scope: null,
    expiresAtMs: 1,
    obtainedAtMs: 0,
    personal: null,
    ...changes,
  };
}

/** Answers wait until the test lets them go; each brings a new refresh token. */
function rotating(h: ReturnType<typeof harness>) {
  const open: (() => void)[] = [];
  h.server.answer = () => {
    const result = h.result({ refreshToken: `r${h.calls.length + 1}` });
    return new Promise((resolve) => open.push(() => resolve(result)));
  };
  return open;
}

const stored = (h: ReturnType<typeof harness>) => h.store.get(tokenKey(profile));

describe('the order of a refresh', () => {
  it('has stored the new token before a caller gets it', async () => {
    const h = harness();
    await h.store.set(held());
    const open = rotating(h);
    let write: (() => void) | null = null;
    const set = h.secrets.set.bind(h.secrets);
    const writing = vi.spyOn(h.secrets, 'set').mockImplementation(async (key, value) => {
      await new Promise<void>((resolve) => (write = resolve));
      await set(key, value);
    });
    let got = false;
    const waiting = h.manager.acquire(profile).then((acquired) => ((got = true), acquired));
    await vi.waitFor(() => expect(open).toHaveLength(1));
    open[0]!();
    await vi.waitFor(() => expect(writing).toHaveBeenCalled());
    expect((await h.manager.peek(profile)).token?.accessToken).toBe('held-access');
    expect(got).toBe(false);
    write!();
    expect((await waiting).token).toEqual(await stored(h));
  });

  it('finishes once the refresh token is with the server, though no caller waits any more', async () => {
    const h = harness();
    await h.store.set(held());
    const open = rotating(h);
    const leave = new AbortController();
    const first = h.manager.acquire(profile, { signal: leave.signal });
    await vi.waitFor(() => expect(open).toHaveLength(1));
    leave.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(h.calls[0]!.context.signal.aborted).toBe(false);
    // A later caller waits for that answer instead of sending the same refresh token again.
    const second = h.manager.acquire(profile);
    await settled();
    expect(h.calls).toHaveLength(1);
    open[0]!();
    expect((await second).token).toMatchObject({ accessToken: 'access-1', refreshToken: 'r2' });
    expect(h.calls).toHaveLength(1);
    expect((await stored(h))?.refreshToken).toBe('r2');
  });

  it('is waited for by who wants to end, and goes on when the manager is disposed', async () => {
    const h = harness();
    await h.store.set(held());
    const open = rotating(h);
    await h.manager.finished();
    const waiting = h.manager.acquire(profile).catch(() => undefined);
    await vi.waitFor(() => expect(open).toHaveLength(1));
    let finished = false;
    const end = h.manager.finished().then(() => (finished = true));
    h.manager.dispose();
    await settled();
    expect(finished).toBe(false);
    open[0]!();
    await end;
    await waiting;
    expect((await stored(h))?.refreshToken).toBe('r2');
    expect(h.clock.timers.size).toBe(0);
  });

  it('sends no refresh token that may be spent: not while the store cannot be read', async () => {
    const h = harness();
    await h.store.set(held({ expiresAtMs: h.clock.now() + MINUTE }));
    await h.manager.peek(profile);
    const get = vi.spyOn(h.secrets, 'get').mockRejectedValue(new KeyturnError('store_locked', 'Locked.'));
    expect((await h.manager.acquire(profile)).token.accessToken).toBe('held-access');
    await h.clock.advance(2 * MINUTE);
    await expect(h.manager.acquire(profile)).rejects.toMatchObject({ code: 'store_locked' });
    expect(h.calls).toHaveLength(0);
    get.mockRestore();
    expect((await h.manager.acquire(profile)).token.accessToken).toBe('access-1');
  });

  it('starts again with the new refresh token when another window was quicker than the person', async () => {
    const other = harness();
    const quiet = { ...other.store, onDidChange: () => ({ dispose: () => undefined }) };
    const h = harness({
      store: quiet,
      // The person takes their time, and meanwhile another window refreshes.
      askSecret: async () => {
        await other.store.set(
          held({ accessToken: 'theirs', refreshToken: 'r9', expiresAtMs: 2, obtainedAtMs: 5 }),
        );
        return 'the-secret';
      },
    });
    await other.store.set(held());
    const sent: (string | null)[] = [];
    h.server.answer = async ({ context }) => {
      await context.secret('client_secret');
      sent.push(context.refreshToken);
      return h.result({ refreshToken: 'r10' });
    };
    expect((await h.manager.acquire(profile)).token.refreshToken).toBe('r10');
    expect(sent).toEqual(['r9']);
  });

  it('waits for a store that tells late what the one before stored', async () => {
    const secrets = harness();
    let mark: StoredMark | null = null;
    const lease: RefreshLease = {
      hold: (_key, task) => task({ lastStored: mark, stored: () => undefined }),
    };
    const quiet = { ...secrets.store, onDidChange: () => ({ dispose: () => undefined }) };
    const h = harness({ store: quiet, lease });
    await secrets.store.set(held());
    await h.manager.peek(profile);
    const theirs = held({
      accessToken: 'theirs',
      refreshToken: 'r2',
      expiresAtMs: h.clock.now() + HOUR,
      obtainedAtMs: h.clock.now(),
    });
    mark = { obtainedAtMs: theirs.obtainedAtMs, atMs: Date.now(), spentBeforeMs: 0 };
    const waiting = h.manager.acquire(profile);
    setTimeout(() => void secrets.store.set(theirs), 150);
    expect((await waiting).token).toEqual(theirs);
    expect(h.calls).toHaveLength(0);
    // What was stored long ago is there, or was removed.
    mark = { obtainedAtMs: theirs.obtainedAtMs + 1, atMs: Date.now() - 10_000, spentBeforeMs: 0 };
    await h.manager.acquire(profile, { force: true });
    expect(h.calls).toHaveLength(1);
  });

  it('waits no longer than a second where nothing is stored, since it was probably deleted', async () => {
    const mark: StoredMark = { obtainedAtMs: 1, atMs: Date.now() - 1_100, spentBeforeMs: 0 };
    const lease: RefreshLease = {
      hold: (_key, task) => task({ lastStored: mark, stored: () => undefined }),
    };
    const h = harness({ lease });
    const client = profileOf();
    let given = false;
    const acquired = h.manager.acquire(client).then(() => (given = true));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(given).toBe(true);
    await acquired;
  });

  it('sends no refresh token that another has replaced, though the store never shows the new one', async () => {
    const spentBeforeMs = 1_750_000_000_000;
    const mark: StoredMark = { obtainedAtMs: spentBeforeMs + 1, atMs: Date.now() - 10_000, spentBeforeMs };
    const lease: RefreshLease = {
      hold: (_key, task) => task({ lastStored: mark, stored: () => undefined }),
    };
    const h = harness({ lease });
    await h.store.set(held({ obtainedAtMs: spentBeforeMs - 1 }));
    await expect(h.manager.acquire(profile)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: 'The token "person" was refreshed elsewhere, and the stored token is the one before.',
    });
    expect(h.calls).toHaveLength(0);
    // Once it shows it, all is well, and nothing but time was lost.
    await h.store.set(held({ refreshToken: 'r2', obtainedAtMs: mark.obtainedAtMs }));
    await h.manager.acquire(profile);
    expect(h.calls.map(({ context }) => context.refreshToken)).toEqual(['r2']);
  });

  it('tells the next holder when the refresh token was replaced, and when it was not', async () => {
    const told: [number, boolean][] = [];
    const lease: RefreshLease = {
      hold: (_key, task) =>
        task({
          lastStored: null,
          stored: (obtainedAtMs, replaced) => void told.push([obtainedAtMs, replaced]),
        }),
    };
    const h = harness({ lease });
    await h.store.set(held());
    h.server.answer = () => Promise.resolve(h.result({ refreshToken: 'r2' }));
    await h.manager.acquire(profile, { force: true });
    await h.manager.acquire(profile, { force: true });
    const now = h.clock.now();
    expect(told).toEqual([
      [now, true],
      [now, false],
    ]);
  });

  it('refreshes once for 1,000 that come together after an hour of sleep', async () => {
    const h = harness();
    h.server.answer = () => Promise.resolve(h.result({ refreshToken: `r${h.calls.length + 1}` }));
    await h.store.set(held());
    await h.manager.acquire(profile);
    const before = h.calls.length;
    await h.clock.jump(h.clock.now() + HOUR);
    const all = await Promise.all(Array.from({ length: 1000 }, () => h.manager.acquire(profile)));
    expect(h.calls).toHaveLength(before + 1);
    expect(new Set(all.map(({ token }) => token.refreshToken)).size).toBe(1);
    expect(all.every(({ token }) => (token.expiresAtMs ?? 0) > h.clock.now())).toBe(true);
  });
});

describe('a store that refuses the new token', () => {
  const refuse = (h: ReturnType<typeof harness>) =>
    vi
      .spyOn(h.secrets, 'set')
      .mockRejectedValue(
        new KeyturnError('store_write_failed', 'Refused; nothing was changed.', { hint: 'Unlock it.' }),
      );

  it('is told of as it is: what is held, and that the stored refresh token is spent', async () => {
    const h = harness();
    h.server.answer = () => Promise.resolve(h.result({ refreshToken: `r${h.calls.length + 1}` }));
    await h.store.set(held());
    refuse(h);
    expect((await h.manager.acquire(profile)).token.refreshToken).toBe('r2');
    expect((await h.manager.peek(profile)).lastError).toEqual({
      code: 'store_write_failed',
      message:
        'The new token "person" could not be saved: Keyturn keeps it in memory only. ' +
        'The stored token is spent: the server replaced its refresh token.',
    });
    // It goes on with the one that is held.
    await h.manager.acquire(profile, { force: true });
    expect(h.calls[1]!.context.refreshToken).toBe('r2');
  });

  it('does not say so of a refresh token that stays', async () => {
    const h = harness();
    await h.store.set(held());
    refuse(h);
    await h.manager.acquire(profile);
    expect((await h.manager.peek(profile)).lastError?.message).toBe(
      'The new token "person" could not be saved: Keyturn keeps it in memory only. The previous token is still stored.',
    );
  });

  it('is offered it again until it takes it', async () => {
    const h = harness();
    await h.store.set(held());
    const set = refuse(h);
    h.server.answer = () =>
      Promise.resolve(h.result({ refreshToken: 'r2', expiresAtMs: h.clock.now() + HOUR }));
    await h.manager.acquire(profile);
    await h.clock.advance(2 * MINUTE);
    expect(set.mock.calls.length).toBeGreaterThan(2);
    expect(set.mock.calls.length).toBeLessThan(6);
    set.mockRestore();
    await h.clock.advance(5 * MINUTE);
    expect((await stored(h))?.refreshToken).toBe('r2');
    expect((await h.manager.peek(profile)).lastError).toBeNull();
    expect(h.reports).toEqual(['store_write_failed']);
  });

  it('is left alone when it was given something else meanwhile', async () => {
    const h = harness();
    await h.store.set(held());
    const set = refuse(h);
    await h.manager.acquire(profile);
    set.mockRestore();
    const pasted = held({ accessToken: 'pasted', refreshToken: 'r7', expiresAtMs: null, obtainedAtMs: 7 });
    await h.store.set(pasted);
    await h.clock.advance(5 * MINUTE);
    expect((await stored(h))?.accessToken).toBe('pasted');
    expect((await h.manager.peek(profile)).token).toEqual(pasted);
  });
});

describe('windows', () => {
  it('refresh in the background at moments of their own, all before the token counts as expiring', async () => {
    const moments = new Set<number>();
    for (let window = 0; window < 12; window++) {
      const h = harness();
      const start = h.clock.now();
      await h.manager.acquire(profileOf());
      h.server.answer = () => {
        moments.add(h.clock.now() - start);
        return Promise.resolve(h.result());
      };
      await h.clock.advance(5 * MINUTE - 1);
      expect(h.calls).toHaveLength(2);
      expect((await h.manager.peek(profileOf())).status).toBe('active');
    }
    expect(moments.size).toBeGreaterThan(9);
    expect(Math.min(...moments)).toBeGreaterThanOrEqual(3.75 * MINUTE);
  });
});

describe('what an introspection told', () => {
  it('is the end of a token that had none, kept for the next session', async () => {
    const h = harness();
    h.server.answer = () => Promise.resolve(h.result({ expiresAtMs: null }));
    const one = profileOf();
    const { token, status } = await h.manager.acquire(one);
    expect(status).toBe('unknown');
    const end = h.clock.now() + HOUR;
    await h.manager.learn(one, token.accessToken, { active: true, expiresAtMs: end, scope: 'less' });
    expect(await h.manager.peek(one)).toMatchObject({
      status: 'active',
      token: { expiresAtMs: end, scope: 'less' },
    });
    expect(await h.store.get(tokenKey(one))).toEqual({ ...token, expiresAtMs: end, scope: 'less' });
    await h.manager.learn(one, token.accessToken, { active: true, expiresAtMs: end + HOUR, scope: null });
    expect((await h.manager.peek(one)).token?.expiresAtMs).toBe(end);
  });

  it('ends a token that is not active any more, and no other', async () => {
    const h = harness();
    const one = profileOf();
    await h.manager.acquire(one);
    const ended = { active: false, expiresAtMs: null, scope: null };
    await h.manager.learn(one, 'another', ended);
    expect((await h.manager.peek(one)).status).toBe('active');
    await h.manager.learn(one, 'access-1', ended);
    expect((await h.manager.peek(one)).status).toBe('expired');
    expect((await h.manager.acquire(one)).token.accessToken).toBe('access-2');
  });
});
