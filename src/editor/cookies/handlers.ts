import { basename } from 'node:path/posix';
import {
  Disposable,
  EventEmitter,
  l10n,
  type TextDocumentContentProvider,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { Loaded } from '../platform/commands.ts';
import type { EditorServices } from '../services.ts';
import type { cookieCommands } from './commands.ts';
import { cookiesText } from './cookiesText.ts';

type CookieServices = Pick<EditorServices, 'cookies' | 'redactor' | 'results'>;

const SCHEME = 'keyturn-cookies';
const DOCUMENT = Uri.from({ scheme: SCHEME, path: '/Cookies' });

export function loadCookieCommands(services: CookieServices): Loaded<typeof cookieCommands> {
  const document = new CookieDocument(services);
  return {
    handlers: {
      'keyturn.cookies.show': () => document.show(),
      'keyturn.cookies.clear': async () => {
        (await services.cookies()).clear();
        document.refresh();
        void window.setStatusBarMessage(l10n.t('Keyturn cleared the cookies of this window.'), 5000);
      },
    },
    dispose: () => document.dispose(),
  };
}

/** A read-only document that follows the requests that are sent. */
class CookieDocument implements TextDocumentContentProvider {
  readonly #services: CookieServices;
  readonly #changed = new EventEmitter<Uri>();
  readonly #subscriptions: Disposable;

  readonly onDidChange = this.#changed.event;

  constructor(services: CookieServices) {
    this.#services = services;
    this.#subscriptions = Disposable.from(
      this.#changed,
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      services.results.event(() => this.refresh()),
    );
  }

  async show(): Promise<void> {
    this.refresh();
    await window.showTextDocument(DOCUMENT, { preview: true });
  }

  refresh(): void {
    this.#changed.fire(DOCUMENT);
  }

  async provideTextDocumentContent(): Promise<string> {
    const groups = await (await this.#services.cookies()).all();
    const shown = groups.map((group) => ({ ...group, folder: basename(group.folder.path) }));
    return this.#services.redactor.mask(cookiesText(shown));
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}
