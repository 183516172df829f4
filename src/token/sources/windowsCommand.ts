import { existsSync, statSync } from 'node:fs';
import { win32 } from 'node:path';
import { KeyturnError } from '../../errors.ts';

export interface Startable {
  readonly program: string;
  readonly args: readonly string[];
  /** The arguments are a command line already. */
  readonly verbatim: boolean;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** True for a file that is there. */
  readonly exists?: (path: string) => boolean;
}

/** Endings that Windows starts by itself, then those that its command processor has to read. */
const PROGRAMS = ['.exe', '.com'];
const BATCH_FILES = ['.cmd', '.bat'];
/** What cmd.exe gives to a batch file as it is: no quotes, no variables, nothing it acts on. */
const PLAIN_ARGUMENT = /^[\w.:/\\=@+,~-]+$/;
const PLAIN_PATH = /^[\w.:/\\@+,~() -]+$/;

/**
 * What to start for a command. Everywhere but on Windows this is the command itself. Windows looks into the working
 * folder before all others, where a file of the workspace could stand in a program's place, so that here only the
 * folders of PATH count; and Node starts no batch files, as which `az` and `gcloud` come: cmd.exe reads them, which
 * is possible only with arguments that mean nothing to it. Fails with `command_failed` when no such program is
 * found, and with `command_refused` for any other argument.
 */
export function startable(command: readonly string[], options: StartOptions): Startable {
  const [name = '', ...args] = command;
  if (options.platform !== 'win32') return { program: name, args, verbatim: false };
  const program = find(name, options);
  if (program === null) {
    throw new KeyturnError('command_failed', `The program ${JSON.stringify(name)} was not found.`, {
      hint: 'Install it, or name it with its whole path in keyturn.json.',
    });
  }
  if (!BATCH_FILES.includes(win32.extname(program).toLowerCase())) return { program, args, verbatim: false };
  const odd = args.find((arg) => !PLAIN_ARGUMENT.test(arg));
  if (odd !== undefined || !PLAIN_PATH.test(program)) {
    throw new KeyturnError(
      'command_refused',
      `${JSON.stringify(name)} is a batch file, to which ${JSON.stringify(odd ?? program)} cannot be given safely.`,
      {
        hint: 'Use arguments without spaces, quotes and signs such as & and %, or name the program that it starts.',
      },
    );
  }
  const line = [`"${program}"`, ...args].join(' ');
  const shell = win32.join(variable(options.env, 'SystemRoot') ?? 'C:\\Windows', 'System32', 'cmd.exe');
  return { program: shell, args: ['/d', '/v:off', '/s', '/c', `"${line}"`], verbatim: true };
}

function find(name: string, { cwd, env, exists = isFile }: StartOptions): string | null {
  const known = [...PROGRAMS, ...BATCH_FILES].includes(win32.extname(name).toLowerCase());
  const endings = known ? [''] : [...PROGRAMS, ...BATCH_FILES];
  const folders = /[\\/:]/.test(name)
    ? [cwd]
    : (variable(env, 'PATH') ?? '').split(';').filter((folder) => win32.isAbsolute(folder));
  for (const folder of folders) {
    for (const ending of endings) {
      const path = win32.resolve(folder, name + ending);
      if (exists(path)) return path;
    }
  }
  return null;
}

/** Windows ignores the case of names; a copy of its environment does not. */
function variable(env: StartOptions['env'], name: string): string | undefined {
  const key = Object.keys(env).find((candidate) => candidate.toUpperCase() === name.toUpperCase());
  return key === undefined ? undefined : env[key];
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
