import { describe, expect, it, vi } from 'vitest';
import { KeyturnError } from '../../../src/base/errors.ts';
import type { AuditEvent } from '../../../src/base/auditEvent.ts';
import type {
  Introspection,
  Revocation,
  Verification,
  TokenInspector,
} from '../../../src/oauth/verify/inspection.ts';
import { TokenInspections } from '../../../src/oauth/verify/inspections.ts';
import { InspectionSecrets } from '../../../src/oauth/verify/inspectionSecrets.ts';
import { secretKey, tokenKey } from '../../../src/profile/key.ts';
import { downScopedProfile } from '../../../src/token/downScoped.ts';
import type { TokenProfile } from '../../../src/profile/profile.ts';
import { harness, MINUTE, profileOf, settled, staticProfile } from '../../token/support.ts';

const verification: Verification = {
  status: 'verified',
  code: 'verified',
  reason: 'The signature is good.',
  hint: null,
  key: null,
  checks: [],
  opened: null,
  checkedAtMs: 1,
};
const introspection: Introspection = {
  active: true,
  conclusive: true,
  vendor: null,
  endpoint: 'https://id.example.com/introspect',
  scopes: ['reports:read'],
  expiresAtMs: null,
  subject: 'ada',
  claims: { active: true },
  signed: false,
  checkedAtMs: 1,
};
const revoked = (outcome: Revocation['outcome'], kind: Revocation['kind'] = 'access_token'): Revocation => ({
  kind,
  outcome,
  text: outcome,
  error: outcome === 'failed' ? 'revocation_failed' : null,
});

function setUp(changes: Partial<TokenInspector> = {}) {
  const h = harness();
  const events: AuditEvent[] = [];
  const revokedTokens: string[] = [];
  const inspector: TokenInspector = {
    verify: () => Promise.resolve(verification),
    introspect: () => Promise.resolve(introspection),
    revoke: (_profile, { accessToken, refreshToken }) => {
      revokedTokens.push(accessToken, ...(refreshToken === null ? [] : [refreshToken]));
      return Promise.resolve([revoked('accepted')]);
    },
    ...changes,
  };
  const inspections = new TokenInspections({
    inspector: () => Promise.resolve(inspector),
    tokens: h.manager,
    store: h.store,
    redactor: h.redactor,
    audit: { record: (event) => void events.push(event) },
  });
  const held = async (profile: TokenProfile = profileOf()) => {
    await h.manager.acquire(profile);
    return h.manager.peek(profile);
  };
  return { ...h, inspections, events, revokedTokens, held };
}

const options = { interactive: false, signal: new AbortController().signal, cause: 'test' };

describe('what was found out about a token', () => {
  it('is remembered while that very token is held, and told', async () => {
    const { inspections, held, manager } = setUp();
    const entry = await held();
    const told: string[] = [];
    inspections.onDidChange((keys) => told.push(...keys));
    expect(inspections.last(entry)).toBeNull();
    await inspections.verify(entry, options);
    await inspections.introspect(entry, options);
    await settled();
    expect(inspections.last(await manager.peek(entry.profile))).toMatchObject({
      verification,
      introspection,
    });
    expect(new Set(told)).toEqual(new Set([entry.key]));
    await manager.acquire(entry.profile, { force: true });
    expect(inspections.last(await manager.peek(entry.profile))).toBeNull();
  });

  it('gives an end to a token that does not tell its own', async () => {
    const pasted = staticProfile();
    let endsAt = 0;
    const { inspections, manager, clock } = setUp({
      introspect: () => Promise.resolve({ ...introspection, expiresAtMs: endsAt }),
    });
    endsAt = clock.now() + 30 * MINUTE;
    await manager.add(pasted, 'opaque-token-value');
    await inspections.introspect(await manager.peek(pasted), options);
    expect((await manager.peek(pasted)).token).toMatchObject({ expiresAtMs: endsAt, scope: 'reports:read' });
  });

  it('ends no token of which its issuer keeps no record', async () => {
    const { inspections, held, manager } = setUp({
      introspect: () => Promise.resolve({ ...introspection, active: false, conclusive: false }),
    });
    const entry = await held();
    await inspections.introspect(entry, options);
    expect((await manager.peek(entry.profile)).status).toBe(entry.status);
  });

  it('is nothing for a profile without a token', async () => {
    const { inspections, manager } = setUp();
    const entry = await manager.peek(profileOf());
    await expect(inspections.verify(entry, options)).rejects.toMatchObject({ code: 'token_missing' });
    await expect(inspections.revoke(entry, options)).rejects.toMatchObject({ code: 'token_missing' });
  });
});

describe('revoking', () => {
  it.each<[Revocation['outcome'][], boolean]>([
    [['accepted'], true],
    [['ended', 'ended'], true],
    [['ended', 'unsupported'], true],
    [['unsupported'], false],
    [['ended', 'failed'], false],
    [['still_active'], false],
    [['failed'], false],
  ])('with %j forgets: %s', async (outcomes, forgotten) => {
    const { inspections, held, manager, store } = setUp({
      revoke: () => Promise.resolve(outcomes.map((outcome) => revoked(outcome))),
    });
    const entry = await held();
    const result = await inspections.revoke(entry, options);
    await settled();
    expect(result.forgotten).toBe(forgotten);
    expect((await store.get(entry.key)) === null).toBe(forgotten);
    expect((await manager.peek(entry.profile)).token === null).toBe(forgotten);
  });

  it('leaves alone what was obtained meanwhile', async () => {
    const { inspections, held, manager, store } = setUp();
    const entry = await held();
    const newer = await manager.acquire(entry.profile, { force: true });
    expect((await inspections.revoke(entry, options)).forgotten).toBe(false);
    expect((await store.get(entry.key))?.accessToken).toBe(newer.token.accessToken);
  });

  it('forgets a token that the store refused to take, and the older one that it has still', async () => {
    const { inspections, held, manager, store, secrets, clock } = setUp();
    await held();
    clock.nowMs += MINUTE;
    const set = vi
      .spyOn(secrets, 'set')
      .mockRejectedValue(new KeyturnError('store_write_failed', 'Refused.'));
    await manager.acquire(profileOf(), { force: true });
    set.mockRestore();
    const entry = await manager.peek(profileOf());
    expect((await store.get(entry.key))?.accessToken).not.toBe(entry.token?.accessToken);
    expect((await inspections.revoke(entry, options)).forgotten).toBe(true);
    expect(await store.get(entry.key)).toBeNull();
    expect((await manager.peek(entry.profile)).token).toBeNull();
  });

  it('tells which of those with less scope the server refused, and forgets them all', async () => {
    const scopes = Array.from({ length: 12 }, (_, index) => `scope-${index}`);
    const { inspections, held, manager, store, events } = setUp({
      revoke: (_profile, { accessToken }) => {
        const number = Number(accessToken.split('-')[1]);
        if (number === 3) return Promise.reject(new KeyturnError('revocation_failed', 'No answer.'));
        return Promise.resolve([revoked(number === 4 ? 'unsupported' : 'accepted')]);
      },
    });
    const entry = await held();
    for (const scope of scopes) await manager.acquire(downScopedProfile(entry.profile, scope));
    const { forgotten, downScoped } = await inspections.revoke(entry, options);
    expect(forgotten).toBe(true);
    expect(downScoped).toHaveLength(12);
    expect(downScoped.filter(({ outcome }) => outcome !== 'accepted')).toEqual(
      expect.arrayContaining([
        {
          kind: 'access_token',
          outcome: 'failed',
          text: 'The access token was not revoked. No answer.',
          error: 'revocation_failed',
          scope: 'scope-1',
        },
        { ...revoked('unsupported'), scope: 'scope-2' },
      ]),
    );
    expect(events.filter(({ action }) => action === 'revoked')).toHaveLength(13);
    expect(new Set(events.map(({ accessToken }) => accessToken)).size).toBe(13);
    expect(await store.list()).toEqual([]);
  });

  it('leaves those with less scope alone while the token itself is kept', async () => {
    const { inspections, held, manager, store, revokedTokens } = setUp({
      revoke: (_profile, { accessToken }) => {
        revokedTokens.push(accessToken);
        return Promise.resolve([revoked('failed')]);
      },
    });
    const entry = await held();
    await manager.acquire(downScopedProfile(entry.profile, 'less'));
    expect(await inspections.revoke(entry, options)).toMatchObject({ downScoped: [], forgotten: false });
    expect(revokedTokens).toEqual([entry.token?.accessToken]);
    expect(await store.list()).toHaveLength(2);
  });

  it('takes no token of another name for one with less scope', async () => {
    const { inspections, held, manager, store, revokedTokens } = setUp();
    const entry = await held();
    // Its key begins as those do that are stored below the key of the first.
    const other = profileOf({
      name: entry.key.slice('token:'.length),
      origins: ['https://other.example.com'],
    });
    await manager.acquire(other);
    expect(tokenKey(other).startsWith(`${entry.key}:`)).toBe(true);
    await inspections.revoke(entry, options);
    expect(revokedTokens).toEqual([entry.token?.accessToken]);
    expect(await store.get(entry.key)).toBeNull();
  });

  it('is written down, also when it fails', async () => {
    const { inspections, held, events } = setUp({
      revoke: () => Promise.reject(new KeyturnError('revocation_failed', 'No.')),
    });
    const entry = await held();
    await expect(inspections.revoke(entry, options)).rejects.toMatchObject({ code: 'revocation_failed' });
    expect(events).toMatchObject([
      {
        action: 'revoked',
        tokenName: 'viewer',
        error: 'revocation_failed',
        cause: 'test',
        origin: 'https://id.example.com',
      },
    ]);
  });
});

describe('rotating', () => {
  it('switches over, then revokes the old one', async () => {
    const { inspections, held, manager, revokedTokens } = setUp();
    const entry = await held();
    const result = await inspections.rotate(entry, options);
    expect(result).toMatchObject({ left: null, revoked: [{ outcome: 'accepted' }] });
    expect(revokedTokens).toEqual([entry.token?.accessToken]);
    expect((await manager.peek(entry.profile)).token?.accessToken).toBe(result.token.accessToken);
    expect(result.token.accessToken).not.toBe(entry.token?.accessToken);
  });

  it('keeps the new one when the old one cannot be revoked', async () => {
    const { inspections, held, manager } = setUp({
      revoke: () => Promise.reject(new KeyturnError('revocation_failed', 'The issuer offers no revocation.')),
    });
    const entry = await held();
    const result = await inspections.rotate(entry, options);
    expect(result.revoked).toBeNull();
    expect(result.left).toContain('offers no revocation');
    expect((await manager.peek(entry.profile)).token?.accessToken).toBe(result.token.accessToken);
  });

  it('revokes nothing when no new one is had', async () => {
    const { inspections, held, server, revokedTokens, store } = setUp();
    const entry = await held();
    server.answer = () => Promise.reject(new KeyturnError('token_endpoint_failed', 'No.'));
    await expect(inspections.rotate(entry, options)).rejects.toMatchObject({ code: 'token_endpoint_failed' });
    expect(revokedTokens).toEqual([]);
    expect((await store.get(entry.key))?.accessToken).toBe(entry.token?.accessToken);
  });

  it('keeps what was obtained with less scope meanwhile', async () => {
    const { inspections, held, manager, store, server, result, revokedTokens } = setUp();
    const entry = await held();
    const less = downScopedProfile(entry.profile, 'less');
    const old = await manager.acquire(less);
    server.answer = async ({ profile }) => {
      server.answer = () => Promise.resolve(result());
      if (profile.scope !== 'less') await manager.acquire(less, { force: true });
      return result({ accessToken: 'the-rotated-token' });
    };
    const { downScoped } = await inspections.rotate(entry, options);
    expect(downScoped).toHaveLength(1);
    expect(revokedTokens).toEqual([entry.token?.accessToken, old.token.accessToken]);
    const now = await store.get(tokenKey(less));
    expect(now?.accessToken).not.toBe(old.token.accessToken);
    expect((await manager.acquire(less)).token.accessToken).toBe(now?.accessToken);
  });

  it('leaves the old access token of a refresh token to its end, since both have one sign-in', async () => {
    const { inspections, manager, revokedTokens } = setUp();
    const profile = profileOf({ grant: 'refresh_token' });
    await manager.add(profile, 'a-pasted-refresh-token');
    const result = await inspections.rotate(await manager.peek(profile), options);
    expect(result.revoked).toBeNull();
    expect(result.left).toContain('same sign-in');
    expect(revokedTokens).toEqual([]);
  });

  it('is not possible for a pasted token', async () => {
    const { inspections, manager } = setUp();
    await manager.add(staticProfile(), 'opaque-token-value');
    const entry = await manager.peek(staticProfile());
    await expect(inspections.rotate(entry, options)).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('secrets of inspections', () => {
  const secretsOf = (h: ReturnType<typeof harness>, asked: string | null) =>
    new InspectionSecrets({ store: h.store, redactor: h.redactor, askSecret: () => Promise.resolve(asked) });

  it('are asked for only where a person is there, kept, and masked', async () => {
    const h = harness();
    const profile = profileOf();
    const none = secretsOf(h, 'a-client-secret').secret(profile, 'client_secret', false);
    await expect(none).rejects.toMatchObject({ code: 'secret_missing' });
    expect(await secretsOf(h, 'a-client-secret').secret(profile, 'client_secret', true)).toBe(
      'a-client-secret',
    );
    expect(await secretsOf(h, null).secret(profile, 'client_secret', false)).toBe('a-client-secret');
    expect(h.redactor.mask('a-client-secret')).not.toContain('a-client-secret');
  });

  it('are found by what they are for, and masked', async () => {
    const h = harness();
    const profile = profileOf();
    await h.store.setSecret(secretKey('verification_key', profile), 'a-verification-secret');
    const secrets = secretsOf(h, null);
    expect(await secrets.held(profile, 'verification_key')).toBe('a-verification-secret');
    expect(await secrets.held(profile, 'decryption_key')).toBeNull();
    expect(h.redactor.mask('a-verification-secret')).not.toContain('a-verification');
  });
});
