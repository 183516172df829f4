import { EventEmitter, type TextDocumentContentProvider, Uri, window, workspace } from 'vscode';
import type { EditorServices } from '../services.ts';
import type { UsableNode } from '../tokens/entryPick.ts';
import type { detailsText } from './detailsText.ts';

const SCHEME = 'keyturn-claims';

/** Read-only JSON documents with all that is known of a token. The address holds a key of the store, never the token. */
export class ClaimsDocuments implements TextDocumentContentProvider {
  readonly #services: EditorServices;
  readonly #loadText: () => Promise<typeof detailsText>;
  readonly #changed = new EventEmitter<Uri>();
  readonly #subscriptions: { dispose(): void }[];

  readonly onDidChange = this.#changed.event;

  constructor(services: EditorServices, loadText: () => Promise<typeof detailsText>) {
    this.#services = services;
    this.#loadText = loadText;
    this.#subscriptions = [
      this.#changed,
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      services.tokens.onDidChange((keys) => this.#update(keys)),
      services.inspections.onDidChange((keys) => this.#update(keys)),
    ];
  }

  async show({ name, entry }: Pick<UsableNode, 'name' | 'entry'>): Promise<void> {
    const uri = Uri.from({ scheme: SCHEME, path: `/${fileName(name)}.details.json`, query: entry.key });
    await window.showTextDocument(uri, { preview: true });
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const entries = await this.#services.directory.entries();
    const entry = entries.find((node) => node.entry?.key === uri.query)?.entry ?? null;
    if (entry === null) return '';
    const text = await this.#loadText();
    return this.#services.redactor.mask(text(entry, this.#services.inspections.last(entry)));
  }

  #update(keys: ReadonlySet<string>): void {
    for (const { uri } of workspace.textDocuments) {
      if (uri.scheme === SCHEME && keys.has(uri.query)) this.#changed.fire(uri);
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

function fileName(name: string): string {
  return name.replaceAll(/[/\\]/g, '-');
}
