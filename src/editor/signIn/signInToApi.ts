import { l10n, type TextDocument, Uri, window, workspace } from 'vscode';
import type { RequestNode } from '../../httpfile/parse/tree.ts';
import type { ApiSignIn } from '../../oauth/apiSignIn.ts';
import { signInToApi, type ApiSignInParts, type SignedInToApi } from '../../run/apiSignIn/signInToApi.ts';
import type { ApiSignInStep } from '../../run/apiSignIn/questions.ts';
import type { RequestResult } from '../../run/result.ts';
import { secretKey } from '../../profile/key.ts';
import { requestCommands } from '../requests/commands.ts';
import { nameToken } from '../documents/nameToken.ts';
import { showError, withLateProgress } from '../platform/messages.ts';
import { withoutLinks } from '../platform/noticeText.ts';
import type { EditorServices } from '../services.ts';
import { editorQuestions } from './apiQuestions.ts';

export interface ApiRequest {
  readonly document: TextDocument;
  /** The answer with status 401. */
  readonly result: RequestResult;
  /** Where its request stands now: a sign-in takes minutes, in which a person may edit. Null when it is gone. */
  readonly node: () => RequestNode | null;
}

/**
 * From a 401 to a request that works: the flow of the engine with the editor's dialogs, then `# @token` above the
 * request. Returns the line of the request, which can be sent again; null when the person left, or took the request
 * away.
 */
export async function signInInEditor(
  services: EditorServices,
  network: ApiSignIn,
  { document, result, node }: ApiRequest,
): Promise<number | null> {
  if (result.response === null) return null;
  const done = await signInToApi(partsOf(services, network, document), result.response, result.node.url);
  if (done === null) return null;
  services.profiles.reload();
  const now = node();
  const line = now === null ? null : await nameToken(document, now, done.profile.name);
  sayWhatWasWritten(done, line !== null).catch((error: unknown) =>
    showError(services, l10n.t('Opening keyturn.json'), error),
  );
  return line;
}

function partsOf(services: EditorServices, network: ApiSignIn, document: TextDocument): ApiSignInParts {
  const { tokens, store, places, consent, redactor } = services;
  return {
    network,
    questions: editorQuestions(services, document),
    during: (step, work) => withLateProgress(wordsFor(step), work),
    tokens,
    store,
    clientSecrets: {
      async keep(profile, secret) {
        redactor.registerGiven(secret, l10n.t('client secret of {0}', profile.name));
        await store.setSecret(secretKey('client_secret', profile), secret);
        await places.secretStored(profile, 'client_secret');
      },
      async drop(profile) {
        const key = secretKey('client_secret', profile);
        await store.deleteSecret(key);
        await consent.forget(key);
      },
    },
    redirectPlace: services.redirectPlace(),
    cause: requestCommands.signInToApi,
  };
}

function wordsFor({ kind, at }: ApiSignInStep): string {
  switch (kind) {
    case 'describe':
      return l10n.t('Asking {0} for the issuer of its tokens', at);
    case 'server':
      return l10n.t('Reading what {0} offers', at);
    case 'register':
      return l10n.t('Registering Keyturn at {0}', at);
  }
}

async function sayWhatWasWritten({ profile, location }: SignedInToApi, named: boolean): Promise<void> {
  const uri = Uri.parse(location, true);
  const file = withoutLinks(workspace.asRelativePath(uri));
  const { name } = profile;
  const open = l10n.t('Open {0}', 'keyturn.json');
  const words = named
    ? l10n.t('Added the profile "{0}" to {1} and "# @token {0}" to the request.', name, file)
    : l10n.t('Added the profile "{0}" to {1}. Write "# @token {0}" above a request to use it.', name, file);
  if ((await window.showInformationMessage(words, open)) !== open) return;
  await window.showTextDocument(uri);
}
