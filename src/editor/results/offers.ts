import { commands, l10n, Position, Range, type TextDocument, Uri, window, workspace } from 'vscode';
import { environmentCommands } from '../environments/commands.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { MissingOutside } from '../../httpfile/resolve/missingVariable.ts';
import { challengeWords } from '../../run/challengeWords.ts';
import type { RequestResult } from '../../run/result.ts';
import type { Reauthentication } from '../../token/acquire.ts';
import type { TokenEntry } from '../../token/manager.ts';
import { tokenCommands } from '../tokens/commands.ts';
import { isEnvironmentOpen } from '../environments/environmentOpen.ts';
import { withoutLinks } from '../platform/noticeText.ts';
import { remedyFor } from '../platform/remedies.ts';
import { requireTrust } from '../profiles/trust.ts';
import type { EditorServices } from '../services.ts';
import { takesPastedToken, usesClientSecret } from '../tokens/tree/model.ts';
import { type ChallengeStep, challengeStep } from './challengeStep.ts';
import { requestCommands } from '../requests/commands.ts';
import { namedToken } from '../documents/tokenNames.ts';
import { nextStep } from './nextStep.ts';
import { showDeclaration } from '../profiles/showDeclaration.ts';
import { oneLine } from '../platform/oneLine.ts';

/** A send that did not bring what was wanted. */
export interface FailedSend {
  readonly document: TextDocument;
  readonly result: RequestResult;
  /** A token picked for that send alone. */
  readonly tokenName: string | null;
  /** The person wants to see what helps, even where there is nothing to click. */
  readonly asked: boolean;
  /** Where the request stands now. */
  readonly line: () => number;
  /** Sends the request once more, wherever it stands now. */
  again(): Promise<unknown>;
  /** From the 401 to a request that works. */
  signInToApi(): Promise<unknown>;
}

const SHOWN_SCOPES = 60;

/** Where one click leads on after a failed send, a notification offers it. The error itself stands at the line. */
export async function offerNextStep(services: EditorServices, failed: FailedSend): Promise<void> {
  const { challenge, error } = failed.result;
  // What the answer asks for comes before a body that broke off.
  if (challenge !== null || error === null) await offerAnswerToChallenge(services, failed);
  else await offerRepair(services, failed, error);
}

async function offerRepair(
  services: EditorServices,
  failed: FailedSend,
  error: NonNullable<RequestResult['error']>,
): Promise<void> {
  const { environments, profiles, redactor } = services;
  const { document } = failed;
  const message = withoutLinks(redactor.mask(error.message));
  const remedy = remedyFor(error.code, error.certificate ?? null);
  if (remedy !== null) {
    const answer = await window.showWarningMessage(message, remedy.title);
    if (answer === remedy.title && (await remedy.apply())) await failed.again();
    return;
  }
  if (error.missing !== undefined) {
    const hint = error.hint === null ? '' : ` ${withoutLinks(redactor.mask(error.hint))}`;
    await offerOutside(failed, error.missing, message + hint);
    return;
  }
  const name = nameOf(failed);
  const declaration = name === null ? null : await profiles.declaration(document.uri, name);
  const situation = {
    environmentOpen: await isEnvironmentOpen(environments, document.uri),
    profileHasErrors: declaration?.hasErrors === true,
  };
  switch (nextStep(error.code, situation)) {
    case 'correct_profile': {
      const open = l10n.t('Open keyturn.json');
      const answer = await window.showWarningMessage(message, open);
      if (answer === open && declaration !== null) await showDeclaration(declaration);
      return;
    }
    case 'choose_environment': {
      const choose = l10n.t('Choose Environment…');
      const text = l10n.t('{0} No environment is chosen. One of them may define it.', message);
      const answer = await window.showWarningMessage(text, choose);
      if (answer === choose) await commands.executeCommand(environmentCommands.select, document.uri);
      return;
    }
    case 'paste_token': {
      const entry = await entryOf(services, failed);
      if (entry === null || !takesPastedToken(entry.profile)) return;
      const paste = l10n.t('Paste Token…');
      const answer = await window.showWarningMessage(message, paste);
      if (answer === paste) await commands.executeCommand(tokenCommands.paste, { key: entry.key });
      return;
    }
    case 'set_client_secret': {
      const entry = await entryOf(services, failed);
      if (entry === null || !usesClientSecret(entry.profile)) return;
      const set = l10n.t('Set Client Secret…');
      const answer = await window.showWarningMessage(message, set);
      if (answer === set) await commands.executeCommand(tokenCommands.setClientSecret, { key: entry.key });
      return;
    }
    case 'sign_in': {
      const entry = await entryOf(services, failed);
      if (entry !== null) await offerSignIn(services, failed, entry, message, l10n.t('Sign In'), nothingMore);
      return;
    }
    case null:
      if (failed.asked) await window.showWarningMessage(message);
  }
}

/** A variable that is missing in `.env` or in the process, which no environment mends. */
async function offerOutside(
  { document, line }: FailedSend,
  missing: MissingOutside,
  message: string,
): Promise<void> {
  if (missing.source === 'process') {
    const go = l10n.t('Go to Request');
    if ((await window.showWarningMessage(message, go)) !== go) return;
    const at = new Position(line(), 0);
    await window.showTextDocument(document, { selection: new Range(at, at) });
    return;
  }
  const { file } = missing;
  const open = file === null ? l10n.t('Create .env') : l10n.t('Open .env');
  if ((await window.showWarningMessage(message, open)) !== open) return;
  const uri =
    file === null
      ? Uri.joinPath(document.uri, '..', '.env').with({ scheme: 'untitled' })
      : Uri.parse(file, true);
  await window.showTextDocument(await workspace.openTextDocument(uri));
}

async function offerAnswerToChallenge(services: EditorServices, failed: FailedSend): Promise<void> {
  const { result } = failed;
  if (result.challenge === null) return;
  const entry = result.token === null ? null : await entryOf(services, failed);
  const step = challengeStep(result, entry);
  const { origin } = result.challenge;
  switch (step?.kind) {
    case 'ask_scopes': {
      if (entry === null) return;
      const scopes = oneLine(step.scopes.join(' '), SHOWN_SCOPES);
      const message = l10n.t(
        '{0} requires a scope that the token "{1}" does not have.',
        origin,
        entry.profile.name,
      );
      await offerSignIn(
        services,
        failed,
        entry,
        message,
        l10n.t('Sign In for Scope {0}', scopes),
        step.wanted,
      );
      return;
    }
    case 'sign_in_again': {
      if (entry === null) return;
      const message = l10n.t('{0} requires you to sign in again for this request.', origin);
      await offerSignIn(services, failed, entry, message, l10n.t('Sign In Again'), step.wanted);
      return;
    }
    case 'other_token':
      await offerOtherToken(services, failed, entry, step, origin);
      return;
    case undefined:
      if (failed.asked) await explainRefusal(services, failed, entry);
  }
}

/** Where no click helps: what the server wants, and where to say so. */
async function explainRefusal(
  { redactor }: EditorServices,
  { document, result, line }: FailedSend,
  entry: TokenEntry | null,
): Promise<void> {
  const { challenge, token } = result;
  if (challenge === null) return;
  const scopes = challenge.error === 'insufficient_scope' ? challenge.missingScopes.join(' ') : '';
  const refusal = [challenge.refusal?.message, challenge.refusal?.hint].filter((part) => part != null);
  const place =
    token?.askedScope != null
      ? l10n.t('Add the scope to "# @scope" of this request.')
      : l10n.t('Add the scope to "scope" in keyturn.json and refresh the token, or send with another token.');
  const words =
    scopes !== '' && token !== null
      ? l10n.t(
          'The token "{0}" does not have the scope {1}. {2}',
          token.name,
          oneLine(scopes, SHOWN_SCOPES),
          place,
        )
      : refusal.length > 0
        ? refusal.join(' ')
        : l10n.t('The server refused the token: {0}', challengeWords(result) ?? '');
  const profile = l10n.t('Open Token Profile');
  const other = l10n.t('Send with Token…');
  const buttons = entry?.profile.declaredIn != null ? [profile, other] : [other];
  const answer = await window.showWarningMessage(withoutLinks(redactor.mask(words)), ...buttons);
  if (answer === profile) await commands.executeCommand(tokenCommands.openProfile, { key: entry?.key });
  if (answer === other) await commands.executeCommand(requestCommands.sendWithToken, document.uri, line());
}

/** Another token, from where there may be one: pasted, added, of those that are there, or from the API's own issuer. */
async function offerOtherToken(
  services: EditorServices,
  failed: FailedSend,
  entry: TokenEntry | null,
  { paste, signInToApi }: Extract<ChallengeStep, { kind: 'other_token' }>,
  origin: string,
): Promise<void> {
  const { document } = failed;
  const message =
    entry === null
      ? l10n.t('{0} requires a token.', origin)
      : l10n.t('{0} refused the token "{1}".', origin, entry.profile.name);
  const names = await services.profiles.names(document.uri);
  const others = names.filter((name) => name !== entry?.profile.name);
  const offers = new Map<string, () => unknown>();
  if (paste && entry !== null) {
    offers.set(l10n.t('Paste Token…'), () =>
      commands.executeCommand(tokenCommands.paste, { key: entry.key }),
    );
  }
  if (signInToApi) offers.set(l10n.t('Sign In to This API'), () => failed.signInToApi());
  // Who has a token may just have forgotten to name it.
  if (others.length > 0) {
    offers.set(l10n.t('Send with Token…'), () =>
      commands.executeCommand(requestCommands.sendWithToken, document.uri, failed.line()),
    );
  }
  if (entry === null) offers.set(l10n.t('Add Token…'), () => commands.executeCommand(tokenCommands.add));
  const answer = await window.showWarningMessage(withoutLinks(message), ...offers.keys());
  if (answer !== undefined) await offers.get(answer)?.();
}

const nothingMore: Reauthentication = { scope: null, acrValues: null, maxAge: null };

/** Signs in as wanted and sends again. */
async function offerSignIn(
  { tokens }: EditorServices,
  failed: FailedSend,
  { profile }: TokenEntry,
  message: string,
  action: string,
  wanted: Reauthentication,
): Promise<void> {
  if ((await window.showWarningMessage(withoutLinks(message), action)) !== action) return;
  requireTrust(profile);
  await tokens.acquire(profile, { reauthenticate: wanted, cause: tokenCommands.signIn, markUsed: false });
  await failed.again();
}

function nameOf({ result, tokenName }: FailedSend): string | null {
  return tokenName ?? result.token?.name ?? namedToken(result.node);
}

/** The token that the request names or carried; null where no profile of that name is known here. */
async function entryOf({ profiles, tokens }: EditorServices, failed: FailedSend): Promise<TokenEntry | null> {
  const name = nameOf(failed);
  if (name === null) return null;
  try {
    return await tokens.peek(await profiles.find(failed.document.uri, name));
  } catch (error) {
    if (KeyturnError.is(error, 'profile_unknown', 'profile_invalid')) return null;
    throw error;
  }
}
