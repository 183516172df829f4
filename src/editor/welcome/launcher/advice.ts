import { posix } from 'node:path';

/** How a person puts a folder on the PATH. */
export interface PathAdvice {
  /** A file of the shell that takes the line; null where the line is run once. */
  readonly file: string | null;
  readonly line: string;
}

/** `shell`: path of the person's shell, such as `/bin/zsh`. */
export function pathAdvice(
  folder: string,
  { platform, home, shell }: { platform: NodeJS.Platform; home: string; shell: string },
): PathAdvice {
  if (platform === 'win32') {
    const value = folder.replaceAll("'", "''");
    return {
      file: null,
      line: `[Environment]::SetEnvironmentVariable('Path', [Environment]::GetEnvironmentVariable('Path', 'User') + ';${value}', 'User')`,
    };
  }
  const name = posix.basename(shell);
  if (name === 'fish') return { file: null, line: `fish_add_path '${folder.replaceAll(/['\\]/g, '\\$&')}'` };
  const written = folder.replaceAll(/["$`\\]/g, '\\$&');
  const inHome = folder.startsWith(`${home}/`);
  const short = inHome ? `$HOME${written.slice(home.replaceAll(/["$`\\]/g, '\\$&').length)}` : written;
  return { file: profileOf(name, platform), line: `export PATH="${short}:$PATH"` };
}

function profileOf(shell: string, platform: NodeJS.Platform): string {
  if (shell === 'zsh') return '~/.zshrc';
  if (shell !== 'bash') return '~/.profile';
  // A terminal on macOS starts a login shell.
  return platform === 'darwin' ? '~/.bash_profile' : '~/.bashrc';
}
