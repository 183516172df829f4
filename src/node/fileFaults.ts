import { KeyturnError } from '../base/errors.ts';
import { formatBytes } from '../base/text.ts';
import { untrusted } from '../base/untrusted.ts';
import type { FileRead } from '../base/files.ts';

export function tooLong(path: string, how: Named): KeyturnError {
  const limit = formatBytes(how.maxBytes);
  return unreadable(
    path,
    how,
    `is longer than ${limit}`,
    'Use a shorter file: Keyturn reads no longer one here.',
  );
}

export function outsideWorkspace(name: string): KeyturnError {
  return untrusted(
    `The file ${name} lies outside the folder of this workspace, which is not trusted.`,
    'read it',
  );
}

export function unreadable(
  path: string,
  how: Named,
  what: string,
  hint: string,
  cause?: unknown,
): KeyturnError {
  return new KeyturnError('file_unreadable', `The file ${shown(path, how)} ${what}.`, {
    ...(cause === undefined ? {} : { cause }),
    hint,
  });
}

type Named = Pick<FileRead, 'name' | 'maxBytes'>;

export function shown(path: string, { name }: Named): string {
  return name ?? path;
}
