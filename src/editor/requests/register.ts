import {
  commands,
  type Disposable,
  type ExtensionContext,
  languages,
  l10n,
  type TextDocument,
  Uri,
  window,
  workspace,
} from 'vscode';
import { registerEnvironments } from '../environments/register.ts';
import { registerFileSecrets } from '../fileSecrets/register.ts';
import { registerResponses } from '../responses/register.ts';
import type { EditorServices } from '../platform/services.ts';
import { requestCommands } from './commands.ts';
import { Completions } from './language/completions.ts';
import { Definitions } from './language/definitions.ts';
import { RequestDiagnostics } from './language/diagnostics.ts';
import { RequestFolding } from './language/foldingProvider.ts';
import { Hovers } from './language/hovers.ts';
import { InlineResults } from './results/inlineResults.ts';
import { RequestLenses } from './lenses.ts';
import { Outline } from './language/outline.ts';
import { ResultDecorations } from './results/resultDecorations.ts';
import { sendAll } from './sendAll.ts';
import { SendCommands } from './sendCommands.ts';
import { Sender } from './sender.ts';
import { showTokenMenu } from './tokenMenu.ts';
import { TokenStates } from './tokenStates.ts';

const selector = { language: 'http' } as const;

/** Everything about requests: lenses, language features, sending, results, responses and environments. */
export function registerRequests(services: EditorServices, context: ExtensionContext): void {
  const { trees } = services;
  const states = new TokenStates(services);
  const inline = new InlineResults();
  const lenses = new RequestLenses(trees, states, services, inline);
  const decorations = new ResultDecorations(inline, trees, services.clock);
  const diagnostics = new RequestDiagnostics(trees, services);
  const sender = new Sender(services, inline, {
    started: () => decorations.started(),
    update: (document) => {
      decorations.update(document);
      lenses.updateResults(document);
    },
  });
  const responses = registerResponses(services, context, {
    resend: (shown) => send.resend(shown),
    sendAndSave: (shown) => send.sendAndSaveAgain(shown),
  });
  const send = new SendCommands({ services, trees, inline, sender, responses });
  const tokensChanged = () => {
    states.forget();
    lenses.refresh();
  };
  const environmentChanged = () => {
    for (const document of workspace.textDocuments) {
      const location = document.uri.toString();
      if (!inline.has(location)) continue;
      inline.keepEnvironment(location, services.environments.selected(document.uri));
      decorations.update(document);
      lenses.updateResults(document);
    }
  };
  context.subscriptions.push(
    lenses,
    decorations,
    diagnostics,
    sender,
    languages.registerCodeLensProvider(selector, lenses),
    languages.registerDocumentSymbolProvider(selector, new Outline(trees)),
    languages.registerFoldingRangeProvider(selector, new RequestFolding(trees)),
    languages.registerHoverProvider(selector, new Hovers({ trees, inline, states, services })),
    languages.registerDefinitionProvider(selector, new Definitions(trees, services)),
    languages.registerCompletionItemProvider(
      selector,
      new Completions(trees, services),
      ...Completions.triggerCharacters,
    ),
    ...registerFileSecrets(services),
    services.tokens.onDidChange(tokensChanged),
    services.profiles.onDidChange(tokensChanged),
    services.environments.onDidChange(tokensChanged),
    services.environments.onDidChange(environmentChanged),
    workspace.onDidCloseTextDocument((document) => lenses.forget(document)),
    ...registerSending(send),
    commands.registerCommand(requestCommands.cancel, () => sender.cancelAll()),
    commands.registerCommand(requestCommands.sendAll, async () => {
      const document = activeHttpDocument();
      if (document === null) await window.showInformationMessage(l10n.t('Open an .http file first.'));
      else await sendAll(services, sender, document);
    }),
    commands.registerCommand(
      requestCommands.tokenActions,
      async (uri?: unknown, line?: unknown, name?: unknown) => {
        if (!(uri instanceof Uri) || typeof line !== 'number' || typeof name !== 'string') return;
        await showTokenMenu(states, await workspace.openTextDocument(uri), line, name);
      },
    ),
  );
  registerEnvironments(services, context);
}

/** The commands about one request: by default the one under the cursor. */
function registerSending(send: SendCommands): Disposable[] {
  const register = (command: string, act: (uri?: unknown, line?: unknown, name?: unknown) => unknown) =>
    commands.registerCommand(command, act);
  return [
    register(requestCommands.send, (uri, line) => send.send(uri, line)),
    register(requestCommands.sendWithToken, (uri, line) => send.sendWithToken(uri, line)),
    register(requestCommands.signInToApi, (uri, line) => send.signInToApi(uri, line)),
    register(requestCommands.sendAndSave, (uri, line) => send.sendAndSave(uri, line)),
    register(requestCommands.nextStep, (uri, line) => send.nextStep(uri, line)),
    register(requestCommands.sendWhenAllowed, (uri, line) => send.sendWhenAllowed(uri, line)),
    register(requestCommands.chooseToken, (uri, line, name) => send.chooseToken(uri, line, name)),
    register(requestCommands.openResponse, (uri, line) => send.openResponse(uri, line)),
  ];
}

function activeHttpDocument(): TextDocument | null {
  const document = window.activeTextEditor?.document;
  return document?.languageId === 'http' ? document : null;
}
