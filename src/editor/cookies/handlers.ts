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

type CookieServices = Pick<EditorServices, 'sessions' | 'redactor' | 'results'>;

const SCHEME = 'keyturn-cookies';
const DOCUMENT = Uri.from({ scheme: SCHEME, path: '/Cookies' });

export function loadCookieCommands(services: CookieServices): Loaded<typeof cookieCommands> {
  const document = new CookieDocument(services);
  return {
    handlers: {
      'keyturn.cookies.show': () => document.show(),
      'keyturn.cookies.clear': () => {
        for (const { memory } of services.sessions.all) memory.cookies.clear();
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
    const { sessions, redactor } = this.#services;
    const groups = await Promise.all(
      sessions.all.map(async ({ folder, environment, memory }) => {
        return { folder: basename(folder.path), environment, cookies: await memory.cookies.all() };
      }),
    );
    return redactor.mask(cookiesText(groups.filter(({ cookies }) => cookies.length > 0)));
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}
