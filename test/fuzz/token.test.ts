import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseChallenges } from '../../src/http/auth/challenges.ts';
import { tokenChallenges } from '../../src/oauth/challenge.ts';
import { decodeToken } from '../../src/inspect/decode.ts';
import { classifyToken } from '../../src/inspect/kind.ts';

const encode = (text: string) => Buffer.from(text).toString('base64url');
const claims = fc.oneof(
  fc.json(),
  fc
    .dictionary(
      fc.constantFrom(
        'exp',
        'nbf',
        'iat',
        'aud',
        'iss',
        'scope',
        'scp',
        'roles',
        'realm_access',
        'resource_access',
      ),
      fc.jsonValue(),
    )
    .map((object) => JSON.stringify(object)),
);
const token = fc.oneof(
  fc.string(),
  fc
    .tuple(claims, claims, fc.string())
    .map(([header, body, end]) => `${encode(header)}.${encode(body)}.${end}`),
  fc.tuple(claims, fc.string()).map(([body, end]) => `${encode('{"alg":"none"}')}.${encode(body)}.${end}`),
  fc
    .tuple(fc.constantFrom('v1', 'v2', 'v3', 'v4'), claims)
    .map(([version, body]) => `${version}.public.${encode(body)}`),
  fc
    .array(
      fc.constantFrom('ghp_', 'glpat-', 'sk-', 'ey', '.', 'a', '-', '_', 'xoxb-', '1'.repeat(30), 'T3BlbkFJ'),
    )
    .map((parts) => parts.join('')),
);

describe('tokens', () => {
  test('any value is classified and decoded without an error', () => {
    fc.assert(
      fc.property(token, (value) => {
        const decoded = decodeToken(value);
        expect(decoded.kind).toEqual(classifyToken(value));
        for (const ms of [decoded.expiresAtMs, decoded.notBeforeMs, decoded.issuedAtMs]) {
          expect(ms === null || Number.isInteger(ms)).toBe(true);
        }
        expect(decoded.scopes.every((scope) => typeof scope === 'string' && scope !== '')).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('what was encoded is decoded', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(object, (body) => {
        const json = JSON.stringify(body);
        const decoded = decodeToken(`${encode('{"alg":"HS256"}')}.${encode(json)}.c2ln`);
        expect(decoded.claims).toEqual(JSON.parse(json));
      }),
      { numRuns: 300 },
    );
  });
});

describe('challenges', () => {
  const field = fc.oneof(
    fc.string(),
    fc
      .array(fc.constantFrom('Bearer', 'Basic', ' ', ',', '=', '"', '\\', 'realm', 'a', '/', '==', '\t', ';'))
      .map((parts) => parts.join('')),
  );

  test('any field is read without an error', () => {
    fc.assert(
      fc.property(field, (value) => {
        for (const { scheme, params } of parseChallenges(value)) {
          expect(scheme).not.toBe('');
          for (const name of params.keys()) expect(name).toBe(name.toLowerCase());
        }
        expect(Array.isArray(tokenChallenges([['www-authenticate', value]]))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('parameters come back as they were written', () => {
    const params = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/), fc.string());
    fc.assert(
      fc.property(fc.array(params, { minLength: 1, maxLength: 4 }), (list) => {
        const text = list
          .map((one, at) => {
            const written = Object.entries(one).map(
              ([key, value]) => `${key}="${value.replace(/["\\]/g, '\\$&')}"`,
            );
            return `Scheme${at} ${written.join(', ')}`.trim();
          })
          .join(', ');
        expect(parseChallenges(text).map(({ params }) => Object.fromEntries(params))).toEqual(
          list.map((one) => Object.fromEntries(Object.entries(one))),
        );
      }),
      { numRuns: 500 },
    );
  });
});
