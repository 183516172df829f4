import { l10n, type TextDocument, window } from 'vscode';
import type {
  ApiSignInQuestions,
  ClientQuestion,
  IssuerQuestion,
  NameQuestion,
  OwnClient,
  ScopesQuestion,
} from '../../run/apiSignIn/questions.ts';
import { signsIn } from '../../profile/grants/all.ts';
import type { ClientAuthentication } from '../../profile/profile.ts';
import type { EditorServices } from '../services.ts';
import { apiProfileFile } from './apiProfileFile.ts';

/** Asks what Sign In to This API has to know in dialogs of the editor. */
export function editorQuestions(services: EditorServices, document: TextDocument): ApiSignInQuestions {
  return {
    issuer: confirmServer,
    scopes: chooseScopes,
    name: askProfileName,
    client: askClient,
    file: () => apiProfileFile(services, document),
  };
}

async function confirmServer({ api, issuers, source }: IssuerQuestion): Promise<string | null> {
  const [only, ...more] = issuers;
  const issuer =
    more.length === 0
      ? only
      : await window.showQuickPick([...issuers], {
          title: l10n.t('Sign In to {0}', api.host),
          placeHolder: l10n.t('Which of its authorization servers do you use?'),
          ignoreFocusOut: true,
        });
  if (issuer === undefined) return null;
  const go = l10n.t('Sign In');
  const question = l10n.t('Sign in at {0}?', new URL(issuer).host);
  const answer = await window.showWarningMessage(
    question,
    { modal: true, detail: whyThere(api, issuer, source) },
    go,
  );
  return answer === go ? issuer : null;
}

function whyThere({ origin }: URL, issuer: string, source: IssuerQuestion['source']): string {
  switch (source) {
    case 'named':
      return l10n.t(
        '{0} names {1} as the issuer of its tokens. Sign in only if you know that server.',
        origin,
        issuer,
      );
    case 'published':
      return l10n.t(
        '{0} does not name an issuer of its tokens, but is an authorization server itself. Sign in only if you know this server.',
        origin,
      );
    case 'assumed':
      return l10n.t(
        '{0} does not name an issuer of its tokens. Keyturn can try the paths /authorize, /token and /register there. Sign in only if you know this server.',
        origin,
      );
  }
}

/** Only what the request needs is selected: a token should be able to do no more. */
async function chooseScopes({
  api,
  offered,
  needed,
  isChoice,
}: ScopesQuestion): Promise<readonly string[] | null> {
  if (!isChoice) return offered;
  const chosen = await window.showQuickPick(
    offered.map((label) => ({
      label,
      picked: needed.includes(label),
      ...(needed.includes(label) ? { description: l10n.t('needed for this request') } : {}),
    })),
    {
      title: l10n.t('Sign In to {0}', api.host),
      placeHolder:
        needed.length === 0
          ? l10n.t('Select the scopes of the token. The API does not say which ones this request needs.')
          : l10n.t('Select the scopes of the token.'),
      canPickMany: true,
      ignoreFocusOut: true,
    },
  );
  return chosen?.map(({ label }) => label) ?? null;
}

async function askProfileName({ api, proposed, fault }: NameQuestion): Promise<string | null> {
  const name = await window.showInputBox({
    title: l10n.t('Sign In to {0}', api.host),
    prompt: l10n.t('Name of the token, for # @token in requests.'),
    value: proposed,
    ignoreFocusOut: true,
    validateInput: (value) => {
      switch (fault(value)) {
        case 'invalid':
          return l10n.t('1 to 100 characters, without white space, quotes or braces.');
        case 'taken':
          return l10n.t('This name is taken.');
        default:
          return undefined;
      }
    },
  });
  return name ?? null;
}

async function askClient(question: ClientQuestion): Promise<OwnClient | 'register' | null> {
  if (question.registers) return 'register';
  const { issuer, redirectUri, grant } = question;
  const clientId = await window.showInputBox({
    title: l10n.t('Client Id at {0}', issuer),
    prompt: whatToRegister(grant, redirectUri),
    ignoreFocusOut: true,
    validateInput: (value) => {
      if (value.trim() === '') return l10n.t('Enter the client id.');
      return value.includes('{{') ? l10n.t('A client id must not contain a variable.') : undefined;
    },
  });
  if (clientId === undefined) return null;
  const clientAuthentication = await chooseAuthentication(question);
  return clientAuthentication === null ? null : { clientId: clientId.trim(), clientAuthentication };
}

function whatToRegister(grant: ClientQuestion['grant'], redirectUri: string | null): string {
  if (!signsIn(grant))
    return l10n.t(
      'At this server, a client gets tokens for itself, without a person. Register a client there, and enter its id.',
    );
  return redirectUri === null
    ? l10n.t(
        'This server does not register clients by itself. Register a public client for the device flow there, and enter its id.',
      )
    : l10n.t(
        'This server does not register clients by itself. Register a public native client there with the redirect URI {0}, and enter its id.',
        redirectUri,
      );
}

/** Asked only where the server does not list clients without a secret. */
async function chooseAuthentication({
  issuer,
  authentications,
}: ClientQuestion): Promise<ClientAuthentication | null> {
  const [first, ...others] = authentications;
  if (first === undefined || first === 'none' || others.length === 0) return first ?? 'none';
  const picked = await window.showQuickPick(
    authentications.map((authentication) => ({
      label: wordsFor(authentication),
      description: authentication,
      authentication,
    })),
    {
      title: l10n.t('Client Id at {0}', issuer),
      placeHolder: l10n.t('How does this client authenticate?'),
      ignoreFocusOut: true,
    },
  );
  return picked?.authentication ?? null;
}

function wordsFor(authentication: ClientAuthentication): string {
  switch (authentication) {
    case 'none':
      return l10n.t('It is a public client, without a secret');
    case 'private_key_jwt':
      return l10n.t('With a private key');
    default:
      return l10n.t('With a client secret');
  }
}
