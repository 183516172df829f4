import { grantOf, signsIn } from '../../profile/grants/all.ts';
import { usableScopes } from '../../oauth/server/protectedResource.ts';
import { leftOrigin } from '../../run/answerToChallenge.ts';
import type { RequestResult } from '../../run/result.ts';
import type { Reauthentication } from '../../token/acquire.ts';
import { scopeWords } from '../../inspect/scopes.ts';
import type { TokenEntry } from '../../token/manager.ts';

/** What one click can do about an answer that does not take the token. */
export type ChallengeStep =
  /** RFC 6750 section 3.1, `insufficient_scope`. */
  | { readonly kind: 'ask_scopes'; readonly scopes: readonly string[]; readonly wanted: Reauthentication }
  /** RFC 9470. */
  | { readonly kind: 'sign_in_again'; readonly wanted: Reauthentication }
  /** A 401 to a request without a token, or with one that cannot be refreshed. */
  | {
      readonly kind: 'other_token';
      /** A person pasted the token that was refused. */
      readonly paste: boolean;
      /** The API says who issues its tokens (RFC 9728 section 5.1). */
      readonly signInToApi: boolean;
    };

/** `entry` is the token that the request carried; null for none. Null where words are enough. */
export function challengeStep(
  { challenge, response, token }: Pick<RequestResult, 'challenge' | 'response' | 'token'>,
  entry: Pick<TokenEntry, 'profile' | 'canRefresh'> | null,
): ChallengeStep | null {
  if (challenge === null || response === null || leftOrigin(response)) return null;
  // A token without an entry, such as one that another tool's file declares, is not ours to replace.
  if (token !== null && entry === null) return null;
  const person = entry !== null && signsIn(entry.profile.grant);
  const { error, acrValues, maxAgeSeconds } = challenge;
  // What was asked for in an earlier step is not in the profile, and shall not be lost.
  const granted = usableScopes(scopeWords(token?.scope ?? null));
  if (error === 'insufficient_scope') {
    const scopes = usableScopes(challenge.missingScopes);
    // A token for a single request has what that request's `# @scope` says, whatever is granted.
    if (!person || scopes.length === 0 || token?.askedScope !== null) return null;
    return {
      kind: 'ask_scopes',
      scopes,
      wanted: { scope: [...granted, ...scopes].join(' '), acrValues: null, maxAge: null },
    };
  }
  if (error === 'insufficient_user_authentication') {
    if (!person) return null;
    const wanted = {
      scope: granted.length === 0 ? null : granted.join(' '),
      acrValues: acrValues.length === 0 ? null : acrValues.join(' '),
      maxAge: maxAgeSeconds,
    };
    return { kind: 'sign_in_again', wanted };
  }
  if (response.status !== 401) return null;
  const signInToApi = challenge.resourceMetadata !== null;
  if (entry === null) return { kind: 'other_token', paste: false, signInToApi };
  if (entry.canRefresh || person) return null;
  const paste = grantOf(entry.profile.grant).pasted === 'token';
  return paste || signInToApi ? { kind: 'other_token', paste, signInToApi } : null;
}
