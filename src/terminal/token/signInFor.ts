import { KeyturnError } from '../../base/errors.ts';
import { visible } from '../../base/visible.ts';
import { missingScopes } from '../../inspect/scopes.ts';
import { grantOf } from '../../profile/grants/all.ts';
import { tokenKey } from '../../profile/key.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import type { Streams } from '../output/streams.ts';
import type { Session } from '../session/session.ts';
import { describeStatus } from './list.ts';

/** Signs in for a profile, keeps the token and says so. Fails with `unsupported`, `store_write_failed` or like `acquire`. */
export async function signInFor(
  profile: TokenProfile,
  { tokens, store, preset }: Pick<Session, 'tokens' | 'store' | 'preset'>,
  streams: Streams,
  signal: AbortSignal,
): Promise<void> {
  const { name } = profile;
  if (preset.token(profile) !== null) {
    throw new KeyturnError('unsupported', `An environment variable overrides the token ${name}.`, {
      hint: `Unset it to sign in. \`keyturn token list\` names the variable.`,
    });
  }
  // No sign-in for a token that could not be stored: this fails where there is no keychain.
  await store.getSecret(tokenKey(profile));
  // A code is shown together with this.
  if (grantOf(profile.grant).signIn?.redirects === true) {
    streams.err.write(`Allowed origins of ${visible(name)}: ${shownAddresses(profile.origins)}.\n`);
  }
  const { token } = await tokens.acquire(profile, {
    signal,
    reauthenticate: { scope: null, acrValues: null, maxAge: null },
    cause: 'keyturn token login',
    markUsed: false,
  });
  const kept = await store.get(tokenKey(profile));
  if (kept?.accessToken !== token.accessToken) {
    throw new KeyturnError('store_write_failed', `The keychain did not store the new token ${name}.`, {
      hint: 'Unlock the keychain, then sign in again.',
    });
  }
  const entry = await tokens.peek(profile);
  streams.err.write(`Signed in for ${visible(name)}: ${describeStatus(entry, Date.now())}.\n`);
  const withheld = withheldScopes(profile.scope, entry.token?.scope ?? null);
  if (withheld.length > 0) streams.err.write(`Scopes not granted: ${visible(withheld.join(' '))}.\n`);
}

/** They ask for more than an access token, whose scope need not name them. */
const BESIDE_ACCESS: ReadonlySet<string> = new Set(['openid', 'offline_access', 'profile', 'email']);

/** What of the asked scopes the server says that it did not grant; nothing where it says nothing (RFC 6749 section 5.1). */
function withheldScopes(asked: string | null, granted: string | null): string[] {
  if (asked === null || granted === null) return [];
  const wanted = asked.split(' ').filter((scope) => scope !== '' && !BESIDE_ACCESS.has(scope));
  return missingScopes(wanted, granted);
}
