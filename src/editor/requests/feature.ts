import { Disposable, languages, l10n, type TextDocument, Uri, window, workspace } from 'vscode';
import type { moveSecret } from '../fileSecrets/moveSecret.ts';
import { moveSecretAt, registerFileSecrets } from '../fileSecrets/register.ts';
import { registerLogins } from '../logins/register.ts';
import type { Handlers } from '../platform/commands.ts';
import { registerResponses } from '../responses/register.ts';
import { DocumentDialects } from '../documents/documentDialects.ts';
import { onDidChangeDialects } from '../documents/treeDialects.ts';
import { onDidChangeSetting, readSetting } from '../platform/settings.ts';
import type { EditorServices } from '../services.ts';
import type { requestCommands, responseCommands } from './commands.ts';
import { Completions } from './language/completions.ts';
import { Definitions } from './language/definitions.ts';
import { RequestDiagnostics } from './language/diagnostics.ts';
import { RequestFolding } from './language/foldingProvider.ts';
import { Hovers } from './language/hovers.ts';
import { Outline } from './language/outline.ts';
import { RequestLenses } from './lenses.ts';
import { chooseDialect, showDialect } from './dialectStatus.ts';
import { InlineResults } from '../results/inlineResults.ts';
import { ResultDecorations } from '../results/resultDecorations.ts';
import { sendAll } from './sendAll.ts';
import { SendCommands, type SendingParts } from './sendCommands.ts';
import { Sender } from './sender.ts';
import { showTokenMenu } from './tokenMenu.ts';
import { TokenStates } from './tokenStates.ts';

const selector = { language: 'http' } as const;

/** What is loaded when a request is first sent, or a secret moved. */
export interface LazyParts extends SendingParts {
  readonly moveSecret: typeof moveSecret;
}

/** Everything about requests, from the first one on. */
export interface Requests {
  readonly handlers: Handlers<typeof requestCommands> & Handlers<typeof responseCommands>;
  dispose(): void;
}

/** Builds the lenses, language features, sending, results and responses, and connects them. */
export function startRequests(services: EditorServices, loadSending: () => Promise<LazyParts>): Requests {
  const states = new TokenStates(services);
  const inline = new InlineResults();
  const lenses = new RequestLenses(states, services, inline);
  const decorations = new ResultDecorations(inline, services.clock);
  const diagnostics = new RequestDiagnostics(services);
  const sender = new Sender(services, inline, {
    started: () => decorations.started(),
    update: (document) => {
      decorations.update(document);
      lenses.updateResults(document);
    },
  });
  const responses = registerResponses(services, {
    resend: (shown) => send.resend(shown),
    sendAndSave: (shown) => send.sendAndSaveAgain(shown),
  });
  const send = new SendCommands({ services, inline, sender, responses, loadSending });
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
  const dialects = new DocumentDialects(
    services.files,
    {
      at: (uri) => readSetting('keyturn.dialect', uri),
      onDidChange: (listener) => onDidChangeSetting(['keyturn.dialect'], listener),
    },
    services.folderValues,
  );
  const parts = Disposable.from(
    lenses,
    decorations,
    diagnostics,
    sender,
    responses,
    languages.registerCodeLensProvider(selector, lenses),
    languages.registerDocumentSymbolProvider(selector, new Outline()),
    languages.registerFoldingRangeProvider(selector, new RequestFolding()),
    languages.registerHoverProvider(selector, new Hovers({ inline, states, services })),
    languages.registerDefinitionProvider(selector, new Definitions(services)),
    languages.registerCompletionItemProvider(
      selector,
      new Completions(services),
      ...Completions.triggerCharacters,
    ),
    registerFileSecrets(),
    onDidChangeDialects(() => {
      lenses.refresh();
      diagnostics.checkAll();
    }),
    dialects,
    showDialect(),
    registerLogins(services),
    services.tokens.onDidChange(tokensChanged),
    services.profiles.onDidChange(tokensChanged),
    services.environments.onDidChange(tokensChanged),
    services.environments.onDidChange(environmentChanged),
    workspace.onDidCloseTextDocument((document) => lenses.forget(document)),
  );
  return {
    handlers: {
      'keyturn.send': (uri, line) => send.send(uri, line),
      'keyturn.sendWithToken': (uri, line) => send.sendWithToken(uri, line),
      'keyturn.signInToApi': (uri, line) => send.signInToApi(uri, line),
      'keyturn.turnLoginIntoToken': (uri, line) => send.turnLoginIntoToken(uri, line),
      'keyturn.sendAndSave': (uri, line) => send.sendAndSave(uri, line),
      'keyturn.nextStep': (uri, line) => send.nextStep(uri, line),
      'keyturn.sendWhenAllowed': (uri, line) => send.sendWhenAllowed(uri, line),
      'keyturn.chooseToken': (uri, line, name) => send.chooseToken(uri, line, name),
      'keyturn.response.open': (uri, line) => send.openResponse(uri, line),
      'keyturn.moveSecret': async (uri, line, character) => {
        const { moveSecret } = await loadSending();
        await moveSecretAt((...place) => moveSecret(services, ...place), uri, line, character);
      },
      'keyturn.cancel': () => sender.cancelAll(),
      'keyturn.sendAll': () =>
        withActiveDocument((document) => sendAll({ services, sender, inline }, document)),
      'keyturn.chooseDialect': () => withActiveDocument((document) => chooseDialect(document, dialects)),
      'keyturn.tokenActions': async (uri, line, name) => {
        if (!(uri instanceof Uri) || typeof line !== 'number' || typeof name !== 'string') return;
        await showTokenMenu(states, await workspace.openTextDocument(uri), line, name);
      },
      ...responses.handlers,
    },
    dispose: () => {
      parts.dispose();
    },
  };
}

async function withActiveDocument(act: (document: TextDocument) => Promise<unknown>): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (document?.languageId === 'http') await act(document);
  else await window.showInformationMessage(l10n.t('Open an .http file first.'));
}
