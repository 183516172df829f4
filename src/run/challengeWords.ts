import { formatDuration } from '../base/text.ts';
import type { RequestResult } from './result.ts';

/**
 * What an answer says of the token, in the few words that a line has room for; null when there is nothing to say. The
 * scopes are the server's words: the caller makes them fit to be shown.
 */
export function challengeWords({ challenge, retried }: RequestResult): string | null {
  if (challenge === null) return retried === 'invalid_token' ? 'token refreshed after a 401' : null;
  switch (challenge.error) {
    case 'insufficient_scope':
      return challenge.missingScopes.length === 0
        ? 'more scope needed'
        : `scope ${challenge.missingScopes.join(' ')} is missing`;
    case 'insufficient_user_authentication':
      return authenticationWords(challenge.acrValues, challenge.maxAgeSeconds);
    case 'use_dpop_nonce':
      return 'the nonce of the DPoP proof was refused';
    case 'invalid_dpop_proof':
      return 'the DPoP proof was refused';
    case 'invalid_token':
      return retried === 'invalid_token' ? 'token refused, and the fresh one too' : 'token refused';
    default:
      // A 401 without an error says that a token is wanted, or, where one was sent, that it was refused.
      if (retried === 'invalid_token') return 'token refused, and the fresh one too';
      if (retried === 'digest') return 'user name or password refused';
      if (challenge.refusal?.code === 'unsupported') return 'the server does not ask for Digest';
      return challenge.refusal === null ? null : 'token refused';
  }
}

function authenticationWords(acrValues: readonly string[], maxAgeSeconds: number | null): string {
  const asked = [
    acrValues.length === 0 ? '' : ` with ${acrValues.join(' or ')}`,
    maxAgeSeconds === null
      ? ''
      : maxAgeSeconds === 0
        ? ' made now'
        : ` not older than ${formatDuration(maxAgeSeconds * 1000)}`,
  ].join('');
  return `a sign-in${asked} is wanted`;
}
