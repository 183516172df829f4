import { KeyturnError } from '../../base/errors.ts';
import type { Lines } from './lines.ts';
import { indentOf, isToken } from './text.ts';
import type { HeaderNode } from './tree.ts';

/**
 * `Name: value`; null for a line that cannot be a header. A name may hold variables, and a line that is one
 * variable and nothing else (`{{auth}}`) is a header whose name and value come from it.
 */
export function parseHeaderLine(lines: Lines, index: number): HeaderNode | null {
  const text = lines.text(index);
  const start = indentOf(text);
  const end = text.trimEnd().length;
  const span = lines.span(index, start, Math.max(start, end));
  const colon = colonOf(text, start);
  if (colon < 0) {
    const whole = text.slice(start, end);
    return isTemplateOnly(whole) ? { name: whole, value: '', span } : null;
  }
  const name = text.slice(start, colon).trim();
  if (!isHeaderName(name)) return null;
  return { name, value: text.slice(colon + 1).trim(), span };
}

/** Of a line, from 0, that would be sent as something else than was meant. */
export function notAHeader(line: number): KeyturnError {
  return new KeyturnError('request_invalid', `Line ${line + 1} cannot be a header.`, {
    hint: 'Write it as Name: value, or leave a blank line before the body.',
    data: { line: line + 1 },
  });
}

function isHeaderName(name: string): boolean {
  return name.includes('{{') ? !/\s/.test(withoutTemplates(name)) : isToken(name);
}

/** The first colon outside `{{ }}`. */
function colonOf(text: string, from: number): number {
  const colon = text.indexOf(':', from);
  const open = text.indexOf('{{', from);
  if (open < 0 || open > colon) return colon;
  const close = text.indexOf('}}', open);
  return close < 0 ? colon : text.indexOf(':', close + 2);
}

function isTemplateOnly(text: string): boolean {
  return text.startsWith('{{') && text.indexOf('}}') === text.length - 2;
}

function withoutTemplates(name: string): string {
  const close = name.lastIndexOf('}}');
  return close < 0 ? name : name.slice(0, name.indexOf('{{')) + name.slice(close + 2);
}
