import { l10n, Uri, window, workspace } from 'vscode';
import { decodeToken } from '../../inspect/decode.ts';
import { classifyToken } from '../../inspect/kind.ts';
import type { EditorServices } from '../services.ts';
import { inspectedText } from './detailsText.ts';
import { withoutScheme } from '../../inspect/pastedText.ts';
import { describePasted } from '../tokens/pasted.ts';
import { askSecret } from '../tokens/prompts.ts';

const SCHEME = 'keyturn-inspected';

/** Shows what stands in a token that is not held: the one that is selected, else one that the person pastes. */
export class TokenInspector {
  readonly #services: Pick<EditorServices, 'redactor' | 'clock'>;
  /** What is said of the tokens whose documents are open, by address. */
  readonly #texts = new Map<string, string>();
  readonly #subscriptions: { dispose(): void }[];
  #count = 0;

  constructor(services: Pick<EditorServices, 'redactor' | 'clock'>) {
    this.#services = services;
    this.#subscriptions = [
      workspace.registerTextDocumentContentProvider(SCHEME, {
        provideTextDocumentContent: (uri) => this.#texts.get(uri.toString()) ?? '',
      }),
      workspace.onDidCloseTextDocument(({ uri }) => void this.#texts.delete(uri.toString())),
    ];
  }

  async inspect(): Promise<void> {
    const { clock, redactor } = this.#services;
    const value =
      selectedToken() ??
      (await askSecret(
        l10n.t('Inspect Token'),
        l10n.t('Paste the token. Keyturn decodes it here, and neither stores nor sends it.'),
        (text) => describePasted(text, clock.now()),
      ));
    if (value === null) return;
    redactor.register(value);
    const text = redactor.mask(inspectedText(decodeToken(value)));
    this.#count += 1;
    const uri = Uri.from({ scheme: SCHEME, path: `/token-${this.#count}.details.json` });
    this.#texts.set(uri.toString(), text);
    await window.showTextDocument(uri, { preview: true });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** The selection, where it can be told to be a token. */
function selectedToken(): string | null {
  const editor = window.activeTextEditor;
  if (editor === undefined || editor.selection.isEmpty || !editor.selection.isSingleLine) return null;
  const selected = withoutScheme(editor.document.getText(editor.selection));
  return classifyToken(selected).id === 'opaque' ? null : selected;
}
