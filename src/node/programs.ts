import { accessSync, constants, statSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import { KeyturnError } from '../base/errors.ts';
import { quoted } from '../base/visible.ts';

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
  /** True for a program that is there. */
  readonly exists?: (path: string) => boolean;
}

/** Endings that Windows starts by itself, then those that its command processor has to read. */
const PROGRAMS = ['.exe', '.com'];
const BATCH_FILES = ['.cmd', '.bat'];
/** What cmd.exe gives to a batch file as it is: no quotes, no variables, nothing it acts on. */
const PLAIN_ARGUMENT = /^[\w.:/\\=@+,~-]+$/;
const PLAIN_PATH = /^[\w.:/\\@+,~() -]+$/;

/**
 * What to start for a command. Only the absolute folders of PATH count: an empty or relative one means the working
 * folder, where a file of the workspace could stand in a program's place. Windows looks there before all others by
 * itself; and Node starts no batch files, as which `az` and `gcloud` come: cmd.exe reads them, which is possible only
 * with arguments that mean nothing to it. Fails with `command_failed` when no such program is found, and with
 * `command_refused` for any other argument.
 */
export function startable(command: readonly string[], options: StartOptions): Startable {
  const [name = '', ...args] = command;
  const program = findProgram(name, options);
  if (program === null) throw programNotFound(name);
  if (options.platform !== 'win32') return { program, args, verbatim: false };
  if (!BATCH_FILES.includes(win32.extname(program).toLowerCase())) return { program, args, verbatim: false };
  const odd = args.find((arg) => !PLAIN_ARGUMENT.test(arg));
  if (odd !== undefined || !PLAIN_PATH.test(program)) {
    throw new KeyturnError(
      'command_refused',
      `${quoted(name)} is a batch file, to which ${quoted(odd ?? program)} cannot be given safely.`,
      {
        hint: 'Use arguments without spaces, quotes and signs such as & and %, or name the program that the batch file starts.',
      },
    );
  }
  const line = [`"${program}"`, ...args].join(' ');
  const shell = win32.join(variable(options.env, 'SystemRoot') ?? 'C:\\Windows', 'System32', 'cmd.exe');
  return { program: shell, args: ['/d', '/v:off', '/s', '/c', `"${line}"`], verbatim: true };
}

/** The whole path of a program that is named by its path or found on PATH; null where there is none. */
export function findProgram(name: string, options: StartOptions): string | null {
  const { cwd, platform } = options;
  const paths = platform === 'win32' ? win32 : posix;
  const isPath = (platform === 'win32' ? /[\\/:]/ : /\//).test(name);
  // One that is named by its path and may not be run is said to be that.
  const { exists = isPath ? isFile : isProgram } = options;
  for (const folder of isPath ? [cwd] : pathFolders(options)) {
    for (const ending of platform === 'win32' ? windowsEndings(name) : ['']) {
      const path = paths.resolve(folder, name + ending);
      if (name !== '' && exists(path)) return path;
    }
  }
  return null;
}

export function programNotFound(name: string): KeyturnError {
  return new KeyturnError('command_failed', `The program ${quoted(name)} was not found.`, {
    hint: 'Install it in a folder of PATH, or write its absolute path in keyturn.json.',
  });
}

/** What a program is started with: what it starts itself is looked for in no working folder, either. */
export function safeEnvironment(
  env: StartOptions['env'],
  platform: NodeJS.Platform,
): Record<string, string | undefined> {
  const folders = pathFolders({ env, platform }).join(platform === 'win32' ? ';' : ':');
  const others = Object.entries(env).filter(([name]) => !isPathVariable(name, platform));
  return {
    ...Object.fromEntries(others),
    PATH: folders,
    // For cmd.exe and what it starts.
    ...(platform === 'win32' ? { NoDefaultCurrentDirectoryInExePath: '1' } : {}),
  };
}

function pathFolders({ env, platform }: Pick<StartOptions, 'env' | 'platform'>): string[] {
  const paths = platform === 'win32' ? win32 : posix;
  const path = platform === 'win32' ? variable(env, 'PATH') : env['PATH'];
  return (path ?? '').split(paths.delimiter).filter((folder) => paths.isAbsolute(folder));
}

function isPathVariable(name: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' ? name.toUpperCase() === 'PATH' : name === 'PATH';
}

function windowsEndings(name: string): readonly string[] {
  const known = [...PROGRAMS, ...BATCH_FILES].includes(win32.extname(name).toLowerCase());
  return known ? [''] : [...PROGRAMS, ...BATCH_FILES];
}

/** Windows ignores the case of names; a copy of its environment does not. */
function variable(env: StartOptions['env'], name: string): string | undefined {
  const key = Object.keys(env).find((candidate) => candidate.toUpperCase() === name.toUpperCase());
  return key === undefined ? undefined : env[key];
}

/** A file that this person may run. */
function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return false;
  }
  return isFile(path);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
