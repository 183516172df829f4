import { commands, l10n, type QuickPickItem, type TextDocument, window } from 'vscode';
import { environmentCommands } from '../environments/commands.ts';
import { tokenCommands } from '../tokens/commands.ts';
import { inspectionCommands } from '../inspection/commands.ts';
import { requestCommands } from './commands.ts';
import { showDeclaration } from '../profiles/showDeclaration.ts';
import type { TokenStates } from './tokenStates.ts';

interface Action extends QuickPickItem {
  run(): Thenable<unknown>;
}

/** The menu behind a token's lens. */
export async function showTokenMenu(
  states: TokenStates,
  document: TextDocument,
  line: number,
  name: string,
): Promise<void> {
  const state = await states.of(document, name);
  const actions: Action[] = [];
  if (state.kind === 'known') {
    const { key, facts } = state;
    const onToken = (text: string, command: string): Action => ({
      label: text,
      run: () => commands.executeCommand(command, { key }),
    });
    const held = facts.status !== 'missing';
    if (facts.canRefresh) {
      actions.push(
        onToken(held ? l10n.t('$(refresh) Refresh') : l10n.t('$(refresh) Obtain'), tokenCommands.refresh),
      );
    }
    if (facts.signsIn) {
      const again = held && !facts.needsSignIn;
      const text = again ? l10n.t('$(sign-in) Sign in again') : l10n.t('$(sign-in) Sign in');
      actions.push(onToken(text, tokenCommands.signIn));
    }
    if (held) actions.push(onToken(l10n.t('$(json) Show details'), inspectionCommands.showClaims));
    if (held) actions.push(onToken(l10n.t('$(copy) Copy'), tokenCommands.copy));
    if (!facts.canRefresh && !facts.needsSignIn)
      actions.push(onToken(l10n.t('$(add) Paste a token…'), tokenCommands.paste));
  } else if (state.nextStep === 'choose_environment') {
    actions.push({
      label: l10n.t('$(globe) Choose the environment…'),
      run: () => commands.executeCommand(environmentCommands.select, document.uri),
    });
  } else if (state.nextStep === 'correct_profile' && state.declaration !== null) {
    const { declaration } = state;
    actions.push({
      label: l10n.t('$(go-to-file) Open keyturn.json'),
      run: () => showDeclaration(declaration),
    });
  } else {
    actions.push({
      label: l10n.t('$(add) Add a token…'),
      run: () => commands.executeCommand(tokenCommands.add),
    });
  }
  actions.push({
    label: l10n.t('$(arrow-swap) Send with another token…'),
    run: () => commands.executeCommand(requestCommands.sendWithToken, document.uri, line),
  });
  const chosen = await window.showQuickPick(actions, {
    title: l10n.t('Token {0}', name),
    ...(state.kind === 'unusable' ? { placeHolder: state.message } : {}),
  });
  await chosen?.run();
}
