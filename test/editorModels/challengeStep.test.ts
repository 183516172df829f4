import { describe, expect, it } from 'vitest';
import { challengeStep } from '../../src/editor/results/challengeStep.ts';
import type { RequestChallenge, RequestResult, TokenUse } from '../../src/run/result.ts';
import type { Grant } from '../../src/profile/profile.ts';
import { profileOf } from '../token/support.ts';

const nothing: RequestChallenge = {
  origin: 'https://api.example.com',
  error: null,
  errorDescription: null,
  scopes: [],
  missingScopes: [],
  acrValues: [],
  maxAgeSeconds: null,
  resourceMetadata: null,
  refusal: null,
};

const use: TokenUse = {
  name: 'person',
  status: 'active',
  refreshed: false,
  expiresAtMs: null,
  scope: null,
  askedScope: null,
};

function answer(
  status: number,
  challenge: Partial<RequestChallenge> | null,
  {
    token = use,
    authenticate = 'Bearer',
    redirects = [],
  }: { token?: TokenUse | null; authenticate?: string; redirects?: readonly object[] } = {},
) {
  const response = {
    status,
    url: 'https://api.example.com/reports',
    headers: [['www-authenticate', authenticate]],
    redirects,
  };
  return {
    challenge: challenge === null ? null : { ...nothing, ...challenge },
    response: response as unknown as NonNullable<RequestResult['response']>,
    token,
  };
}

const entry = (grant: Grant, canRefresh = false) => ({ profile: profileOf({ grant }), canRefresh });
const person = entry('authorization_code');

describe('what is offered after an answer', () => {
  it('is to ask for the scopes that are missing', () => {
    const challenge = { error: 'insufficient_scope', missingScopes: ['reports:write', 'a"b'] };
    expect(challengeStep(answer(403, challenge), person)).toEqual({
      kind: 'ask_scopes',
      scopes: ['reports:write'],
      wanted: { scope: 'reports:write', acrValues: null, maxAge: null },
    });
    const token = { ...use, scope: 'openid reports:read' };
    expect(challengeStep(answer(403, challenge, { token }), person)).toMatchObject({
      scopes: ['reports:write'],
      wanted: { scope: 'openid reports:read reports:write' },
    });
    expect(challengeStep(answer(403, challenge), entry('client_credentials', true))).toBeNull();
    expect(challengeStep(answer(403, { ...challenge, missingScopes: [] }), person)).toBeNull();
    const downScoped = { ...use, askedScope: 'reports:read' };
    expect(challengeStep(answer(403, challenge, { token: downScoped }), person)).toBeNull();
  });

  it('is the sign-in that RFC 9470 describes', () => {
    const challenge = {
      error: 'insufficient_user_authentication',
      acrValues: ['two-factors', 'phr'],
      maxAgeSeconds: 300,
    };
    expect(challengeStep(answer(401, challenge), person)).toEqual({
      kind: 'sign_in_again',
      wanted: { scope: null, acrValues: 'two-factors phr', maxAge: 300 },
    });
    const token = { ...use, scope: 'reports:read reports:admin' };
    expect(challengeStep(answer(401, challenge, { token }), person)).toMatchObject({
      wanted: { scope: 'reports:read reports:admin' },
    });
    expect(challengeStep(answer(401, challenge), entry('static'))).toBeNull();
  });

  it('is another token where there was none, whatever scheme the API names', () => {
    const offered = { kind: 'other_token', paste: false, signInToApi: false };
    for (const authenticate of ['Bearer', 'DPoP algs="ES256"', 'Basic realm="x"', '']) {
      expect(challengeStep(answer(401, {}, { token: null, authenticate }), null)).toEqual(offered);
    }
  });

  it('is to sign in to the API only where the API names who issues its tokens', () => {
    const named = { resourceMetadata: 'https://api.example.com/.well-known/oauth-protected-resource' };
    const offered = { kind: 'other_token', paste: false, signInToApi: true };
    expect(challengeStep(answer(401, named, { token: null }), null)).toEqual(offered);
    expect(challengeStep(answer(401, named), entry('command'))).toEqual(offered);
    expect(challengeStep(answer(401, {}), entry('command'))).toBeNull();
  });

  it('is to paste another one where a pasted token was refused', () => {
    expect(challengeStep(answer(401, { error: 'invalid_token' }), entry('static'))).toEqual({
      kind: 'other_token',
      paste: true,
      signInToApi: false,
    });
    expect(challengeStep(answer(401, {}), entry('client_credentials', true))).toBeNull();
    expect(challengeStep(answer(401, {}), person)).toBeNull();
  });

  it.each([
    ['no challenge', answer(200, null, { token: null })],
    ['a 403 that says no more', answer(403, {}, { token: null })],
    [
      'an answer from another origin',
      answer(401, {}, { token: null, redirects: [{ from: 'https://a.example/', to: 'https://b.example/' }] }),
    ],
    ['a token that is not declared here', answer(401, {})],
  ])('is nothing for %s', (_name, result) => {
    expect(challengeStep(result, null)).toBeNull();
  });
});
