import { KeyturnError } from '../../base/errors.ts';
import { parseArguments, type Command } from '../command.ts';
import type { CommandEntry, CommandGroup } from '../commandEntry.ts';
import { scripts, type Shell } from '../completion/scripts.ts';
import { type Quote, splitLine } from '../completion/splitLine.ts';
import { SHELLS, suggest, type Suggestion } from '../completion/suggest.ts';

const options = {
  shell: { type: 'string' },
  line: { type: 'string' },
  'word-breaks': { type: 'string' },
} as const;

/** `commands`: the table that the command itself stands in. */
export const completionCommand = (commands: readonly (CommandEntry | CommandGroup)[]): Command => ({
  // `suggest` is for the scripts alone.
  options: {},
  help: `Usage: keyturn completion bash|zsh|fish

Prints a script that completes commands, options, request files, and the names of requests, environments and
tokens when you press Tab. It reads keyturn.json, environment files and the request file on the line, and
never the keychain.

  bash   add to ~/.bashrc:                 source <(keyturn completion bash)
  zsh    add to ~/.zshrc, after compinit:  source <(keyturn completion zsh)
  fish   run once:  keyturn completion fish > ~/.config/fish/completions/keyturn.fish

Exit codes: 0 done, 2 wrong use.
`,
  async run(args, streams, signal) {
    const [first, ...rest] = args;
    if (first === 'suggest') {
      const { values, positionals } = parseArguments(rest, options);
      const split = values.line === undefined ? null : splitLine(values.line);
      const words = split === null ? positionals : split.words.slice(1);
      const found = await suggest(commands, words, { cwd: streams.cwd, signal });
      if (typeof found === 'string') {
        streams.out.write(`${found}\n`);
        return 0;
      }
      const quote = split?.openQuote ?? null;
      // In quotes bash completes all that follows the quote.
      const hidden = quote?.before ?? hiddenPrefix(words.at(-1) ?? '', values['word-breaks'] ?? '');
      const lines = found.map((one) => lineFor(shellOf(values.shell), one, hidden, quote?.mark ?? null));
      streams.out.write(['words', ...lines].map((line) => `${line}\n`).join(''));
      return 0;
    }
    const { positionals } = parseArguments(args, {});
    if (positionals.length !== 1) throw notOneShell();
    streams.out.write(scripts[shellOf(positionals[0])]);
    return 0;
  },
});

function shellOf(name: string | undefined): Shell {
  const shell = SHELLS.find((one) => one === name);
  if (shell === undefined) throw notOneShell();
  return shell;
}

function notOneShell(): KeyturnError {
  return new KeyturnError('usage', '`keyturn completion` takes one shell: bash, zsh or fish.');
}

/** bash completes only what follows the last of its word breaks, such as the \`=\` of \`--env=sandbox\`. */
function hiddenPrefix(word: string, wordBreaks: string): string {
  const at = Math.max(
    ...['=', ':', '@'].filter((one) => wordBreaks.includes(one)).map((one) => word.lastIndexOf(one)),
    -1,
  );
  return word.slice(0, at + 1);
}

/** As the shell's own completion wants a word and what is said of it. */
function lineFor(
  shell: Shell,
  { value, description }: Suggestion,
  hidden: string,
  quote: Quote | null,
): string {
  switch (shell) {
    case 'bash':
      return inBash(value.slice(hidden.length), quote);
    case 'zsh':
      return `${value.replace(/[\\:]/g, '\\$&')}:${description}`;
    case 'fish':
      return `${value}\t${description}`;
  }
}

/** So that bash reads the text as it is: names of requests come from files of others. */
function inBash(text: string, quote: Quote | null): string {
  switch (quote) {
    case '"':
      return text.replace(/["$`\\]/g, '\\$&');
    case "'":
      return text.replaceAll("'", String.raw`'\''`);
    case null:
      return text.replace(/[^\w@%+=:,./-]/gu, '\\$&');
  }
}
