import { STATUS_CODES } from 'node:http';
import type { HttpResponse } from '../../../http/message.ts';
import { notRunWords } from '../../../httpfile/marks/notRun.ts';
import { describeRateLimits } from '../../../ratelimit/describe.ts';
import { challengeWords } from '../../../run/challengeWords.ts';
import type { RequestResult } from '../../../run/result.ts';
import { formatBytes, formatDuration, formatElapsed } from '../../../base/text.ts';
import { onOneLine } from '../../platform/markdown.ts';
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

/** One line, such as `✓ 200 OK · 84 ms · 1.2 kB · 4,986/5,000 left, resets in 41 min`; null for nothing yet. */
export function inlineWords(state: InlineState, nowMs: number): InlineWords | null {
  if (state.kind === 'running') {
    const elapsed = nowMs - state.startedAtMs;
    if (elapsed < runningShownAfterMs) {
      return state.previous === null ? null : inlineWords({ kind: 'done', result: state.previous }, nowMs);
    }
    return {
      text: elapsed < 1000 ? 'Sending…' : `Sending… ${Math.floor(elapsed / 1000)} s`,
      tone: 'running',
      aged: false,
    };
  }
  const { result } = state;
  const ageMs = nowMs - result.finishedAtMs;
  const aged = ageMs >= agedAfterMs;
  const facts =
    result.response === null ? [failureWords(result)] : responseFacts(result, result.response, nowMs);
  if (aged) facts.push(`${formatDuration(ageMs)} ago`);
  const tone = resultTone(result);
  return { text: `${signs[tone]} ${facts.join(' · ')}`, tone, aged };
}

export const signs: Readonly<Record<Tone, string>> = { success: '✓', warning: '!', error: '✗', running: '' };

export function resultTone(result: RequestResult): Exclude<Tone, 'running'> {
  if (result.error?.code === 'cancelled' || result.error?.code === 'request_disabled') return 'warning';
  if (result.response === null || result.error !== null) return 'error';
  if (result.response.status >= 500) return 'error';
  const doubtful =
    result.response.tlsVerified === false || result.notes.length > 0 || result.notRun.length > 0;
  return result.response.status >= 400 || doubtful ? 'warning' : 'success';
}

/** The status as a person reads it: `200 OK`. HTTP/2 sends no reason, so the standard one stands in. */
export function statusWords({ status, statusText }: Pick<HttpResponse, 'status' | 'statusText'>): string {
  const reason = statusText.trim() === '' ? (STATUS_CODES[status] ?? '') : oneLine(statusText, 60);
  return `${status} ${reason}`.trimEnd();
}

/** Status, time, size, what is wrong with the body, limits, then what needs a warning. */
export function responseFacts(result: RequestResult, response: HttpResponse, nowMs: number): string[] {
  const facts = [
    statusWords(response),
    formatElapsed(response.timings.totalMs),
    response.bodyTruncated
      ? `cut off after ${formatBytes(response.body.byteLength)}`
      : formatBytes(response.sizeBytes),
  ];
  const { rateLimits, retryAfterSeconds } = result;
  if (result.error !== null) facts.push(failureWords(result));
  const retryAtMs = retryAfterSeconds === null ? null : response.receivedAtMs + retryAfterSeconds * 1000;
  const limits = describeRateLimits(rateLimits, retryAtMs, nowMs);
  if (limits !== '') facts.push(limits);
  const left = notRunWords(result.notRun);
  if (left !== null) facts.push(left);
  const challenge = challengeWords(result);
  if (challenge !== null) facts.push(oneLine(challenge, 120));
  if (response.tlsVerified === false) facts.push('certificate not verified');
  facts.push(...result.notes.map((note) => oneLine(note, 120)));
  return facts;
}

function failureWords(result: RequestResult): string {
  return oneLine(result.error?.message ?? 'Nothing came back.', 160);
}

/** White space joined, what is not seen made visible, cut to a length. */
export function oneLine(text: string, maximum: number): string {
  const line = onOneLine(text.slice(0, maximum * 4));
  return line.length > maximum ? `${line.slice(0, maximum - 1)}…` : line;
}
