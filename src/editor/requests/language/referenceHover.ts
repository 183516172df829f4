import { l10n } from 'vscode';
import { KeyturnError } from '../../../base/errors.ts';
import { formatBytes, formatWhen } from '../../../base/text.ts';
import type { CapturedToken, Exchange } from '../../../httpfile/earlier/exchange.ts';
import type { Reference } from '../../../httpfile/earlier/reference.ts';
import { selectValue } from '../../../httpfile/earlier/select.ts';
import { requestAtLine } from '../../../httpfile/parse/requestAt.ts';
import { earlierValue } from '../../../httpfile/resolve/earlierValue.ts';
import { maskedText } from '../../../redaction/maskedText.ts';
import { codeSpan, escapeMarkdown } from '../../platform/markdown.ts';
import { type Referable, referredRequest, withoutEncoding } from './referable.ts';

/** More of a value is read in the response. */
const LONGEST_VALUE = 60;

/** An expression in a file, zero-based `line`. */
export interface HoveredExpression extends Referable {
  readonly expression: string;
  readonly line: number;
}

export interface HoverWords {
  readonly nowMs: number;
  readonly mask: (text: string) => string;
  /** Path of a file as people see it. */
  shownFile(location: string): string;
}

/**
 * What a reference to an earlier request stands for, in Markdown: the request, its last answer, and the type of the value.
 * A secret is not shown. Null for every other expression.
 */
export async function referenceHover(hovered: HoveredExpression, words: HoverWords): Promise<string | null> {
  const { expression, files, earlier } = hovered;
  const [{ file, tree }] = files;
  const referred = referredRequest(expression, hovered);
  if (referred === null) return null;
  const { reference, node } = referred;
  const { name } = reference;
  const line = node.line + 1;
  const where =
    referred.file === file
      ? l10n.t('line {0}', line)
      : l10n.t('{0}, line {1}', escapeMarkdown(words.shownFile(referred.file)), line);
  const lines = [`**${escapeMarkdown(name)}** · ${where}`];
  const exchange = earlier.exchange(name);
  if (exchange === null) {
    const isOwn = requestAtLine(tree, hovered.line)?.name === name;
    lines.push(
      isOwn
        ? l10n.t('Not sent in this session yet.')
        : l10n.t('Not sent in this session yet: Keyturn sends it first.'),
    );
  } else {
    const at = formatWhen(exchange.receivedAtMs, words.nowMs);
    lines.push(l10n.t('Answered {0}, {1}', exchange.response.status, escapeMarkdown(at)));
    lines.push(await valueText(hovered, reference, exchange, words));
  }
  return lines.join('\n\n');
}

async function valueText(
  { expression, line, files, earlier }: HoveredExpression,
  reference: Reference,
  exchange: Exchange,
  { nowMs, mask }: HoverWords,
): Promise<string> {
  try {
    const [{ tree }] = files;
    const found = await earlierValue({ tree, earlier }, withoutEncoding(expression), line);
    if (found === null) return '';
    const { text, origins } = found.value;
    const type = await typeOf(reference, exchange, text, line);
    const token = tokenIn(exchange, reference, text);
    if (token !== null) {
      const isToken = token.value === text;
      return `${isToken ? codeSpan('•••') : type.word} · ${lifeText(token, nowMs)}`;
    }
    if (origins.length > 0) return `${codeSpan('•••')} · ${type.word}`;
    if (!type.isShort) return type.word;
    const masked = mask(maskedText(text));
    const shown = masked.length > LONGEST_VALUE ? `${masked.slice(0, LONGEST_VALUE)}…` : masked;
    return `${codeSpan(shown)} · ${type.word}`;
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error;
    const { message, hint } = error;
    return escapeMarkdown(mask(hint === undefined ? message : `${message} ${hint}`), 500);
  }
}

function tokenIn({ tokens }: Exchange, { message }: Reference, text: string): CapturedToken | null {
  return message === 'request' ? null : (tokens.find(({ value }) => text.includes(value)) ?? null);
}

function lifeText({ expiresAtMs }: CapturedToken, nowMs: number): string {
  if (expiresAtMs === null) return l10n.t('token, expiry unknown');
  const when = escapeMarkdown(formatWhen(expiresAtMs, nowMs));
  return expiresAtMs > nowMs
    ? l10n.t('token, expires {0}', when)
    : l10n.t('token, expired {0}: Keyturn sends the request again first', when);
}

interface ValueType {
  readonly word: string;
  /** A person reads it in a line. */
  readonly isShort: boolean;
}

async function typeOf(
  { message, part }: Reference,
  exchange: Exchange,
  text: string,
  line: number,
): Promise<ValueType> {
  const size = l10n.t('text, {0}', formatBytes(Buffer.byteLength(text)));
  if (part.kind === 'status') return { word: l10n.t('number'), isShort: true };
  if (part.kind === 'header') return { word: l10n.t('header'), isShort: true };
  if (part.query.kind === 'all') return { word: size, isShort: false };
  if (part.query.kind === 'xpath') return { word: l10n.t('text'), isShort: true };
  try {
    return jsonType(await selectValue(exchange, part.query.path, line, message));
  } catch (error) {
    // It leads to several values.
    if (KeyturnError.is(error, 'variable_invalid')) return { word: l10n.t('list'), isShort: false };
    throw error;
  }
}

function jsonType(value: unknown): ValueType {
  if (Array.isArray(value)) return { word: l10n.t('list of {0}', value.length), isShort: false };
  switch (typeof value) {
    case 'string':
      return { word: l10n.t('text'), isShort: true };
    case 'number':
      return { word: l10n.t('number'), isShort: true };
    case 'boolean':
      return { word: l10n.t('true or false'), isShort: true };
    default:
      return value === null
        ? { word: l10n.t('null'), isShort: false }
        : { word: l10n.t('object'), isShort: false };
  }
}
