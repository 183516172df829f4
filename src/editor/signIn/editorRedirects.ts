import { env, l10n, UIKind, Uri, type UriHandler, window } from 'vscode';
import type { Redirect } from '../../token/signIn.ts';
import { RedirectTurns } from './redirectTurns.ts';

const callbackPath = '/sign-in';

/**
 * Takes what the browser brings to the editor's own address (`vscode://keyturn.keyturn/sign-in`, or the address that
 * stands for it in the web). An answer without a waiting sign-in is dropped.
 */
export class EditorRedirects implements UriHandler {
  readonly #registration = window.registerUriHandler(this);
  readonly #turns = new RedirectTurns();
  readonly #extensionId: string;

  constructor(extensionId: string) {
    this.#extensionId = extensionId;
  }

  handleUri({ scheme, authority, path, query }: Uri): void {
    if (path !== callbackPath) return;
    const arrived = this.#turns.arrived(new URL(`${scheme}://${authority}${path}?${encodedQuery(query)}`));
    if (arrived === 'taken') return;
    void window.showWarningMessage(
      arrived === 'stray'
        ? l10n.t(
            'The browser returned with an answer to another sign-in, so Keyturn ignored it. If you have just signed in, cancel the sign-in and start again.',
          )
        : l10n.t('No sign-in is under way in this window. Sign in again in the window in which you began.'),
      // With a button, since the editor cuts a message without one after its first line.
      l10n.t('OK'),
    );
  }

  /** One sign-in at a time: this waits for the end of the one before. Rejects with `cancelled`. */
  open(signal: AbortSignal): Promise<Redirect> {
    return this.#turns.open(async () => {
      const own = Uri.from({ scheme: env.uriScheme, authority: this.#extensionId, path: callbackPath });
      return registrable(await env.asExternalUri(own));
    }, signal);
  }

  /** The address as a server has to know it; null where each window has another one. */
  get fixedUri(): string | null {
    return env.uiKind === UIKind.Web ? null : `${env.uriScheme}://${this.#extensionId}${callbackPath}`;
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

/** On the desktop the editor has decoded the query once: a plus is a plus there and no space. */
function encodedQuery(query: string): string {
  return env.uiKind === UIKind.Web ? query : query.replaceAll('+', '%2B').replaceAll('#', '%23');
}

/** On the desktop the editor adds the number of its window, which no server has in its list of redirect URIs. */
function registrable(external: Uri): string {
  const named = external.scheme === env.uriScheme;
  return (named ? external.with({ query: '' }) : external).toString(true);
}
