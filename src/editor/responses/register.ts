import {
  CodeLens,
  commands,
  Disposable,
  env,
  EventEmitter,
  FoldingRange,
  FoldingRangeKind,
  l10n,
  languages,
  Range,
  TabInputText,
  Uri,
  window,
  workspace,
} from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import { type AuditEvent, tokenEvent } from '../../base/auditEvent.ts';
import { parseUrl } from '../../base/url.ts';
import type { Handlers } from '../platform/commands.ts';
import { showError } from '../platform/messages.ts';
import { requestCommands, requestContextKeys, responseCommands } from '../requests/commands.ts';
import { gap } from '../platform/iconGap.ts';
import type { EditorServices } from '../services.ts';
import { writePrivate } from '../platform/writePrivate.ts';
import { bodyFileName } from './bodyFileName.ts';
import { BodyFiles } from './bodyFiles.ts';
import { showImage } from './images.ts';
import { ResponseDocuments, type ResultOrigin, type ShownResponse } from './responseDocuments.ts';
import { responseScheme } from './scheme.ts';
import { foldedElsewhere, headFold, indentFolds } from './responseFolds.ts';
import { decorateStatus } from './statusDecorations.ts';

/** What the requests' part asks of the responses' part. */
export interface Responses {
  dispose(): void;
  readonly handlers: Handlers<typeof responseCommands>;
  /** Beside the request, without taking the focus. */
  show(origin: ResultOrigin): Promise<void>;
  /** Once more, without sending; a failure too. */
  reopen(origin: ResultOrigin): Promise<void>;
  /** What is open shows no other request's answer from now on, unless the answer comes at once. */
  waitFor(origin: ResultOrigin): Disposable;
}

/** A request that is answered at once should not make the text flicker. */
const waitingShownAfterMs = 150;

/** What a person can do with a shown response's request, wherever edits have moved it. */
export interface ResponseActions {
  resend(shown: ShownResponse): Promise<void>;
  sendAndSave(shown: ShownResponse): Promise<void>;
}

export function registerResponses(services: EditorServices, actions: ResponseActions): Responses {
  const documents = new ResponseDocuments({
    mask: (text) => services.redactor.mask(text),
    chosen: (source) => services.environments.selected(source),
  });
  const bodies = new BodyFiles();
  const parts = Disposable.from(
    documents,
    bodies.register(),
    registerLenses(documents),
    decorateStatus(documents),
    registerFolding(documents),
    followActive(documents),
    services.environments.onDidChange(() => void documents.environmentChanged()),
  );
  void closeStale();
  const show = async (origin: ResultOrigin) => {
    const { response } = origin.result;
    // A failure stands at its line already; it only must not leave an older response open as if it were the answer.
    if (response === null) return documents.updateIfOpen(origin);
    const image = showImage(bodies, response, services.clock.now());
    if (image === null) return documents.show(origin);
    await Promise.all([documents.updateIfOpen(origin), image]);
  };
  return {
    handlers: responseHandlers(services, documents, actions),
    dispose: () => {
      parts.dispose();
    },
    show,
    async reopen(origin) {
      const { response } = origin.result;
      const image = response === null ? null : showImage(bodies, response, services.clock.now());
      await (image ?? documents.reopen(origin));
    },
    waitFor(origin) {
      const timer = setTimeout(() => void documents.waitIfOpen(origin), waitingShownAfterMs);
      return new Disposable(() => clearTimeout(timer));
    },
  };
}

/** Tabs of an earlier session, which have no response any more. */
async function closeStale(): Promise<void> {
  const stale = window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => input instanceof TabInputText && input.uri.scheme === responseScheme);
  if (stale.length > 0) await window.tabGroups.close(stale, true);
}

function registerLenses(documents: ResponseDocuments): Disposable {
  const changed = new EventEmitter<void>();
  const updates = documents.onDidUpdate(() => changed.fire());
  const provider = languages.registerCodeLensProvider(
    { scheme: responseScheme },
    {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses: ({ uri }) => {
        const shown = documents.of(uri);
        return shown === null ? [] : lensesOf(shown);
      },
    },
  );
  return Disposable.from(provider, updates, changed);
}

/** The buttons of the title bar go when the focus does, and a response does not take it: these stay. */
function lensesOf({ uri, text, revealed, pinned, waiting, result }: ShownResponse): CodeLens[] {
  const top = new Range(0, 0, 0, 0);
  const lenses: CodeLens[] = [];
  const add = (icon: string, title: string, command: string) =>
    lenses.push(new CodeLens(top, { title: `$(${icon})${gap}${title}`, command, arguments: [uri] }));
  if (waiting) add('debug-stop', l10n.t('Cancel'), requestCommands.cancel);
  else add('refresh', l10n.t('Send Again'), responseCommands.resend);
  const hasBody = text.bodyOffset < text.text.length;
  if (hasBody) add('copy', l10n.t('Copy'), responseCommands.copyBody);
  if (result.response?.bodyTruncated === true)
    add('save', l10n.t('Send and Save Whole Body…'), responseCommands.sendAndSave);
  else if (hasBody || text.bodyIsBinary) add('save', l10n.t('Save…'), responseCommands.saveBody);
  if (pinned) add('pinned', l10n.t('Unpin'), responseCommands.unpin);
  else if (!waiting) add('pin', l10n.t('Pin'), responseCommands.pin);
  if (text.hasSecrets) {
    if (revealed) add('eye-closed', l10n.t('Mask Secrets'), responseCommands.mask);
    else add('eye', l10n.t('Reveal Secrets'), responseCommands.reveal);
  }
  return lenses;
}

function registerFolding(documents: ResponseDocuments): Disposable {
  return languages.registerFoldingRangeProvider(
    { scheme: responseScheme },
    {
      provideFoldingRanges: (document) => {
        const shown = documents.of(document.uri);
        if (shown === null) return [];
        const { headLines } = shown.text;
        const body = foldedElsewhere.has(document.languageId)
          ? []
          : indentFolds(headLines, document.lineCount, (line) => document.lineAt(line).text);
        return [
          ...headFold(headLines).map(
            ({ start, end }) => new FoldingRange(start, end, FoldingRangeKind.Comment),
          ),
          ...body.map(({ start, end }) => new FoldingRange(start, end)),
        ];
      },
    },
  );
}

function responseHandlers(
  services: EditorServices,
  documents: ResponseDocuments,
  actions: ResponseActions,
): Handlers<typeof responseCommands> {
  const onShown = (work: (shown: ShownResponse) => unknown) => async (uri?: unknown) => {
    const shown = documents.of(
      uri instanceof Uri ? uri : (window.activeTextEditor?.document.uri ?? Uri.file('/')),
    );
    if (shown === null) await window.showInformationMessage(l10n.t('Open a response first: send a request.'));
    else await work(shown);
  };
  return {
    'keyturn.response.resend': onShown((shown) => actions.resend(shown)),
    'keyturn.response.sendAndSave': onShown((shown) => actions.sendAndSave(shown)),
    'keyturn.response.pin': onShown(({ uri }) => documents.pin(uri, true)),
    'keyturn.response.unpin': onShown(({ uri }) => documents.pin(uri, false)),
    'keyturn.response.reveal': onShown(async (shown) => {
      await documents.reveal(shown.uri, true);
      services.audit.record(revealedEvent(shown));
    }),
    'keyturn.response.mask': onShown(({ uri }) => documents.reveal(uri, false)),
    'keyturn.response.copyBody': onShown(({ text }) =>
      env.clipboard.writeText(text.text.slice(text.bodyOffset)),
    ),
    'keyturn.response.saveBody': onShown((shown) => saveBody(services, shown)),
  };
}

/** The secrets of a response were shown in the clear. */
function revealedEvent({ result, source }: ShownResponse): AuditEvent {
  const url = result.request === null ? null : parseUrl(result.request.url);
  return {
    ...tokenEvent(
      'revealed',
      { name: result.token?.name ?? '', accessToken: null },
      `${source.toString()}:${result.node.line + 1}`,
    ),
    origin: url?.origin ?? null,
    method: result.request?.method ?? null,
    path: url?.pathname ?? null,
    status: result.response?.status ?? null,
  };
}

async function saveBody(services: EditorServices, { result, source }: ShownResponse): Promise<void> {
  const { response } = result;
  if (response === null) return;
  const target = await window.showSaveDialog({
    defaultUri: Uri.joinPath(source, '..', bodyFileName(response)),
    saveLabel: l10n.t('Save Body'),
    title: l10n.t('Save response body'),
  });
  if (target === undefined) return;
  try {
    await writePrivate(target, response.body);
  } catch (error) {
    showError(services, l10n.t('Saving a response body'), saveFailed(error, target));
  }
}

function saveFailed(cause: unknown, target: Uri): KeyturnError {
  const file = workspace.asRelativePath(target);
  return new KeyturnError('file_unreadable', l10n.t("Couldn't write the response body to {0}.", file), {
    cause,
    hint: l10n.t('Choose another folder.'),
  });
}

/** Keeps the context keys of the title bar true for the response in front. */
function followActive(documents: ResponseDocuments): Disposable {
  let said = '';
  const follow = () => {
    const uri = window.activeTextEditor?.document.uri;
    const shown = uri?.scheme === responseScheme ? documents.of(uri) : null;
    const secrets = shown?.text.hasSecrets !== true ? 'none' : shown.revealed ? 'revealed' : 'masked';
    const pinned = shown?.pinned === true;
    if (said === `${secrets} ${pinned}`) return;
    said = `${secrets} ${pinned}`;
    void commands.executeCommand('setContext', requestContextKeys.responseSecrets, secrets);
    void commands.executeCommand('setContext', requestContextKeys.responsePinned, pinned);
  };
  const active = window.onDidChangeActiveTextEditor(follow);
  const updates = documents.onDidUpdate(follow);
  return Disposable.from(active, updates);
}
