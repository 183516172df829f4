import { l10n } from 'vscode';
import { decodeText, describeBody, formatText } from '../../http/content.ts';
import { isWhole, type HttpResponse } from '../../http/message.ts';
import { maskedWrittenUrl } from '../../redaction/maskedText.ts';
import { certificateRows } from '../../http/peerCertificate.ts';
import type { RequestResult, TokenUse } from '../../run/result.ts';
import { formatBytes } from '../../base/text.ts';
import { oneLine } from '../platform/oneLine.ts';
import { responseFacts, resultTone, signs } from '../results/resultWords.ts';

/** What a response document shows. */
export interface ResponseText {
  readonly text: string;
  readonly languageId: string;
  /** Lines of the head (status, facts, headers), for folding; the body starts after them. */
  readonly headLines: number;
  /** Lines that say how the request went: status, limits, time, size and what needs a warning. */
  readonly summaryLines: number;
  /** Column in the first line, after what opens the comment. */
  readonly statusColumn: number;
  /** Where the body starts in `text`. */
  readonly bodyOffset: number;
  /** True when the redactor found a secret in the body. */
  readonly hasSecrets: boolean;
  /** Neither text nor an image: only worth saving. */
  readonly bodyIsBinary: boolean;
}

/** Formatting and colouring more than this takes longer than a person wants to wait. */
const mostFormatted = 12_000_000;
const mostColoured = 8_000_000;
/** What two columns with a minimap show whole on a screen of 1280 pixels. */
const mostColumns = 38;

interface CommentStyle {
  readonly open: string;
  readonly line: string;
  readonly close: string;
}

const lineComments: CommentStyle = { open: '', line: '// ', close: '' };
const plain: CommentStyle = { open: '', line: '', close: '' };
/** The head stands in a comment of the body's language, so that the body is coloured and folded as what it is. */
const comments: Readonly<Record<string, CommentStyle>> = {
  jsonc: lineComments,
  jsonl: lineComments,
  javascript: lineComments,
  xml: { open: '<!--', line: '  ', close: '-->' },
  html: { open: '<!--', line: '  ', close: '-->' },
  css: { open: '/*', line: '  ', close: '*/' },
  markdown: { open: '<!--', line: '  ', close: '-->' },
  sql: { open: '', line: '-- ', close: '' },
  yaml: { open: '', line: '# ', close: '' },
};

/**
 * The text of a response: head, then the body, formatted if it is JSON; secrets masked unless `reveal`. `environment`
 * says in words which one it was sent in.
 */
export function responseText(
  result: RequestResult,
  mask: (text: string) => string,
  reveal: boolean,
  environment: string | null = null,
): ResponseText {
  const { response } = result;
  if (response === null) return failureText(result, mask, environment);
  const body = bodyText(response);
  const shown = reveal ? body.text : mask(body.text);
  const style = comments[body.languageId] ?? plain;
  const columns = mostColumns - style.line.length;
  const facts = responseFacts(result, response, response.receivedAtMs);
  const summary = packed([`${signs[resultTone(result)]} ${facts.shift() ?? ''}`, ...facts], columns);
  const details = detailsOf(result, response, environment, body.notes, columns);
  const head = headText([...summary, ...details], response, style);
  const text = `${head}${shown}`;
  return {
    text,
    languageId: text.length > mostColoured ? 'plaintext' : body.languageId,
    headLines: countLines(head) - 1,
    summaryLines: summary.length,
    statusColumn: style.open === '' ? style.line.length : style.open.length + 1,
    bodyOffset: head.length,
    hasSecrets: reveal ? mask(body.text) !== body.text : shown !== body.text,
    bodyIsBinary: body.isBinary,
  };
}

/** A sentence in lines that half a window shows whole; a longer word stays as it is. */
function broken(sentence: string, columns = mostColumns): string[] {
  return packed(sentence.split(' '), columns, ' ');
}

/** Parts side by side, in as many lines as it takes; a part that is too long for a line is broken at its blanks. */
function packed(parts: readonly string[], columns: number, between = ' · '): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    if (line !== '' && line.length + between.length + part.length > columns) {
      lines.push(line);
      line = '';
    }
    if (between !== ' ' && part.length > columns) {
      const [last = '', ...before] = broken(part, columns).reverse();
      lines.push(...before.reverse());
      line = last;
    } else line = line === '' ? part : `${line}${between}${part}`;
  }
  return [...lines, line];
}

function failureText(
  result: RequestResult,
  mask: (text: string) => string,
  environment: string | null,
): ResponseText {
  const { error } = result;
  const lines = [
    requestLine(result, mask),
    ...(environment === null ? [] : [oneLine(environment, 200)]),
    '',
    // Masked before it is broken into lines, which may not part a secret.
    ...broken(mask(`✗ ${error?.message ?? l10n.t('The server sent no response.')}`)),
  ];
  if (error?.certificate !== undefined) {
    const rows = certificateRows(error.certificate);
    lines.push('', ...rows.map(([label, value]) => oneLine(`${label}: ${value}`, 500)));
  }
  if (error !== null && error.hint !== null) lines.push('', ...broken(mask(error.hint)));
  return plainText(lines);
}

/** What stands there until the answer comes. */
export function waitingText(result: RequestResult, mask: (text: string) => string): ResponseText {
  return plainText([requestLine(result, mask), '', l10n.t('Sending…')]);
}

function requestLine({ request, node }: RequestResult, mask: (text: string) => string): string {
  return mask(`${request?.method ?? node.method} ${request?.url ?? maskedWrittenUrl(node.url)}`);
}

function plainText(lines: readonly string[]): ResponseText {
  const text = `${lines.join('\n')}\n`;
  return {
    text,
    languageId: 'plaintext',
    headLines: 0,
    summaryLines: 1,
    statusColumn: 0,
    bodyOffset: text.length,
    hasSecrets: false,
    bodyIsBinary: false,
  };
}

/** What went out and how, and everything that a line at the request has no room for. */
function detailsOf(
  result: RequestResult,
  response: HttpResponse,
  environment: string | null,
  bodyNotes: readonly string[],
  columns: number,
): string[] {
  const { error, token, challenge, done, notes } = result;
  const lines = [`${result.request?.method ?? result.node.method} ${oneLine(response.url, 500)}`];
  if (token !== null) lines.push(tokenLine(token));
  if (environment !== null) lines.push(oneLine(environment, 200));
  const sentences: string[] = [];
  const refusal = challenge?.refusal ?? null;
  if (refusal !== null) sentences.push([refusal.message, refusal.hint ?? ''].join(' '));
  if (error !== null && error.hint !== null) sentences.push(error.hint);
  for (const { name, passed, message, line } of result.tests) {
    if (passed) continue;
    const place = line === null ? '' : ` (${l10n.t('line {0}', line + 1)})`;
    sentences.push(`✗ ${name}: ${message ?? ''}${place}`);
  }
  sentences.push(...done, ...notes, ...bodyNotes);
  return [...lines, ...sentences.flatMap((sentence) => broken(oneLine(sentence, 500), columns))];
}

function tokenLine({ name, refreshed }: TokenUse): string {
  return refreshed ? l10n.t('token {0}, obtained for this request', name) : l10n.t('token {0}', name);
}

function headText(parts: readonly string[], response: HttpResponse, style: CommentStyle): string {
  const lines = [...parts, ''];
  for (const [name, value] of response.headers) lines.push(`${oneLine(name, 200)}: ${oneLine(value, 8000)}`);
  const safe = lines.map((line) => `${style.line}${closedIn(line, style.close)}`.trimEnd());
  // Folded, the head still shows its first line.
  if (style.open !== '') safe[0] = `${style.open} ${(safe[0] ?? '').trimStart()}`;
  if (style.close !== '') safe.push(style.close);
  return `${safe.join('\n')}\n\n`;
}

/** A header cannot end the comment it stands in. */
function closedIn(line: string, close: string): string {
  return close === '' ? line : line.replaceAll(close, `${close[0] ?? ''} ${close.slice(1)}`);
}

interface BodyText {
  readonly text: string;
  readonly languageId: string;
  /** What the head says about the body. */
  readonly notes: readonly string[];
  readonly isBinary: boolean;
}

function bodyText(response: HttpResponse): BodyText {
  const empty = { text: '', languageId: 'plaintext', isBinary: false };
  const { body, bodyTruncated, sizeBytes } = response;
  if (body.byteLength === 0)
    return {
      ...empty,
      notes: [sizeBytes > 0 ? l10n.t('The body was saved to a file.') : l10n.t('No body.')],
    };
  const cut = l10n.t(
    'The body was cut off after {0}: raise keyturn.response.maxSize, or use Send Request and Save Response Body.',
    formatBytes(body.byteLength),
  );
  const notes = bodyTruncated ? [cut] : [];
  const content = describeBody(response);
  if (content.kind === 'image' && isWhole(response))
    return { ...empty, notes: [...notes, l10n.t('The image opened in its own tab.')] };
  if (content.kind === 'binary' || content.kind === 'image') {
    return {
      ...empty,
      isBinary: true,
      notes: [...notes, l10n.t('The body is binary: use Save Response Body to keep it.')],
    };
  }
  const text = decodeText(body, content.charset);
  const format = text.length <= mostFormatted && isWhole(response);
  return {
    text: format ? formatText(content.kind, text) : text,
    // Comments are allowed there, and the head stands in one.
    languageId: content.languageId === 'json' ? 'jsonc' : content.languageId,
    notes,
    isBinary: false,
  };
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
