import type { HttpResponse } from '../../http/message.ts';
import { describeBody, decodeText } from '../../http/content.ts';
import { notRunWords } from '../../httpfile/marks/notRun.ts';
import { describeRateLimits } from '../../ratelimit/describe.ts';
import { testWords } from '../../run/testWords.ts';
import { challengeWords } from '../../run/challengeWords.ts';
import type { RequestResult } from '../../run/result.ts';
import { maskedWrittenUrl } from '../../redaction/maskedText.ts';
import { formatBytes, formatElapsed } from '../../base/text.ts';
import { visible } from '../../base/visible.ts';
import { withoutCredentials } from '../../redaction/withoutCredentials.ts';
import { storeHint } from '../session/storeHint.ts';
import { certificateLines } from './certificateLines.ts';
import { shownBody } from './shownBody.ts';
import { palette, type Palette, type Streams } from './streams.ts';

export interface PrintContext {
  /** Disabled in its file, and left out. */
  readonly skipped: boolean;
  /** The token that the request asks for; null for none. */
  readonly tokenName: string | null;
}

/** A line for the request, one for its response, then what failed and what to do next. */
export function printResult(
  result: RequestResult,
  paint: Palette,
  { skipped, tokenName }: PrintContext,
): string {
  const { node, response, error } = result;
  const label = node.name ?? node.title;
  const what = `${visible(result.request?.method ?? node.method)} ${visible(result.request?.url ?? maskedWrittenUrl(node.url))}`;
  const where = `${what}${label === null ? '' : paint.dim(`  # ${visible(withoutCredentials(label))}`)}\n`;
  if (skipped) return `${paint.dim('–')} ${where}  skipped: ${visible(error?.message ?? '')}\n`;
  const named = error === null || tokenName === null ? null : storeHint(error.code, tokenName);
  const remedy = named ?? error?.hint ?? null;
  const hint = remedy === null ? '' : `  ${visible(remedy)}\n`;
  const certificate = error?.certificate === undefined ? '' : certificateLines(error.certificate);
  const failure = error === null ? '' : `  ${paint.bad(visible(error.message))}\n${certificate}${hint}`;
  if (response === null) return `${paint.bad('✗')} ${where}${failure}`;
  const good = response.status < 400 && result.notRun.length === 0;
  const failedTests = result.tests.filter(({ passed }) => !passed);
  const bad = error !== null || failedTests.length > 0;
  const mark = bad ? paint.bad('✗') : good ? paint.good('✓') : paint.warn('!');
  const facts = [
    paint.bold(`${response.status} ${visible(response.statusText)}`.trimEnd()),
    formatElapsed(response.timings.totalMs),
    formatBytes(response.sizeBytes),
  ];
  const retryAtMs =
    result.retryAfterSeconds === null ? null : response.receivedAtMs + result.retryAfterSeconds * 1000;
  const limits = describeRateLimits(result.rateLimits, retryAtMs, result.finishedAtMs);
  if (limits !== '') facts.push(limits);
  if (result.token !== null)
    facts.push(`token ${visible(result.token.name)}${result.token.refreshed ? ' (refreshed)' : ''}`);
  const challenge = challengeWords(result);
  if (challenge !== null) facts.push(paint.warn(visible(challenge)));
  const tests = testWords(result.tests);
  if (tests !== null) facts.push(failedTests.length > 0 ? paint.bad(tests) : tests);
  const left = notRunWords(result.notRun);
  if (left !== null) facts.push(paint.warn(left));
  if (response.tlsVerified === false) facts.push(paint.warn('certificate not verified'));
  if (response.bodyTruncated) facts.push(paint.warn('body truncated, see --max-size and --output'));
  const refusal = result.challenge?.refusal ?? null;
  const why = refusal === null ? '' : `  ${visible([refusal.message, refusal.hint].join(' ').trim())}\n`;
  const said = result.challenge?.errorDescription ?? null;
  const words = said === null ? '' : `  The server says: ${visible(said)}\n`;
  const done = result.done.map((note) => `  ${paint.dim('note:')} ${visible(note)}\n`).join('');
  const notes = result.notes.map((note) => `  ${paint.warn('note:')} ${visible(note)}\n`).join('');
  const broken = failedTests
    .map(({ name, message, line }) => {
      const place = line === null ? '' : paint.dim(` (line ${line + 1})`);
      return `  ${paint.bad('✗')} ${visible(name)}: ${visible(message ?? '')}${place}\n`;
    })
    .join('');
  return `${mark} ${where}  ${facts.join(' · ')}\n${broken}${failure}${words}${why}${done}${notes}`;
}

/** The body of the one request that was chosen: text masked, other bytes only where no terminal reads them. */
export function writeBody(streams: Streams, response: HttpResponse, mask: (text: string) => string): void {
  if (response.body.byteLength === 0) return;
  const content = describeBody(response);
  if (content.kind === 'binary' || content.kind === 'image') {
    if (holdsMasked(response.body, mask))
      streams.err.write(
        '  Keyturn does not print this body, because it contains a token. Write it to a file with --output FILE.\n',
      );
    else if (streams.out.isTTY !== true) streams.out.write(response.body);
    else
      streams.err.write(
        '  Keyturn does not print binary bodies to a terminal. Write it to a file with --output FILE.\n',
      );
    return;
  }
  const body = mask(decodeText(response.body, content.charset));
  if (streams.out.isTTY !== true) {
    streams.out.write(body);
    return;
  }
  const { text, cut } = shownBody(content.kind, body, palette(streams.out, streams.env));
  streams.out.write(`${text}\n`);
  if (cut) {
    streams.err.write(
      `  This is the beginning of ${formatBytes(response.body.byteLength)}. Pipe the body, or write it to a file with --output FILE, to get all of it.\n`,
    );
  }
}

/** Masking would break bytes that are not text. */
function holdsMasked(body: Uint8Array, mask: (text: string) => string): boolean {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  return mask(text) !== text;
}
