import { commands } from './commandTable.ts';
import type { CommandEntry, CommandGroup } from './commandEntry.ts';

/** `keyturn --help`. */
export function mainHelp(): string {
  return `keyturn: token-aware API testing for .http files

Usage:
${table(commands, 'keyturn ')}
  keyturn COMMAND --help               more about one command
  keyturn --version

Exit codes: 0 done, 1 something failed, 2 wrong use.
Colours are off in a pipe and where NO_COLOR is set.
`;
}

/** `keyturn token --help`. */
export function groupHelp({ name, usage, commands: members, footer }: CommandGroup): string {
  return `Usage: keyturn ${name} ${usage}

${table(members, '')}
  keyturn ${name} COMMAND --help   more about one of them

${footer}`;
}

function table(entries: readonly (CommandEntry | CommandGroup)[], prefix: string): string {
  const heads = entries.map(({ name, usage }) => `${prefix}${name} ${usage}`);
  const width = Math.max(...heads.map((head) => head.length));
  return entries
    .map(({ summary }, index) => `  ${(heads[index] ?? '').padEnd(width)}  ${summary}\n`)
    .join('');
}
