import type { KeyturnError } from '../base/errors.ts';
import type { HttpResponse } from '../http/message.ts';
import { tokenChallenges } from '../oauth/challenge.ts';
import { missingScopes } from '../inspect/scopes.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { Token } from '../token/token.ts';
import { leftOrigin } from './answerToChallenge.ts';
import { maskError } from './masked.ts';
import type { RequestChallenge } from './result.ts';

/** What a server says is for people to read: more of it does not help them. */
const LONGEST_TEXT = 500;
const MOST_WORDS = 100;
/** Of RFC 6750, RFC 9449 and RFC 9470: these words are no secret, whatever a token is. */
const KNOWN_ERRORS = new Set([
  'invalid_request',
  'invalid_token',
  'insufficient_scope',
  'insufficient_user_authentication',
  'invalid_dpop_proof',
  'use_dpop_nonce',
]);

/**
 * What an answer asks for; null for one that asks for nothing. A 401 always does, a 403 where it speaks of tokens.
 * `token` is what the request carried.
 */
export async function readChallenge(
  response: HttpResponse,
  token: Token | null,
  refusal: KeyturnError | null,
  redactor: Pick<Redactor, 'mask'>,
): Promise<RequestChallenge | null> {
  if (response.status !== 401 && response.status !== 403) return null;
  const [challenge] = tokenChallenges(response.headers);
  if (challenge === undefined && response.status === 403) return null;
  const said = (text: string | null | undefined) =>
    text == null ? null : redactor.mask(text).slice(0, LONGEST_TEXT);
  const words = (list: readonly string[] = []) =>
    list.slice(0, MOST_WORDS).map((word) => redactor.mask(word).slice(0, LONGEST_TEXT));
  const scopes = words(challenge?.scopes);
  const carried = leftOrigin(response) ? null : token;
  return {
    origin: new URL(response.url).origin,
    error: KNOWN_ERRORS.has(challenge?.error ?? '') ? (challenge?.error ?? null) : said(challenge?.error),
    errorDescription: said(challenge?.errorDescription),
    scopes,
    missingScopes:
      scopes.length === 0
        ? []
        : missingScopes(scopes, carried === null ? null : await grantedScopes(carried)),
    acrValues: words(challenge?.acrValues),
    maxAgeSeconds: challenge?.maxAgeSeconds ?? null,
    resourceMetadata: said(challenge?.resourceMetadata),
    refusal: refusal === null ? null : maskError(redactor, refusal),
  };
}

/** As the server said when it granted them, else as the token itself says. */
async function grantedScopes({ scope, accessToken }: Token): Promise<string | readonly string[]> {
  if (scope !== null) return scope;
  const { decodeToken } = await import('../inspect/decode.ts');
  return decodeToken(accessToken).scopes;
}
