import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { quoted } from '../base/visible.ts';
import type { TokenProfile } from '../profile/profile.ts';
import { commandLine, toldCommand } from '../consent/commandLine.ts';
import type { SourceConsent } from '../consent/sources.ts';
import { questionOf } from '../consent/question.ts';
import { maskUnknown } from '../redaction/maskUnknown.ts';
import type { ProcessOutput, ProcessRunner } from './processRunner.ts';
import { issuedNow } from './result.ts';
import type { TokenSource } from './source.ts';
import { readTokenText } from './tokenText.ts';

export interface CommandParts {
  readonly runner: ProcessRunner;
  readonly consent: SourceConsent;
  readonly clock: Clock;
  /** The folder of this computer that holds a location; null for one that is elsewhere. */
  readonly folderOf: (location: string) => string | null;
  /** Masks the secrets that are known. */
  readonly mask: (text: string) => string;
  /** Makes a secret known. */
  readonly register: (secret: string, label: string) => void;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;
const MAX_BYTES = 1024 * 1024;
/** Characters; a person could allow a longer line without seeing its end. */
const LONGEST_LINE = 1000;
/** Of what the program said when it failed. */
const SHOWN_CHARACTERS = 500;

/** What another program prints, such as `gh auth token`. The person allowed exactly this command line, program and files. */
export function commandSource(parts: CommandParts): TokenSource {
  const { runner, consent, clock, timeoutMs = TIMEOUT_MS } = parts;
  return {
    grant: 'command',
    async obtain(profile, { waiting, signal }) {
      const { command, tokenPointer, expiryPointer } = profile.options;
      if (command === null || (command[0] ?? '') === '') throw incomplete(profile);
      const folder = profile.declaredIn === null ? null : parts.folderOf(profile.declaredIn);
      if (folder === null) throw elsewhere(profile);
      if (commandLine(command).length > LONGEST_LINE) throw tooLong(profile);
      const found = await runner.find(command, folder);
      const question = questionOf(profile, { kind: 'command', command, folder, ...found });
      await consent.require(question, { waiting, signal });
      // A person takes their time to answer.
      if (!isDeepStrictEqual(await runner.find(command, folder), found)) throw changed(profile);

      const nowMs = clock.now();
      const output = await runner.run([found.program, ...command.slice(1)], {
        cwd: folder,
        maxBytes: MAX_BYTES,
        timeoutMs,
        signal,
      });
      const text = output.stdout.toString('utf8');
      if (output.exitCode !== 0) throw failed(profile, command, output, parts);
      const { token, fault } = readTokenText(text, { tokenPointer, expiryPointer, nowMs });
      if (token === null) throw unreadable(profile, command, fault);
      return issuedNow(token);
    },
  };
}

function failed(
  { name }: TokenProfile,
  command: readonly string[],
  { exitCode, stdout, stderr }: ProcessOutput,
  { mask, register }: CommandParts,
): KeyturnError {
  // A program that fails halfway may have printed the token already, and may quote it.
  const { token } = readTokenText(stdout.toString('utf8'), {
    tokenPointer: null,
    expiryPointer: null,
    nowMs: 0,
  });
  if (token !== null) register(token.accessToken, name);
  const said = shown(mask(stderr.toString('utf8')));
  const end = exitCode === null ? 'was ended by a signal' : `ended with code ${exitCode}`;
  const words = said === '' ? '' : `: ${said}`;
  return new KeyturnError(
    'command_failed',
    `${quoted(command[0] ?? '')} ${end}${words}${said.endsWith('.') ? '' : '.'}`,
    {
      hint: `Run ${toldCommand(command)} at a terminal to see what it needs.`,
      data: { token: name, exitCode },
    },
  );
}

/** One line without control characters and without what may be a secret. */
function shown(text: string): string {
  const line = maskUnknown(
    text
      // Colours and other commands to a terminal (ECMA-48).
      .replace(/\u001b\[[0-?]{0,20}[ -/]{0,5}[@-~]/g, '')
      .replace(/[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g, ' ')
      .trim(),
  );
  return line.length <= SHOWN_CHARACTERS ? line : `${line.slice(0, SHOWN_CHARACTERS)}…`;
}

function unreadable({ name }: TokenProfile, command: readonly string[], fault: string): KeyturnError {
  return new KeyturnError(
    'command_failed',
    `What ${quoted(command[0] ?? '')} printed for the token "${name}" ${fault}.`,
    {
      hint: 'The command has to print only the token, or JSON. Say with "tokenPointer" where the token is in the JSON.',
      data: { token: name, exitCode: 0 },
    },
  );
}

function incomplete({ name }: TokenProfile): KeyturnError {
  return new KeyturnError('profile_invalid', `The token "${name}" names no command.`, {
    hint: 'Add "command" to its profile: a list of the program and its arguments.',
    data: { token: name },
  });
}

function changed({ name }: TokenProfile): KeyturnError {
  return new KeyturnError(
    'command_refused',
    `The command of the token "${name}" was not run: its files changed while Keyturn asked you.`,
    { hint: 'Use the token again: Keyturn then asks about the changed files.', data: { token: name } },
  );
}

function tooLong({ name }: TokenProfile): KeyturnError {
  return new KeyturnError('command_refused', `The command of the token "${name}" is too long to review.`, {
    hint: 'Put the command into a script, and name the script as "command".',
    data: { token: name },
  });
}

function elsewhere({ name }: TokenProfile): KeyturnError {
  return new KeyturnError(
    'unsupported',
    `The keyturn.json of the token "${name}" is not on this computer, so Keyturn cannot run its command.`,
    { hint: 'Open the folder where it is, or use another way to get this token.', data: { token: name } },
  );
}
