import { l10n, type QuickPickItem, type TextDocument, window } from 'vscode';
import { withoutIcons } from '../platform/plainLabel.ts';
import type { EditorServices } from '../services.ts';
import { knownInspectionMark } from '../tokens/tree/inspectionNodes.ts';
import { tokenLensTitle } from './lensTitles.ts';
import { TokenStates } from './tokenStates.ts';

export interface TokenItem extends QuickPickItem {
  readonly name: string;
}

/** One of the tokens that the document may use; null when there is none or the person leaves. */
export async function pickToken(services: EditorServices, document: TextDocument): Promise<string | null> {
  const names = await services.profiles.names(document.uri);
  if (names.length === 0) {
    await window.showInformationMessage(
      l10n.t('This file has no token yet. Add one, or declare one in keyturn.json.'),
    );
    return null;
  }
  const picked = await window.showQuickPick(await itemsOf(services, document, names), {
    title: l10n.t('Send with token'),
    placeHolder: l10n.t('For this request only; the file does not change'),
    matchOnDescription: true,
  });
  return picked?.name ?? null;
}

/** The tokens that the document may use, each with its state. */
export async function tokenItems(services: EditorServices, document: TextDocument): Promise<TokenItem[]> {
  return itemsOf(services, document, await services.profiles.names(document.uri));
}

function itemsOf(
  services: EditorServices,
  document: TextDocument,
  names: readonly string[],
): Promise<TokenItem[]> {
  const states = new TokenStates(services);
  return Promise.all(
    names.map(async (name): Promise<TokenItem> => {
      const state = await states.of(document, name);
      if (state.kind !== 'known')
        return { name, label: `$(error) ${withoutIcons(name)}`, description: withoutIcons(state.message) };
      const label = tokenLensTitle(
        { ...state.facts, name: withoutIcons(state.facts.name) },
        services.clock.now(),
      );
      return { name, label, description: knownInspectionMark(state.verification) };
    }),
  );
}
