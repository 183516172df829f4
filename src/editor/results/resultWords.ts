import { STATUS_CODES } from 'node:http';
import { l10n } from 'vscode';
import type { HttpResponse } from '../../http/message.ts';
import { notRunWords } from '../../httpfile/marks/notRun.ts';
import { describeQuota, describeRateLimits, describeRetry, tightest } from '../../ratelimit/describe.ts';
import { challengeWords } from '../../run/challengeWords.ts';
import { testWords } from '../../run/testWords.ts';
import type { RequestResult } from '../../run/result.ts';
import { formatBytes, formatDuration, formatElapsed } from '../../base/text.ts';
import { oneLine } from '../platform/oneLine.ts';
import type { InlineState } from './inlineResults.ts';

/** The sign says the same as the colour, for those who do not see colours. */
export type Tone = 'success' | 'warning' | 'error' | 'running';

export interface InlineWords {
  readonly text: string;
  readonly tone: Tone;
  /** Older than a minute: shown dimmed, with its age. */
  readonly aged: boolean;
}

const agedAfterMs = 60_000;
/** A request that answers at once should not flicker. */
const runningShownAfterMs = 300;

/** What else is to be said of a result, for an editor that shows no lenses. */
export type MoreWords = (result: RequestResult) => readonly string[];

/**
 * One line that begins with what matters, since its end is often cut off: `✓ 200 · 59/60 left · 95 ms · 86 B`; null for
 * nothing yet. What is wrong stands in a lens above it.
 */
export function inlineWords(
  state: InlineState,
  nowMs: number,
  more: MoreWords = () => [],
): InlineWords | null {
  if (state.kind === 'running') {
    const elapsed = nowMs - state.startedAtMs;
    if (elapsed < runningShownAfterMs) {
      return state.previous === null
        ? null
        : inlineWords({ kind: 'done', result: state.previous }, nowMs, more);
    }
    return {
      text: elapsed < 1000 ? l10n.t('Sending…') : l10n.t('Sending… {0} s', Math.floor(elapsed / 1000)),
      tone: 'running',
      aged: false,
    };
  }
  const { result } = state;
  const ageMs = nowMs - result.finishedAtMs;
  const aged = ageMs >= agedAfterMs;
  const facts =
    result.response === null ? [failureWords(result)] : lineFacts(result, result.response, nowMs, more);
  if (aged) facts.push(l10n.t('{0} ago', formatDuration(ageMs)));
  const tone = resultTone(result);
  return { text: `${signs[tone]} ${facts.join(' · ')}`, tone, aged };
}

export const signs: Readonly<Record<Tone, string>> = { success: '✓', warning: '!', error: '✗', running: '' };

export function resultTone(result: RequestResult): Exclude<Tone, 'running'> {
  if (result.error?.code === 'cancelled' || result.error?.code === 'request_disabled') return 'warning';
  if (result.response === null || result.error !== null) return 'error';
  if (result.response.status >= 500 || result.tests.some(({ passed }) => !passed)) return 'error';
  const doubtful =
    result.response.tlsVerified === false || result.notes.length > 0 || result.notRun.length > 0;
  return result.response.status >= 400 || doubtful ? 'warning' : 'success';
}

/** The status as a person reads it: `200 OK`. HTTP/2 sends no reason, so the standard one stands in. */
export function statusWords({ status, statusText }: Pick<HttpResponse, 'status' | 'statusText'>): string {
  const reason = statusText.trim() === '' ? (STATUS_CODES[status] ?? '') : oneLine(statusText, 60);
  return `${status} ${reason}`.trimEnd();
}

/** The few facts that a line has room for. The hover and the response have the rest. */
function lineFacts(result: RequestResult, response: HttpResponse, nowMs: number, more: MoreWords): string[] {
  const untilMs = waitUntilMs(result);
  // A success needs no words, and a lens says more of a token than the standard reason.
  const isPlain = response.status < 400 || result.challenge !== null || untilMs !== null;
  const facts = [isPlain ? String(response.status) : statusWords(response), ...more(result)];
  if (result.error !== null) facts.push(failureWords(result));
  facts.push(testWords(result.tests) ?? '');
  facts.push(untilMs === null ? quotaWords(result, nowMs) : describeRetry(untilMs - nowMs));
  facts.push(formatElapsed(response.timings.totalMs), sizeWords(response));
  return facts.filter((fact) => fact !== '');
}

/** `59/60 left`; how long to wait only where nothing is left. */
function quotaWords({ rateLimits }: RequestResult, nowMs: number): string {
  const limit = tightest(rateLimits);
  if (limit === null) return '';
  const quota = describeQuota(limit);
  return limit.remaining === 0 || quota === '' ? describeRateLimits(rateLimits, null, nowMs) : quota;
}

function sizeWords({ bodyTruncated, body, sizeBytes }: HttpResponse): string {
  return bodyTruncated ? l10n.t('cut off after {0}', formatBytes(body.byteLength)) : formatBytes(sizeBytes);
}

/** When the server takes the next request: by Retry-After, else by the reset of what is used up. Null for at once. */
export function waitUntilMs({ response, retryAfterSeconds, rateLimits }: RequestResult): number | null {
  if (response === null) return null;
  if (retryAfterSeconds !== null) return response.receivedAtMs + retryAfterSeconds * 1000;
  const limit = response.status === 429 ? tightest(rateLimits) : null;
  return limit?.remaining === 0 ? limit.resetAtMs : null;
}

/** Status, time, size, what is wrong with the body, limits, then what needs a warning; without the notes. */
export function responseFacts(result: RequestResult, response: HttpResponse, nowMs: number): string[] {
  const facts = [statusWords(response), formatElapsed(response.timings.totalMs), sizeWords(response)];
  const { rateLimits, retryAfterSeconds } = result;
  if (result.error !== null) facts.push(oneLine(result.error.message, 500));
  const retryAtMs = retryAfterSeconds === null ? null : response.receivedAtMs + retryAfterSeconds * 1000;
  const limits = describeRateLimits(rateLimits, retryAtMs, nowMs);
  if (limits !== '') facts.push(limits);
  const challenge = challengeWords(result);
  if (challenge !== null) facts.push(oneLine(challenge, 120));
  const tests = testWords(result.tests);
  if (tests !== null) facts.push(tests);
  const left = notRunWords(result.notRun);
  if (left !== null) facts.push(left);
  if (response.tlsVerified === false) facts.push(l10n.t('certificate not verified'));
  return facts;
}

function failureWords(result: RequestResult): string {
  return oneLine(result.error?.message ?? l10n.t('The server sent no response.'), 160);
}
