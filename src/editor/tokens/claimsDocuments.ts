import { EventEmitter, type TextDocumentContentProvider, Uri, window, workspace } from 'vscode';
import type { EditorServices } from '../services.ts';
import type { UsableNode } from './entryPick.ts';
import type { TokenDirectory } from './tokenDirectory.ts';

const SCHEME = 'keyturn-claims';

/** Read-only JSON documents with a token's header and claims. The address holds a key of the store, never the token. */
export class ClaimsDocuments implements TextDocumentContentProvider {
  readonly #services: EditorServices;
  readonly #directory: TokenDirectory;
  readonly #changed = new EventEmitter<Uri>();
  readonly #subscriptions: { dispose(): void }[];

  readonly onDidChange = this.#changed.event;

  constructor(services: EditorServices, directory: TokenDirectory) {
    this.#services = services;
    this.#directory = directory;
    this.#subscriptions = [
      this.#changed,
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      services.tokens.onDidChange((keys) => {
        for (const { uri } of workspace.textDocuments) {
          if (uri.scheme === SCHEME && keys.has(uri.query)) this.#changed.fire(uri);
        }
      }),
    ];
  }

  async show({ name, entry }: Pick<UsableNode, 'name' | 'entry'>): Promise<void> {
    const uri = Uri.from({ scheme: SCHEME, path: `/${fileName(name)}.claims.json`, query: entry.key });
    await window.showTextDocument(uri, { preview: true });
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const entries = await this.#directory.entries();
    const token = entries.find(({ entry }) => entry?.key === uri.query)?.entry?.token ?? null;
    if (token === null) return '';
    const { claimsText } = await import('../later.ts');
    return this.#services.redactor.mask(claimsText(token.accessToken));
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

function fileName(name: string): string {
  return name.replaceAll(/[/\\]/g, '-');
}
