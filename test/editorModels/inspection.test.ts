import { describe, expect, it } from 'vitest';
import { entryDescription, entryIcon } from '../../src/editor/tokens/tree/describe.ts';
import { detailsOf } from '../../src/editor/tokens/tree/details.ts';
import { detailsText } from '../../src/editor/inspection/detailsText.ts';
import { knownInspectionMark } from '../../src/editor/tokens/tree/inspectionNodes.ts';
import { contextValueOf } from '../../src/editor/tokens/tree/model.ts';
import { specificationsOf } from '../../src/editor/inspection/specifications.ts';
import { entryTooltip } from '../../src/editor/tokens/tree/tooltip.ts';
import type { Introspection, Verification } from '../../src/oauth/verify/inspection.ts';
import type { KnownInspection } from '../../src/oauth/verify/inspections.ts';
import { entryOf, MINUTE, NOW, profileOf, tokenOf } from './entries.ts';

const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');
const accessToken = `${part({ alg: 'ES256', kid: 'one', typ: 'at+jwt' })}.${part({
  iss: 'https://id.example.com',
  sub: 'ada',
  exp: (NOW + 12 * MINUTE) / 1000,
  scope: 'reports:read',
})}.c2lnbmF0dXJl`;
const profile = profileOf({ issuer: 'https://id.example.com', grant: 'client_credentials' });
const entry = entryOf({ token: tokenOf(profile, { accessToken }) }, profile);

const verification: Verification = {
  status: 'verified',
  code: 'verified',
  reason: 'The signature is valid and every check passed.',
  hint: null,
  key: { kid: 'one', alg: 'ES256', thumbprint: 'a-thumbprint', from: 'https://id.example.com/jwks' },
  checks: [
    { name: 'signature', outcome: 'passed', text: 'The signature (ES256) is valid.' },
    { name: 'audience', outcome: 'skipped', text: 'The token names no audience.' },
  ],
  opened: null,
  checkedAtMs: NOW,
};
const introspection: Introspection = {
  active: true,
  conclusive: true,
  vendor: null,
  endpoint: 'https://id.example.com/introspect',
  scopes: ['reports:read'],
  expiresAtMs: NOW + 12 * MINUTE,
  subject: 'ada',
  claims: { active: true, username: 'ada' },
  signed: true,
  checkedAtMs: NOW,
};
const invalid: KnownInspection = {
  verification: {
    ...verification,
    status: 'invalid',
    code: 'signature_invalid',
    reason: 'The signature does not fit.',
    key: null,
  },
  introspection: null,
};

const lines = (known: KnownInspection | null) =>
  new Map(detailsOf('entry', entry, NOW, known).map((node) => [node.label, node]));

describe('the tree', () => {
  it('says verified with the key, and the checks below', () => {
    const shown = lines({ verification, introspection: null });
    const signature = shown.get('Signature')!;
    expect(signature).toMatchObject({ value: 'verified · ES256, one', icon: 'verified' });
    const below = new Map(signature.children!().map(({ label, value }) => [label, value]));
    expect(below.get('Thumbprint')).toBe('a-thumbprint');
    expect(below.get('Key from')).toBe('https://id.example.com/jwks');
    expect(below.get('Audience')).toBe('The token names no audience.');
    expect(shown.get('Claims')!.value).toBe('verified');
  });

  it('says invalid with the reason, behind the name too', () => {
    expect(lines(invalid).get('Signature')!.value).toBe('invalid · The signature does not fit.');
    expect(lines(invalid).get('Claims')!.value).toBe('invalid');
    expect(entryDescription(entry, NOW, invalid)).toBe('invalid · expires in 12 min · reports:read');
    expect(entryTooltip(entry, NOW, (text) => text, invalid)).toContain('The signature does not fit');
  });

  it('marks the entry itself: how long a token lives is of no use once it is worth nothing', () => {
    const verified: KnownInspection = { verification, introspection: null };
    const ended: KnownInspection = { verification, introspection: { ...introspection, active: false } };
    expect(entryIcon(entry, null).icon).toBe('key');
    expect(entryIcon(entry, verified)).toEqual({ icon: 'verified', color: 'testing.iconPassed' });
    expect(entryIcon({ status: 'expiring' }, verified).icon).toBe('watch');
    for (const known of [invalid, ended]) expect(entryIcon(entry, known).icon).toBe('error');
    expect(entryDescription(entry, NOW, ended)).toMatch(/^not active at its issuer · expires/);
  });

  it('says not verified while nothing was found out', () => {
    expect(lines(null).has('Signature')).toBe(false);
    expect(lines(null).get('Claims')!.value).toBe('not verified');
    expect(entryDescription(entry, NOW, null)).toBe('expires in 12 min · reports:read');
  });

  it('shows what the issuer says', () => {
    const node = lines({ verification: null, introspection }).get('Introspection')!;
    expect(node.value).toBe('active');
    const below = new Map(node.children!().map(({ label, value }) => [label, value]));
    expect(below.get('Introspected at')).toBe('https://id.example.com/introspect');
    expect(below.get('Claims')).toBe('signed by the issuer');
    const ended = { verification, introspection: { ...introspection, active: false } };
    expect(entryDescription(entry, NOW, ended)).toContain('not active at its issuer');
  });

  it('shows the claims of an encrypted token once it was opened', () => {
    const opened = { header: { alg: 'RS256' }, claims: { sub: 'within' }, scopes: [], expiresAtMs: null };
    const claims = lines({ verification: { ...verification, opened }, introspection: null }).get('Claims')!;
    expect(claims.children!().map(({ label, value }) => [label, value])).toEqual([['sub', 'within']]);
  });

  it('gives every line an id of its own', () => {
    const ids = detailsOf('entry', entry, NOW, { verification, introspection }).flatMap((node) => [
      node.id,
      ...(node.children?.() ?? []).map(({ id }) => id),
    ]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the details document', () => {
  const document = (known: KnownInspection | null) => {
    const text = detailsText(entry, known);
    expect(text).not.toContain(accessToken);
    expect(text).not.toContain('c2lnbmF0dXJl');
    return JSON.parse(text) as Record<string, unknown>;
  };

  it('shows everything known, with links to where the claims are specified', () => {
    expect(document({ verification, introspection })).toMatchObject({
      name: 'viewer',
      status: 'active',
      signature: 'verified',
      verification: { key: { kid: 'one' }, checks: { signature: 'passed: The signature (ES256) is valid.' } },
      introspection: { active: true, answerSigned: true, claims: { username: 'ada' } },
      profile: { grant: 'client_credentials', issuer: 'https://id.example.com' },
      claims: { sub: 'ada' },
      specifications: {
        kid: 'https://www.rfc-editor.org/rfc/rfc7515#section-4.1.4',
        exp: 'https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4',
        username: 'https://www.rfc-editor.org/rfc/rfc7662#section-2.2',
      },
    });
  });

  it('links nothing of what a vendor answers in words of its own', () => {
    const vendor = { ...introspection, vendor: 'GitHub', claims: { login: 'ada', email: 'a@example.com' } };
    expect(document({ verification: null, introspection: vendor })['specifications']).not.toHaveProperty(
      'email',
    );
  });

  it('says not verified while nothing was found out', () => {
    expect(document(null)).toMatchObject({ signature: 'not verified' });
    expect(document(null)).not.toHaveProperty('verification');
  });

  it('is empty for a profile without a token', () => {
    expect(detailsText(entryOf({ status: 'missing', token: null }), null)).toBe('');
  });
});

describe('what can be done with a token', () => {
  const flags = (of: typeof entry) =>
    contextValueOf({
      kind: 'entry',
      id: 'x',
      name: 'x',
      environment: null,
      declaredIn: 'file:///keyturn.json',
      entry: of,
      problem: null,
    }).split(' ');

  it('is to revoke and to rotate it where there is a server to ask', () => {
    expect(flags(entry)).toEqual(expect.arrayContaining(['revocable', 'rotatable']));
    const pasted = entryOf({}, profileOf());
    expect(flags(pasted)).not.toContain('revocable');
    expect(flags(pasted)).not.toContain('rotatable');
    expect(flags(entryOf({ status: 'missing', token: null }, profile))).not.toContain('revocable');
  });
});

describe('links to specifications', () => {
  it('are given for what is specified, and for nothing else', () => {
    expect(specificationsOf(null, { toString: 1, unknown: 2, iss: 'x' })).toEqual({
      iss: 'https://www.rfc-editor.org/rfc/rfc7519#section-4.1.1',
    });
  });

  it('lead to what specifies the header of an encrypted token, and that of a signed one', () => {
    expect(specificationsOf({ alg: 'ES256', kid: 'k', cty: 'x' }, null)).toEqual({
      alg: 'https://www.rfc-editor.org/rfc/rfc7515#section-4.1.1',
      kid: 'https://www.rfc-editor.org/rfc/rfc7515#section-4.1.4',
      cty: 'https://www.rfc-editor.org/rfc/rfc7515#section-4.1.10',
    });
    expect(specificationsOf({ alg: 'ECDH-ES', enc: 'A256GCM', kid: 'k', cty: 'JWT', epk: {} }, null)).toEqual(
      {
        alg: 'https://www.rfc-editor.org/rfc/rfc7516#section-4.1.1',
        enc: 'https://www.rfc-editor.org/rfc/rfc7516#section-4.1.2',
        kid: 'https://www.rfc-editor.org/rfc/rfc7516#section-4.1.6',
        cty: 'https://www.rfc-editor.org/rfc/rfc7516#section-4.1.12',
        epk: 'https://www.rfc-editor.org/rfc/rfc7518#section-4.6.1.1',
      },
    );
  });

  it('lead to OpenID Connect for what it defines', () => {
    const core = 'https://openid.net/specs/openid-connect-core-1_0.html#';
    expect(specificationsOf(null, { given_name: 'Ada', nonce: 'n', at_hash: 'h', c_hash: 'c' })).toEqual({
      given_name: `${core}StandardClaims`,
      nonce: `${core}IDToken`,
      at_hash: `${core}CodeIDToken`,
      c_hash: `${core}HybridIDToken`,
    });
  });
});

describe('a list of tokens', () => {
  const ended = { ...introspection, active: false };
  it.each<[string, KnownInspection | null]>([
    ['', null],
    ['', { verification: null, introspection }],
    ['', { verification: { ...verification, status: 'not_verified' }, introspection: null }],
    ['$(verified) verified', { verification, introspection: null }],
    ['$(error) invalid', invalid],
    ['$(error) not active at its issuer', { verification, introspection: ended }],
  ])('marks what is proven by sign and words: %j', (mark, known) => {
    expect(knownInspectionMark(known)).toBe(mark);
  });
});
