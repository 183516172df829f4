import { posix, win32 } from 'node:path';

/** What a launcher starts. */
export interface LauncherTarget {
  /** Folder of the installed extension. The editor names it after its version: an update has another one. */
  readonly extension: string;
  /** The editor's own Node.js, or Electron that behaves as it. */
  readonly runtime: string;
}

/** Where a launcher is to work. */
export interface LauncherPlace {
  readonly platform: NodeJS.Platform;
  /** The person's home folder. */
  readonly home: string;
}

const mark = 'keyturn launcher, made by the Keyturn extension';
const said = `${mark}. Delete this file to uninstall it.`;
const gone =
  'keyturn: The Keyturn extension is not installed any more. Install it again, or delete this file:';

/** The name of the file for `keyturn` on the PATH. */
export function launcherName(platform: NodeJS.Platform): string {
  return platform === 'win32' ? 'keyturn.cmd' : 'keyturn';
}

/** Whether Keyturn made this file. */
export function isLauncher(text: string): boolean {
  return text.split('\n', 3).some((line) => line.includes(mark));
}

export function launcherText(target: LauncherTarget, { platform, home }: LauncherPlace): string {
  return platform === 'win32' ? batchText(target, home) : shellText(target);
}

function shellText({ extension, runtime }: LauncherTarget): string {
  const versions = versionPrefix(posix.basename(extension));
  const others = versions === null ? null : quoted(posix.join(posix.dirname(extension), versions));
  return [
    '#!/bin/sh',
    `# ${said}`,
    `runtime=${quoted(runtime)}`,
    `command=${quoted(`${extension}/dist/cli/cli.js`)}`,
    ...(others === null
      ? []
      : [
          '# An update of the extension lies in another folder.',
          `[ -f "$command" ] || for found in ${others}*/dist/cli/cli.js; do`,
          '  [ -f "$found" ] && command=$found',
          'done',
        ]),
    'if [ ! -f "$command" ]; then',
    `  echo "${gone} $0" >&2`,
    '  exit 127',
    'fi',
    '[ -x "$runtime" ] || exec node "$command" "$@"',
    'export ELECTRON_RUN_AS_NODE=1',
    'exec "$runtime" "$command" "$@"',
    '',
  ].join('\n');
}

function batchText({ extension, runtime }: LauncherTarget, home: string): string {
  const versions = versionPrefix(win32.basename(extension));
  const others = versions === null ? null : batchPath(win32.join(win32.dirname(extension), versions), home);
  return [
    '@echo off',
    `rem ${said}`,
    'setlocal',
    `set "runtime=${batchPath(runtime, home)}"`,
    `set "command=${batchPath(extension, home)}\\dist\\cli\\cli.js"`,
    ...(others === null
      ? []
      : [
          'rem An update of the extension lies in another folder.',
          `if not exist "%command%" for /d %%d in ("${others}*") do if exist "%%d\\dist\\cli\\cli.js" set "command=%%d\\dist\\cli\\cli.js"`,
        ]),
    'if not exist "%command%" (',
    `  echo ${gone} "%~f0" 1>&2`,
    '  exit /b 127',
    ')',
    'if exist "%runtime%" (set "ELECTRON_RUN_AS_NODE=1") else (set "runtime=node")',
    '"%runtime%" "%command%" %*',
    '',
  ].join('\r\n');
}

/** `keyturn.keyturn-` of `keyturn.keyturn-0.1.0`; null for a folder that is not named after a version. */
function versionPrefix(folder: string): string | null {
  return /^(.+-)\d+\.\d+\.\d+/.exec(folder)?.[1] ?? null;
}

/** One word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * In a batch file a percent sign begins a variable. cmd reads the file in the code page of the terminal, where letters of
 * the user's name may be others; a variable holds them as they are. A plain path works for another user too.
 */
function batchPath(path: string, home: string): string {
  const isInHome = path.toLowerCase().startsWith(`${home.toLowerCase()}\\`);
  const isPlain = /^[\x20-\x7e]*$/.test(path);
  const escaped = (text: string) => text.replaceAll('%', '%%');
  return isInHome && !isPlain ? `%USERPROFILE%${escaped(path.slice(home.length))}` : escaped(path);
}
