import { KeyturnError } from '../../base/errors.ts';
import { addToDate, formatDate, iso8601, rfc1123 } from './dateFormat.ts';
import { quotedCode } from './quotedPart.ts';
import type { Dialect } from '../parse/tree.ts';

export interface DynamicContext {
  /** One moment for the whole request, so that two timestamps in it agree. */
  readonly nowMs: number;
  readonly dialect: Dialect;
}

/**
 * The value of a variable that is made up on the spot, such as `$guid` or `$randomInt 1 10`; null when the name is
 * not one of these. Fails with `variable_invalid` on arguments that make no sense.
 */
export function dynamicValue(expression: string, context: DynamicContext): string | null {
  const { name, args } = splitCall(expression);
  switch (name) {
    case '$guid':
    case '$uuid':
    case '$random.uuid':
      return crypto.randomUUID();
    case '$timestamp':
      return String(Math.floor(shifted(expression, args, context.nowMs) / 1000));
    case '$isoTimestamp':
      return new Date(context.nowMs).toISOString();
    case '$randomInt':
    case '$random.integer':
      return String(randomInteger(expression, args));
    case '$datetime':
    case '$localDatetime':
      return dateTime(expression, args, context, name === '$localDatetime');
    default:
      return null;
  }
}

/** Name and arguments of `$name a "b c"` or `$name(a, b)`. */
export function splitCall(expression: string): { name: string; args: string[] } {
  const name = /^\$[\w.-]*/.exec(expression)?.[0] ?? expression;
  const rest = expression.slice(name.length).trim();
  const inner = rest.startsWith('(') && rest.endsWith(')') ? rest.slice(1, -1) : rest;
  const args = (inner.match(/"[^"]*"|'[^']*'|[^\s,"']+/g) ?? []).map((argument) =>
    /^["']/.test(argument) ? argument.slice(1, -1) : argument,
  );
  return { name, args };
}

function invalid(expression: string, expected: string): KeyturnError {
  return new KeyturnError('variable_invalid', `{{${quotedCode(expression)}}} cannot be read.`, {
    hint: expected,
  });
}

function randomInteger(expression: string, [low = '0', high = '1000']: readonly string[]): number {
  const min = Number(low);
  const max = Number(high);
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min >= max) {
    throw invalid(expression, 'Write two whole numbers, the smaller one first: {{$randomInt 1 100}}.');
  }
  return min + Math.floor(Math.random() * (max - min));
}

/** Moves the time by `-1 d` and the like. */
function shifted(expression: string, args: readonly string[], nowMs: number): number {
  if (args.length === 0) return nowMs;
  const [amount = '', unit = ''] = args;
  const moved = /^[+-]?\d{1,9}$/.test(amount) ? addToDate(nowMs, Number(amount), unit) : null;
  if (moved === null || args.length > 2 || Number.isNaN(new Date(moved).getTime())) {
    throw invalid(expression, 'Write an offset as a whole number and a unit: y, M, w, d, h, m, s or ms.');
  }
  return moved;
}

function dateTime(
  expression: string,
  [format = 'iso8601', ...offset]: readonly string[],
  context: DynamicContext,
  local: boolean,
): string {
  const at = shifted(expression, offset, context.nowMs);
  if (format === 'rfc1123') return rfc1123(at, local);
  if (format === 'iso8601') return iso8601(at, local);
  return formatDate(at, format, context.dialect === 'visual-studio' ? 'dotnet' : 'dayjs', local);
}
