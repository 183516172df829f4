import { l10n } from 'vscode';
import { formatLocal } from '../../base/text.ts';
import { notRunWords } from '../../httpfile/marks/notRun.ts';
import { challengeWords } from '../../run/challengeWords.ts';
import type { RequestResult } from '../../run/result.ts';
import { namedToken } from '../documents/tokenNames.ts';
import { oneLine } from '../platform/oneLine.ts';
import { waitUntilMs } from './resultWords.ts';

/** What a person has to know or do about a result, the most urgent first. */
export interface ResultProblem {
  readonly kind: 'token_wanted' | 'challenge' | 'wait' | 'not_run' | 'certificate' | 'note';
  /** Few words: a lens has room for about 40 characters. */
  readonly text: string;
  /** The whole sentence. */
  readonly detail: string;
  /** When it is over by itself; null for never. */
  readonly untilMs: number | null;
}

const mostShown = 48;

export function resultProblems(result: RequestResult, nowMs: number): ResultProblem[] {
  const problems: ResultProblem[] = [];
  const add = (kind: ResultProblem['kind'], text: string, detail = text, untilMs: number | null = null) =>
    problems.push({ kind, text: oneLine(text, mostShown), detail: oneLine(detail, 500), untilMs });
  if (result.response === null) return problems;
  if (wantsToken(result)) {
    add(
      'token_wanted',
      l10n.t('Choose Token…'),
      l10n.t('The API requires a token, and this request names none.'),
    );
  }
  const { challenge, notRun, done, notes } = result;
  const scopes = challenge?.error === 'insufficient_scope' ? challenge.missingScopes.join(' ') : '';
  const words = challenge === null ? null : challengeWords(result);
  if (scopes !== '') {
    add(
      'challenge',
      l10n.t('Requires scope {0}', scopes),
      l10n.t('The token does not have the scope {0}.', scopes),
    );
  } else if (words !== null) {
    add('challenge', capitalized(words));
  }
  const untilMs = waitUntilMs(result);
  if (untilMs !== null && untilMs > nowMs) {
    const time = clockTime(untilMs, nowMs);
    add(
      'wait',
      l10n.t('Wait until {0}', time),
      l10n.t('The server accepts no more requests until {0}.', time),
      untilMs,
    );
  }
  const left = notRunWords(notRun);
  if (left !== null) add('not_run', left);
  if (result.response.tlsVerified === false) add('certificate', l10n.t('Certificate not verified'));
  for (const note of [...notes, ...done]) add('note', note);
  return problems;
}

/** A 401 to a request that names no token and writes no credentials. */
function wantsToken({ response, token, node }: RequestResult): boolean {
  if (response?.status !== 401 || token !== null || namedToken(node) !== null) return false;
  return !node.headers.some(({ name }) => name.toLowerCase() === 'authorization');
}

/** `14:03:22`, with the date where it is more than a day away. */
export function clockTime(atMs: number, nowMs: number): string {
  const text = formatLocal(new Date(atMs));
  return atMs - nowMs < 86_400_000 ? text.slice(text.indexOf(' ') + 1) : text;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
