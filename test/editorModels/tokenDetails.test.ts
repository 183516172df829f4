import { describe, expect, it, test } from 'vitest';
import { claimValue, shownValue } from '../../src/editor/tokens/tree/claimsText.ts';
import { detailsOf, sendAsText } from '../../src/editor/tokens/tree/details.ts';
import type { DetailNode } from '../../src/editor/tokens/tree/detailNode.ts';
import { detailsText } from '../../src/editor/inspection/detailsText.ts';
import { inspectedText } from '../../src/editor/inspection/detailsText.ts';
import { decodeToken } from '../../src/inspect/decode.ts';
import { describePasted, proposeName } from '../../src/editor/tokens/pasted.ts';
import { changedToken, originChange } from '../../src/editor/tokens/personal.ts';
import { entryTooltip, problemTooltip } from '../../src/editor/tokens/tree/tooltip.ts';
import { entryOf, MINUTE, NOW, profileOf, tokenOf } from './entries.ts';

const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');
const jwt = (claims: object) => `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`;
const claims = {
  iss: 'https://id.example.com',
  sub: 'ada',
  aud: ['https://api.example.com', 'https://files.example.com'],
  exp: (NOW + 12 * MINUTE) / 1000,
  scope: 'reports:read',
  realm_access: { roles: ['auditor'] },
  list: Array.from({ length: 500 }, (_, index) => index),
};

function entryWith(accessToken: string) {
  const profile = profileOf();
  return entryOf({ token: tokenOf(profile, { accessToken }) }, profile);
}

function lines(accessToken: string): Map<string, DetailNode> {
  return new Map(detailsOf('entry', entryWith(accessToken), NOW).map((node) => [node.label, node]));
}

describe('details of a token', () => {
  it('names status, audience, issuer, subject and says that nothing was verified', () => {
    const shown = lines(jwt(claims));
    expect(shown.get('Status')!.value).toMatch(/^active, expires in 12 min \(\d{4}-\d\d-\d\d/);
    expect(shown.get('Issuer')!.value).toBe('https://id.example.com');
    expect(shown.get('Subject')!.value).toBe('ada');
    expect(shown.get('Claims')!.value).toBe('not verified');
    expect(shown.get('Audience')!.children!().map(({ label }) => label)).toEqual(claims.aud);
    expect(shown.get('Origins')!.value).toBe('https://api.example.com');
    expect(shown.get('Last used')!.value).toBe('never');
  });

  it('says that a refresh token is stored, and nothing of it', () => {
    const refreshLine = (refreshToken: string | null) => {
      const profile = profileOf();
      const entry = entryOf({ token: tokenOf(profile, { refreshToken }) }, profile);
      return detailsOf('entry', entry, NOW).find(({ label }) => label === 'Refresh token');
    };
    expect(refreshLine('canary-refresh')).toMatchObject({ value: 'stored', tooltip: null, children: null });
    expect(refreshLine(null)).toBeUndefined();
  });

  it('says in which claim each scope stands', () => {
    const scopes = lines(jwt(claims)).get('Scopes')!.children!();
    expect(scopes.map(({ label, value }) => [label, value])).toEqual([
      ['reports:read', 'scope'],
      ['auditor', 'realm_access.roles'],
    ]);
  });

  it('nests claims, words dates and cuts long lists', () => {
    const shown = lines(jwt(claims)).get('Claims')!.children!();
    const byName = new Map(shown.map((node) => [node.label, node]));
    expect(byName.get('exp')!.value).toMatch(/^in 12 min /);
    const roles = byName.get('realm_access')!.children!()[0]!;
    expect(roles.children!()[0]!.value).toBe('auditor');
    const list = byName.get('list')!.children!();
    expect(list).toHaveLength(201);
    expect(list.at(-1)!.label).toBe('and 300 more');
    expect(new Set(list.map(({ id }) => id)).size).toBe(201);
  });

  it('copies what a line says: scopes, addresses and claims, whole, without a token in them', () => {
    const inner = jwt({ sub: 'inside' });
    const shown = lines(jwt({ ...claims, token: inner, actors: [inner, 'ada'] }));
    const below = (label: string) => shown.get(label)!.children!();
    expect(shown.get('Issuer')!.copied).toBe('https://id.example.com');
    expect(below('Audience').map(({ copied }) => copied)).toEqual(claims.aud);
    expect(below('Scopes')[0]!.copied).toBe('reports:read');
    const copied = new Map(below('Claims').map((node) => [node.label, node.copied]));
    expect(copied.get('exp')).toBe(String(claims.exp));
    expect(JSON.parse(copied.get('realm_access') ?? '')).toEqual(claims.realm_access);
    const all = [...copied.values(), shown.get('Claims')!.copied].join('\n');
    expect(all).toContain('ada');
    for (const part of inner.split('.').slice(1)) expect(all).not.toContain(part);
  });

  it('shows an opaque token without claims', () => {
    const shown = lines('q7Xz81kLmP0sT4vW9aB2cD3eF5gH6');
    expect(shown.has('Claims')).toBe(false);
    expect(shown.get('Kind')!.value).toBe('Opaque token');
  });

  it('warns of an unsigned token', () => {
    const unsigned = `${part({ alg: 'none' })}.${part(claims)}.`;
    expect(lines(unsigned).get('Warning')!.value).toMatch(/not signed/);
  });
});

describe('a token within a token', () => {
  const inner = jwt({ sub: 'inner' });

  it('is not shown, neither as a claim nor in the document', () => {
    expect(claimValue(inner)).toBe('•••a token, not shown•••');
    const document = detailsText(entryWith(jwt({ ...claims, act: { token: inner } })), null);
    expect(document).not.toContain(inner);
    expect(JSON.parse(document)).toMatchObject({ signature: 'not verified', claims: { sub: 'ada' } });
  });
});

test('numbers are shown with all their digits, in the tree and in the document', () => {
  const payload = '{"user_id":174322306148984899,"ratio":1.10,"list":[9007199254740993]}';
  const token = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(payload).toString('base64url')}.c2ln`;
  const document = detailsText(entryWith(token), null);
  for (const text of ['"user_id": 174322306148984899', '"ratio": 1.10', '9007199254740993']) {
    expect(document).toContain(text);
    expect(inspectedText(decodeToken(token))).toContain(text);
  }
  const claims = detailsOf('entry', entryWith(token), NOW).find(({ label }) => label === 'Claims');
  const members = claims?.children?.() ?? [];
  expect(members.map(({ value }) => value)).toEqual(['174322306148984899', '1.10', '1 item']);
  expect(members[2]?.children?.().map(({ value }) => value)).toEqual(['9007199254740993']);
});

test('what is too long for a line is masked before it is cut', () => {
  const secret = 's'.repeat(200);
  const mask = (text: string) => text.replaceAll(secret, '•••');
  expect(shownValue(`${'x'.repeat(290)}${secret}`, mask)).toBe(`${'x'.repeat(290)}•••`);
  expect(shownValue('y'.repeat(400), mask)).toBe(`${'y'.repeat(300)}…`);
});

describe('tooltip', () => {
  const mask = (text: string) => text.replaceAll('secret-value', '•••');

  it('masks before it escapes, and lets nothing become a link or a table', () => {
    const text = entryTooltip(
      entryWith(jwt({ ...claims, iss: 'https://evil.example/[click](command:x) | secret-value' })),
      NOW,
      mask,
    );
    expect(text).not.toContain('secret-value');
    expect(text).toContain('\\[click\\]\\(command\\:x\\) \\|');
    expect(text).not.toContain('https://');
  });

  it('offers the sandbox where only its address is missing', () => {
    expect(problemTooltip('The variable {{sandboxIssuer}} has no value.', mask)).toContain(
      '(command:keyturn.sandbox.start)',
    );
    expect(problemTooltip('The variable {{issuer}} has no value.', mask)).not.toContain('command:');
  });
});

describe('pasted text', () => {
  it('is described without being quoted', () => {
    const token = jwt({ ...claims, exp: (NOW - 60 * MINUTE) / 1000 });
    const { text, usable } = describePasted(token, NOW);
    expect(usable).toBe(true);
    expect(text).toMatch(/^JSON Web Token · expired 60 min ago|^JSON Web Token · expired 1 h ago/);
    expect(text).not.toContain(token.slice(0, 12));
    expect(describePasted('two\nlines', NOW).usable).toBe(false);
  });

  it('proposes a name from the claims that is not taken', () => {
    expect(proposeName(jwt({ client_id: 'desk', sub: 'ada' }), new Set())).toBe('desk');
    expect(proposeName(jwt({ client_id: 'desk', sub: 'ada' }), new Set(['desk']))).toBe('ada');
    expect(proposeName(jwt({ sub: 'has blanks' }), new Set())).toBe('');
  });
});

describe('an inspected token', () => {
  const inspected = (token: string) =>
    JSON.parse(inspectedText(decodeToken(token))) as Record<string, unknown>;

  it('shows what it says, and where that is specified, but neither itself nor its signature', () => {
    const token = jwt({ ...claims, inner: jwt(claims) });
    const text = inspectedText(decodeToken(token));
    expect(inspected(token)).toMatchObject({
      kind: 'JSON Web Token',
      signature: 'not verified',
      scopes: ['reports:read', 'auditor'],
      claims: { iss: claims.iss, sub: 'ada' },
      header: { alg: 'RS256' },
      specifications: { iss: 'https://www.rfc-editor.org/rfc/rfc7519#section-4.1.1' },
    });
    for (const secret of [...token.split('.'), jwt(claims)]) expect(text).not.toContain(secret);
  });

  it('of which nothing can be read is told by its kind alone', () => {
    expect(inspected('opaque-value')).toEqual({ kind: 'Opaque token' });
    expect(Object.keys(inspected('ey.ey.ey'))).toEqual(['kind', 'warnings']);
  });
});

describe('ways to send', () => {
  it('are shown with the place of the token', () => {
    expect(sendAsText({ scheme: 'Bearer' })).toBe('Authorization: Bearer …');
    expect(sendAsText({ header: 'X-API-Key' })).toBe('X-API-Key: …');
    expect(sendAsText({ query: 'key' })).toBe('?key=…');
    expect(sendAsText({ basic: { username: 'ada' } })).toBe('Basic, user ada');
  });
});

describe('a changed pasted token', () => {
  it('gets another key with other origins or another name', () => {
    const personal = { origins: ['https://a.example'], sendAs: { scheme: 'Bearer' } };
    const token = changedToken(tokenOf(profileOf(), { personal }), 'mine', personal);
    const moved = changedToken(token, 'mine', { ...personal, origins: ['https://b.example'] });
    const renamed = changedToken(token, 'yours', personal);
    expect(new Set([token.key, moved.key, renamed.key]).size).toBe(3);
    expect(changedToken(token, 'mine', personal).key).toBe(token.key);
  });

  it('is told to the audit with the origins that came and went', () => {
    const [a, b, c] = ['https://a.example', 'https://b.example', 'https://c.example'] as const;
    expect(originChange([a, b], [b, c])).toBe('added https://c.example; removed https://a.example');
    expect(originChange([a], [a, b, c])).toBe('added https://b.example https://c.example');
    expect(originChange([a, b], ['https://A.example:443'])).toBe('removed https://b.example');
  });
});
