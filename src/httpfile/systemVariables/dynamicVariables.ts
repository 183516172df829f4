import { KeyturnError } from '../../base/errors.ts';
import { addToDate, formatDate, iso8601, rfc1123 } from './dateFormat.ts';
import { quotedCode } from '../resolve/quotedPart.ts';
import { randomInteger, randomValue } from './randomValues.ts';
import type { Dialect } from '../parse/tree.ts';

export interface DynamicContext {
  /** One moment for the whole request, so that two timestamps in it agree. */
  readonly nowMs: number;
  readonly dialect: Dialect;
}

/**
 * The value of a variable that is made up on the spot, such as `$guid` or `$randomInt 1 10`; null when the name is
 * not one of these. Fails with `variable_invalid` on arguments that make no sense, and with `unsupported` on what only
 * the other tool has.
 */
export function dynamicValue(expression: string, context: DynamicContext): string | null {
  const { name, args } = splitCall(expression);
  const wrong = (expected: string) => invalid(expression, expected);
  if (name.startsWith('$random.')) return randomValue(name.slice('$random.'.length), args, wrong);
  if (Object.hasOwn(elsewhereOnly, name)) throw onlyElsewhere(name);
  switch (name) {
    case '$guid':
    case '$uuid':
      return crypto.randomUUID();
    case '$timestamp':
      return String(Math.floor(shifted(expression, args, context.nowMs) / 1000));
    case '$isoTimestamp':
      return new Date(context.nowMs).toISOString();
    case '$date':
      return formatDate(context.nowMs, 'YYYY-MM-DD', 'dayjs', true);
    case '$randomInt':
      return String(randomInteger(args, wrong, context.dialect === 'kulala' ? 10_000_000 : 1000));
    case '$datetime':
    case '$localDatetime':
      return dateTime(expression, args, context, name === '$localDatetime');
    default:
      return null;
  }
}

/** What only the tool itself can give a value, and what to write instead. */
const elsewhereOnly: Readonly<Record<string, { readonly why: string; readonly hint: string }>> = {
  $exampleServer: {
    why: 'only the editors of JetBrains have this server.',
    hint: "Write an address, such as {{sandboxApi}} of Keyturn's sandbox.",
  },
  $historyFolder: {
    why: 'Keyturn keeps no history of responses in files.',
    hint: 'Write the path of the file.',
  },
  $placeholder: {
    why: 'it stands for a part of the request that you must write yourself.',
    hint: 'Replace it with a value.',
  },
};

function onlyElsewhere(name: string): KeyturnError {
  const { why = '', hint = '' } = elsewhereOnly[name] ?? {};
  return new KeyturnError('unsupported', `{{${name}}} has no value: ${why}`, { hint, data: { name } });
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
