import { KeyturnError } from '../base/errors.ts';
import { commands } from './commandTable.ts';
import type { CommandEntry, CommandGroup } from './commandEntry.ts';
import { didYouMean } from './didYouMean.ts';

/** What the first words of a command line name: a command with the words that follow it, or a group of commands. */
export type Found =
  | { readonly kind: 'command'; readonly entry: CommandEntry; readonly rest: readonly string[] }
  | { readonly kind: 'group'; readonly group: CommandGroup };

const isGroup = (entry: CommandEntry | CommandGroup): entry is CommandGroup => 'commands' in entry;
const asksForHelp = (word: string) => ['--help', '-h', 'help'].includes(word);

/** Fails with `usage` for a word that is no command, and suggests the nearest one. */
export function findCommand([name = '', ...rest]: readonly string[]): Found {
  const entry = commands.find((one) => one.name === name);
  if (entry === undefined) throw unknown(name, commands, '');
  if (!isGroup(entry)) return { kind: 'command', entry, rest };
  const [subName, ...others] = rest;
  if (subName === undefined || asksForHelp(subName)) return { kind: 'group', group: entry };
  const found = entry.commands.find((one) => one.name === subName);
  if (found === undefined) throw unknown(subName, entry.commands, `${entry.name} `);
  return { kind: 'command', entry: found, rest: others };
}

function unknown(word: string, known: readonly { readonly name: string }[], prefix: string): KeyturnError {
  const isFile = prefix === '' && /\.(?:http|rest)$/i.test(word);
  const near = isFile
    ? `run ${word}`
    : didYouMean(
        word,
        known.map(({ name }) => name),
      );
  return new KeyturnError('usage', `There is no command ${JSON.stringify(prefix + word)}.`, {
    hint:
      near === null
        ? `\`keyturn ${prefix}--help\` lists the commands.`
        : `Did you mean \`keyturn ${prefix}${near}\`?`,
  });
}
