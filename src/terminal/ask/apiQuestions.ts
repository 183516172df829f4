import { KeyturnError } from '../../base/errors.ts';
import { parseUrl } from '../../base/url.ts';
import { visible } from '../../base/visible.ts';
import { usableScopes } from '../../oauth/server/protectedResource.ts';
import type { ClientAuthentication } from '../../profile/profile.ts';
import type {
  ApiSignInQuestions,
  ClientQuestion,
  IssuerQuestion,
  NameQuestion,
  OwnClient,
  ScopesQuestion,
} from '../../run/apiSignIn/questions.ts';
import type { Streams } from '../output/streams.ts';
import { askInTurn } from './askInTurn.ts';
import { askLine } from './askLine.ts';
import { canAsk } from './secretPrompt.ts';

/** Answers that options of the command give. */
export interface ApiSignInAnswers {
  readonly issuers: readonly string[] | null;
  /** Separated by spaces. */
  readonly scope: string | null;
  readonly name: string | null;
  readonly clientId: string | null;
  readonly clientAuthentication: ClientAuthentication | null;
}

/**
 * Asks what Sign In to This API has to know at a terminal, unless an option answers. Where there is no terminal, a
 * question without an answer fails with `usage` and the option that answers it.
 */
export function terminalQuestions(
  streams: Streams,
  answers: ApiSignInAnswers,
  signal: AbortSignal,
): Omit<ApiSignInQuestions, 'file'> {
  const say = (text: string) => void streams.err.write(`${visible(text)}\n`);
  const ask = (question: string, unanswered: () => KeyturnError, again?: (answer: string) => boolean) => {
    if (!canAsk(streams)) throw unanswered();
    return askInTurn(streams, signal, () => askLine(streams, visible(question), signal, again));
  };
  const issuer = async (question: IssuerQuestion): Promise<string | null> => {
    const { issuers } = question;
    if (answers.issuers !== null) return allowedIssuer(question, answers.issuers);
    say(whoIssues(question));
    issuers.forEach((one, index) => say(issuers.length === 1 ? `  ${one}` : `  ${index + 1}  ${one}`));
    const only = issuers.length === 1;
    const choice = only ? 'Sign in there? (y/n) ' : `Sign in at which of them? (1-${issuers.length}, or n) `;
    const unanswered = () => needsOption('which authorization server to trust', '--allow-issuer URL');
    const answer = (await ask(choice, unanswered))?.trim() ?? '';
    if (only) return /^y(?:es)?$/i.test(answer) ? (issuers[0] ?? null) : null;
    return /^\d{1,2}$/.test(answer) ? (issuers[Number(answer) - 1] ?? null) : null;
  };
  const scopes = async ({ api, offered, needed, isChoice }: ScopesQuestion) => {
    if (answers.scope !== null) return scopesIn(answers.scope);
    if (!isChoice) return offered;
    const proposed = needed.join(' ');
    const unanswered = () =>
      needsOption('which scopes to request', `--scope "${proposed === '' ? offered.join(' ') : proposed}"`);
    if (canAsk(streams)) {
      say(`${api.origin} offers the scopes ${offered.join(' ')}.`);
      say(needed.length === 0 ? 'It does not say which of them are needed.' : `Needed: ${proposed}.`);
    }
    const isFaulty = (typed: string) => usableScopes(words(typed)).length !== new Set(words(typed)).size;
    const answer = await ask(`Scopes, separated by spaces [${proposed}]: `, unanswered, isFaulty);
    if (answer === null) return null;
    return answer.trim() === '' ? needed : scopesIn(answer);
  };
  const name = async ({ proposed, fault }: NameQuestion): Promise<string | null> => {
    if (answers.name !== null) return checkedName(answers.name, fault);
    const faulty = (typed: string) => {
      const found = fault(typed.trim() === '' ? proposed : typed.trim());
      if (found !== null) say(nameFaults[found]);
      return found !== null;
    };
    const unanswered = () => needsOption('the name of the token', `--name ${proposed}`);
    const answer = await ask(`Name of the token [${proposed}]: `, unanswered, faulty);
    if (answer === null) return null;
    return answer.trim() === '' ? proposed : answer.trim();
  };
  const client = async (question: ClientQuestion): Promise<OwnClient | 'register' | null> => {
    if (answers.clientId === null && question.registers) return 'register';
    const { issuer: at, redirectUri } = question;
    if (answers.clientId === null && canAsk(streams)) {
      say(`${at} does not register clients itself. Register one there, and enter its client id.`);
      if (redirectUri !== null) say(`Its redirect URI is ${redirectUri}`);
    }
    const unanswered = () => needsOption(`the client id at ${at}`, '--client-id ID');
    const isFaulty = (typed: string) => typed.trim() === '' || typed.includes('{{');
    const clientId = answers.clientId ?? (await ask('Client id: ', unanswered, isFaulty))?.trim();
    if (clientId === undefined) return null;
    const clientAuthentication = await authentication(question.authentications);
    return clientAuthentication === null ? null : { clientId, clientAuthentication };
  };
  const authentication = async (
    offered: readonly ClientAuthentication[],
  ): Promise<ClientAuthentication | null> => {
    const [likeliest = 'none', ...others] = offered;
    if (answers.clientAuthentication !== null) return answers.clientAuthentication;
    if (likeliest === 'none' || others.length === 0) return likeliest;
    const find = (typed: string) =>
      typed.trim() === '' ? likeliest : offered.find((method) => method === typed.trim());
    const unanswered = () =>
      needsOption('how the client authenticates', `--client-authentication ${offered.join('|')}`);
    const question = `Client authentication (${offered.join(', ')}) [${likeliest}]: `;
    const answer = await ask(question, unanswered, (typed) => find(typed) === undefined);
    return answer === null ? null : (find(answer) ?? null);
  };
  return { issuer, scopes, name, client };
}

/** Fails with `receiver_not_allowed`. */
function allowedIssuer({ api, issuers }: IssuerQuestion, allowed: readonly string[]): string {
  const addresses = new Set(allowed.map((one) => parseUrl(one)?.href));
  const issuer = issuers.find((one) => addresses.has(parseUrl(one)?.href));
  if (issuer !== undefined) return issuer;
  throw new KeyturnError(
    'receiver_not_allowed',
    `The tokens of ${api.origin} come from ${issuers.join(' or ')}, which --allow-issuer does not name.`,
    { hint: 'Name that issuer if you trust it.', data: { origin: api.origin } },
  );
}

function whoIssues({ api: { origin }, source, issuers }: IssuerQuestion): string {
  switch (source) {
    case 'named':
      return issuers.length === 1
        ? `${origin} says that its tokens come from this server. Sign in only if you know it:`
        : `${origin} says that its tokens come from these servers. Sign in only if you know the one that you use:`;
    case 'published':
      return `${origin} does not say who issues its tokens, but is an authorization server itself:`;
    case 'assumed':
      return `${origin} does not say who issues its tokens. Keyturn can try /authorize, /token and /register there:`;
  }
}

const nameFaults = {
  invalid: 'A name has 1 to 100 characters, without white space, quotes or braces.',
  taken: 'This name is taken.',
} as const;

function checkedName(name: string, fault: NameQuestion['fault']): string {
  const found = fault(name);
  if (found === null) return name;
  throw new KeyturnError('usage', `The name ${JSON.stringify(name)} cannot be used. ${nameFaults[found]}`, {
    hint: 'Choose another --name.',
  });
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function scopesIn(text: string): string[] {
  const scopes = usableScopes(words(text));
  if (scopes.length === new Set(words(text)).size) return scopes;
  throw new KeyturnError('usage', '`--scope` takes scopes separated by spaces.');
}

function needsOption(question: string, option: string): KeyturnError {
  return new KeyturnError('usage', `Keyturn has to know ${question}, and cannot ask without a terminal.`, {
    hint: `Add ${option}`,
  });
}
