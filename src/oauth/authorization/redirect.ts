import { KeyturnError } from '../../base/errors.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { Redirect, SignIn } from '../../token/signIn.ts';
import { ANY_LOOPBACK, listenOnLoopback, parseLoopbackAddress } from './loopback.ts';

/**
 * The place for the browser to come back to: what the profile says, else a listener on this computer where the
 * browser can reach it, else the editor's own address. Fails with `profile_invalid` or `authorization_failed`.
 */
export function openRedirect(profile: TokenProfile, signIn: SignIn, signal: AbortSignal): Promise<Redirect> {
  const wanted = profile.options.redirectUri ?? (signIn.loopbackReachable ? 'loopback' : 'editor');
  if (wanted === 'loopback') return listenOnLoopback(ANY_LOOPBACK);
  if (wanted === 'editor') return openEditorRedirect(signIn, signal);
  const address = parseLoopbackAddress(wanted);
  if (address !== null) return listenOnLoopback(address);
  return Promise.reject(
    new KeyturnError('profile_invalid', `The "redirectUri" of "${profile.name}" leads to another computer.`, {
      hint: 'Write "editor", "loopback", or an address such as "http://127.0.0.1:8400/callback".',
    }),
  );
}

async function openEditorRedirect({ editorRedirect }: SignIn, signal: AbortSignal): Promise<Redirect> {
  if (editorRedirect !== null) return editorRedirect(signal);
  throw new KeyturnError('authorization_failed', 'The browser cannot return to an editor here.', {
    hint: 'Write "redirectUri": "loopback" into keyturn.json, or sign in from the editor.',
  });
}
