import { dialects } from '../../httpfile/parse/tree.ts';
import type { ParseArgsOptionsConfig } from 'node:util';
import type { Command } from '../command.ts';
import type { CommandEntry, CommandGroup, Operand } from '../commandEntry.ts';
import { environmentNames, type Lookup, requestNames, tokenNames } from './names.ts';

export interface Suggestion {
  readonly value: string;
  readonly description: string;
}

/** Words to choose from, or a word for the shell, which completes files itself. */
export type Suggestions = readonly Suggestion[] | 'files' | 'request-files';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** What the values of options are, by the option's name. */
const valuesOf: Readonly<Record<string, (lookup: Lookup) => Promise<readonly string[]> | 'files'>> = {
  name: requestNames,
  env: environmentNames,
  token: tokenNames,
  dialect: () => Promise.resolve([...dialects, 'auto']),
  output: () => 'files',
  ca: () => 'files',
  grant: async () => (await import('../commands/initFiles.ts')).INIT_GRANTS,
  'header-style': async () => (await import('../../sandbox/limitSettings.ts')).headerStyles,
};

/** What may stand for the last of these words, which follow `keyturn`. */
export async function suggest(
  commands: readonly (CommandEntry | CommandGroup)[],
  words: readonly string[],
  where: Pick<Lookup, 'cwd' | 'signal'>,
): Promise<Suggestions> {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  if (before[0] === 'help') before.shift();
  const [name, ...rest] = before;
  if (name === undefined) return starting(named(commands), current);
  const entry = commands.find((one) => one.name === name);
  if (entry === undefined) return [];
  if (!('commands' in entry)) return ofCommand(await entry.load(), entry.operand, rest, current, where);
  const [subName, ...others] = rest;
  if (subName === undefined) return starting(named(entry.commands), current);
  const sub = entry.commands.find((one) => one.name === subName);
  return sub === undefined ? [] : ofCommand(await sub.load(), sub.operand, others, current, where);
}

async function ofCommand(
  { options, help }: Command,
  operand: Operand | null,
  before: readonly string[],
  current: string,
  where: Pick<Lookup, 'cwd' | 'signal'>,
): Promise<Suggestions> {
  const { operands, used, open } = read(before, options);
  const lookup = { ...where, operands };
  if (open !== null) return starting(await values(open, lookup), current);
  const assigned = /^--([^=]+)=/.exec(current);
  if (assigned !== null) {
    const [prefix, option = ''] = assigned;
    const found = await values(option, lookup);
    return found === 'files'
      ? found
      : starting(
          found.map((one) => ({ ...one, value: prefix + one.value })),
          current,
        );
  }
  if (!current.startsWith('-')) {
    const found = await ofOperand(operand, lookup);
    if (found !== null) return starting(found, current);
  }
  const left = Object.entries(options).filter(([name, { multiple }]) => multiple === true || !used.has(name));
  const described = left.map(([name]) => ({ value: `--${name}`, description: describe(name, help) }));
  return starting([...described, { value: '--help', description: 'help for this command' }], current);
}

/** The words in front of the one that is typed; `open` is the option whose value that one is. */
function read(words: readonly string[], options: ParseArgsOptionsConfig) {
  const operands: string[] = [];
  const used = new Set<string>();
  let open: string | null = null;
  for (const word of words) {
    if (open !== null) {
      open = null;
      continue;
    }
    const [, long, short] = /^(?:--([^=]+)|-([a-z]))$/i.exec(word) ?? [];
    const name =
      long ?? Object.keys(options).find((one) => short !== undefined && options[one]?.short === short);
    if (name !== undefined) {
      used.add(name);
      if (options[name]?.type === 'string') open = name;
    } else if (!word.startsWith('-')) operands.push(word);
  }
  return { operands, used, open };
}

async function ofOperand(operand: Operand | null, lookup: Lookup): Promise<Suggestions | null> {
  switch (operand) {
    case 'request file':
      return 'request-files';
    case 'file':
      return 'files';
    case 'token':
      return lookup.operands.length > 0 ? null : plain(await tokenNames(lookup));
    case 'shell':
      return lookup.operands.length > 0 ? null : plain(SHELLS);
    case null:
      return null;
  }
}

async function values(option: string, lookup: Lookup): Promise<readonly Suggestion[] | 'files'> {
  const found = Object.hasOwn(valuesOf, option) ? await valuesOf[option]?.(lookup) : undefined;
  return found === 'files' ? found : plain(found ?? []);
}

/** From the command's own help: the line that begins with the option. */
function describe(option: string, help: string): string {
  const line = new RegExp(`^ {2}(?:-\\w, )?--${option}(?: [A-Z=]+)? {2,}(\\S.*)$`, 'm').exec(help);
  return line?.[1] ?? '';
}

function starting(found: Suggestions, current: string): Suggestions {
  return typeof found === 'string' ? found : found.filter(({ value }) => value.startsWith(current));
}

const plain = (words: readonly string[]) => words.map((value) => ({ value, description: '' }));
const named = (entries: readonly { readonly name: string; readonly summary: string }[]) =>
  entries.map(({ name, summary }) => ({ value: name, description: summary }));
