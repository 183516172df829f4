import {
  l10n,
  authentication,
  type AuthenticationGetSessionOptions,
  type AuthenticationSession,
} from 'vscode';
import { abortable } from '../../base/abortable.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { GrantContext } from '../../token/grant.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { SourceConsent } from '../../consent/sources.ts';
import { questionOf } from '../../consent/question.ts';
import type { TokenSource } from '../../sources/source.ts';
import { tokenValue } from '../../sources/tokenText.ts';

/**
 * An account that the editor is signed in to (GitHub, Microsoft, any provider). The editor keeps the session, refreshes it
 * and asks whether Keyturn may use it; the person allowed the origins of its token.
 */
export function editorAccountSource(consent: SourceConsent): TokenSource {
  return {
    grant: 'editor_account',
    async obtain(profile, context) {
      const { provider } = profile.options;
      if (provider === null || provider === '') {
        throw new KeyturnError(
          'profile_invalid',
          l10n.t('The token "{0}" names no account provider.', profile.name),
          {
            hint: l10n.t('Add "provider" to its profile, such as "github" or "microsoft".'),
            data: { token: profile.name },
          },
        );
      }
      const scopes = wantedScopes(profile, context);
      const question = questionOf(profile, { kind: 'account', provider, scopes });
      await consent.require(question, { waiting: context.waiting, signal: context.signal });
      const session = await sessionOf(profile, provider, scopes, context);
      const accessToken = session === undefined ? null : tokenValue(session.accessToken);
      if (session === undefined || accessToken === null) throw unavailable(profile, provider);
      return {
        accessToken,
        refreshToken: null,
        idToken: null,
        tokenType: 'bearer',
        scope: session.scopes.length === 0 ? null : session.scopes.join(' '),
        expiresAtMs: null,
      };
    },
  };
}

function wantedScopes({ scope }: TokenProfile, { reauthenticate }: GrantContext): string[] {
  const words = `${scope ?? ''} ${reauthenticate?.scope ?? ''}`.split(/\s+/).filter((word) => word !== '');
  return [...new Set(words)];
}

async function sessionOf(
  profile: TokenProfile,
  provider: string,
  scopes: readonly string[],
  { waiting, reauthenticate, signal }: GrantContext,
): Promise<AuthenticationSession | undefined> {
  // More scopes are another session, which may be there already; the same ones again mean a fresh sign-in.
  const again = waiting && reauthenticate !== null && reauthenticate.scope === null;
  const options: AuthenticationGetSessionOptions = again
    ? { forceNewSession: true }
    : waiting
      ? { createIfNone: true }
      : { silent: true };
  try {
    // The editor's own dialog stays open: it takes no signal.
    return await abortable(Promise.resolve(authentication.getSession(provider, scopes, options)), signal);
  } catch (error) {
    if (error instanceof KeyturnError) throw error;
    throw unavailable(profile, provider, error);
  }
}

function unavailable({ name }: TokenProfile, provider: string, cause?: unknown): KeyturnError {
  return new KeyturnError(
    'account_unavailable',
    l10n.t('The editor has no {0} account that the token "{1}" may use.', JSON.stringify(provider), name),
    {
      cause,
      hint: provider.startsWith('microsoft')
        ? l10n.t(
            'Sign in when the editor asks. Microsoft gives the editor tokens for some APIs only: for other APIs, sign in to an application of your own, with device_code or aadV2ClientId.',
          )
        : l10n.t('Sign in when the editor asks, and check "provider" and "scope" in keyturn.json.'),
      data: { token: name, provider },
    },
  );
}
