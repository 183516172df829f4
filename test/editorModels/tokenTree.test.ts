import { describe, expect, it } from 'vitest';
import type { ListedProfile } from '../../src/profile/listedProfile.ts';
import { entryDescription, lifeText, shortDescription } from '../../src/editor/tokens/tree/describe.ts';
import {
  buildGroups,
  contextValueOf,
  groupContext,
  sameShape,
  type TreeInput,
} from '../../src/editor/tokens/tree/model.ts';
import type { TokenEntry } from '../../src/token/manager.ts';
import { entryOf, MINUTE, NOW, profileOf, tokenOf } from './entries.ts';
import { cpuMs } from '../support/cpuTime.ts';

function listed(
  name: string,
  environment: string | null,
  entry: TokenEntry | null = entryOf({}, profileOf({ name })),
) {
  const profile: ListedProfile = {
    name,
    declaredIn: 'file:///project/keyturn.json',
    environment,
    profile: entry?.profile ?? null,
    problem:
      entry === null ? { code: 'profile_invalid', message: 'The variable {{issuer}} has no value.' } : null,
  };
  return { profile, entry };
}

function input(change: Partial<TreeInput>): TreeInput {
  return { listed: [], personal: [], unread: new Map(), chosen: new Set(), ...change };
}

describe('groups of the tokens view', () => {
  it('puts each environment in a group and what is the same everywhere last', () => {
    const groups = buildGroups(
      input({
        listed: [
          listed('viewer', 'staging'),
          listed('key', null),
          listed('viewer', 'production'),
          listed('admin', 'staging'),
        ],
        personal: [entryOf({}, profileOf({ name: 'mine', declaredIn: null }))],
        chosen: new Set(['staging']),
      }),
      'environment',
    );
    expect(
      groups.map(({ label, chosen, entries }) => [label, chosen, entries.map((node) => node.name)]),
    ).toEqual([
      ['production', false, ['viewer']],
      ['staging', true, ['admin', 'viewer']],
      ['Every environment', false, ['key', 'mine']],
    ]);
  });

  it('shows a pasted token once when a keyturn.json took it over, read or not', () => {
    const taken = entryOf({}, profileOf({ name: 'taken' }));
    const own = entryOf({}, profileOf({ name: 'own', declaredIn: null }));
    const declared = listed('taken', null, taken);
    for (const pasted of [
      { personal: [taken, own] },
      { unread: new Map([taken, own].map(({ key, profile }) => [key, profile.name])) },
    ]) {
      const groups = buildGroups(input({ listed: [declared], ...pasted }), 'environment');
      expect(
        groups.flatMap(({ entries }) => entries.map(({ name, declaredIn }) => [name, declaredIn])),
      ).toEqual([
        ['own', null],
        ['taken', 'file:///project/keyturn.json'],
      ]);
    }
  });

  it('knows only the name of a token that was not read yet', () => {
    const [group] = buildGroups(input({ unread: new Map([['pasted:own:x', 'own']]) }), 'issuer');
    const [node] = group!.entries;
    expect(node).toMatchObject({ name: 'own', entry: null, problem: null });
    expect(contextValueOf(node!)).toBe('entry personal');
    const read = buildGroups(
      input({ personal: [entryOf({}, profileOf({ name: 'own', declaredIn: null }))] }),
      'issuer',
    );
    expect(sameShape([group!], read)).toBe(true);
  });

  it('groups by issuer, else by the server of the token endpoint', () => {
    const issuer = entryOf({}, profileOf({ issuer: 'https://id.example.com' }));
    const endpoint = entryOf(
      {},
      profileOf({ name: 'b', tokenEndpoint: 'https://auth.example.com/oauth/token' }),
    );
    const groups = buildGroups(
      input({ listed: [listed('viewer', null, issuer), listed('b', null, endpoint), listed('c', null)] }),
      'issuer',
    );
    expect(groups.map(({ label }) => label)).toEqual([
      'https://auth.example.com',
      'https://id.example.com',
      'Issuer unknown',
    ]);
  });

  it('gives every entry an id of its own that another reading gives again', () => {
    const make = () =>
      buildGroups(
        input({
          listed: [listed('viewer', 'staging'), listed('viewer', 'production'), listed('viewer', null)],
          personal: [entryOf({}, profileOf({ declaredIn: null, origins: ['https://other.example.com'] }))],
        }),
        'issuer',
      );
    const ids = make().flatMap((group) => group.entries.map((node) => node.id));
    expect(new Set(ids).size).toBe(4);
    expect(sameShape(make(), make())).toBe(true);
  });

  it('sees that an entry went', () => {
    const two = buildGroups(input({ listed: [listed('a', null), listed('b', null)] }), 'environment');
    const one = buildGroups(input({ listed: [listed('a', null)] }), 'environment');
    expect(sameShape(two, one)).toBe(false);
  });

  it('keeps a profile that cannot be filled, with its reason', () => {
    const [group] = buildGroups(input({ listed: [listed('viewer', null, null)] }), 'environment');
    const [node] = group!.entries;
    expect(node).toMatchObject({ name: 'viewer', entry: null, problem: { code: 'profile_invalid' } });
    expect(contextValueOf(node!)).toBe('entry declared');
  });

  it('builds 10,000 entries in well under a second', () => {
    const personal = Array.from({ length: 10_000 }, (_, index) =>
      entryOf({}, profileOf({ name: `token-${index}`, declaredIn: null })),
    );
    const started = cpuMs();
    const [group] = buildGroups(input({ personal }), 'environment');
    expect(cpuMs() - started).toBeLessThan(1000);
    expect(group!.entries[9_999]!.name).toBe('token-9999');
  });
});

describe('what can be done with an entry', () => {
  const flags = (entry: TokenEntry, declaredIn: string | null) =>
    contextValueOf({
      kind: 'entry',
      id: 'x',
      name: 'x',
      environment: null,
      declaredIn,
      entry,
      problem: null,
    }).split(' ');

  it('tells pasted, declared, held and refreshable tokens apart', () => {
    expect(flags(entryOf(), null)).toEqual(['entry', 'personal', 'held', 'pasteable']);
    const client = profileOf({ grant: 'client_credentials', clientAuthentication: 'client_secret_basic' });
    expect(flags(entryOf({ status: 'missing', canRefresh: true }, client), 'file:///keyturn.json')).toEqual([
      'entry',
      'declared',
      'empty',
      'refreshable',
      'client',
    ]);
  });
});

describe('the menu of a group', () => {
  it('tells an environment, the chosen one, and an issuer', () => {
    const contexts = (groupBy: 'environment' | 'issuer') =>
      buildGroups(
        input({
          listed: [
            listed('a', 'production', entryOf({}, profileOf({ issuer: 'https://id.example.com' }))),
            listed('b', 'staging'),
            listed('c', null),
          ],
          chosen: new Set(['staging']),
        }),
        groupBy,
      ).map(groupContext);
    expect(contexts('environment')).toEqual(['group environment', 'group environment chosen', 'group']);
    expect(contexts('issuer')).toEqual(['group issuer', 'group']);
  });
});

describe('descriptions', () => {
  const at = (ms: number) => ({ ...entryOf(), token: tokenOf(profileOf(), { expiresAtMs: ms }) });

  it('says how long a token lives and what it may do', () => {
    const token = tokenOf(profileOf(), { scope: 'reports:read' });
    expect(entryDescription(entryOf({ token }), NOW)).toBe('expires in 12 min · reports:read');
  });

  it('begins in the tree with what matters in few letters', () => {
    const short = (change: Partial<TokenEntry>) => shortDescription(entryOf(change), NOW);
    const token = tokenOf(profileOf(), { scope: 'admin' });
    expect(short({ token })).toBe('12 min · admin');
    expect(short({ token: { ...token, expiresAtMs: NOW + 59_000 }, status: 'expiring' })).toBe(
      '< 1 min · admin',
    );
    expect(short({ token: { ...token, expiresAtMs: null } })).toBe('admin');
    expect(short({ token: { ...token, expiresAtMs: null, scope: null } })).toBe('expiry unknown');
    expect(short({ token: { ...token, expiresAtMs: NOW - 3 * MINUTE }, status: 'expired' })).toBe(
      'expired 3 min ago · admin',
    );
    expect(short({ token: null, status: 'missing' })).toBe('none yet');
    expect(short({ token: null, status: 'missing', needsSignIn: true })).toBe('not signed in');
  });

  it('counts no seconds', () => {
    expect(lifeText(at(NOW + 59_000), NOW)).toBe('expires within a minute');
    expect(lifeText({ ...at(NOW - 59_000), status: 'expired' }, NOW)).toBe('expired just now');
    expect(lifeText({ ...at(NOW - 180 * MINUTE), status: 'expired' }, NOW)).toBe('expired 3 h ago');
  });

  it('says what is missing by the kind of its grant', () => {
    const missing = (grant: 'static' | 'client_credentials' | 'refresh_token') =>
      lifeText(entryOf({ status: 'missing' }, profileOf({ grant })), NOW);
    expect(missing('static')).toBe('no token added');
    expect(missing('client_credentials')).toBe('not obtained yet');
    expect(missing('refresh_token')).toBe('no refresh token added');
  });

  it('mentions a refresh that failed', () => {
    const entry = entryOf({ lastError: { code: 'invalid_client', message: 'The client is not known.' } });
    expect(entryDescription(entry, NOW)).toBe('expires in 12 min · refresh failed');
    // What was never held was not refreshed.
    const never = { ...entry, status: 'missing', token: null } as const;
    expect(entryDescription(never, NOW)).toContain(' · last attempt failed');
  });
});
