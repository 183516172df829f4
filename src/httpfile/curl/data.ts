import { firstOutside } from '../resolve/template.ts';
import type { CurlData } from '../parse/tree.ts';

/** What `-d` and its like add to the body; a message where that is not possible here. */
export function dataPiece(option: string, argument: string): CurlData | string {
  const glue = option === 'json' ? '' : '&';
  if (option === 'data-urlencode') return encodedPiece(argument);
  if (option === 'data-raw' || !argument.startsWith('@'))
    return { glue, name: '', text: argument, encodes: false };
  const path = argument.slice(1);
  const strips = option === 'data' || option === 'data-ascii';
  return checkedPath(path) ?? { glue, name: '', path, encodes: false, strips };
}

/** `content`, `=content`, `name=content`, `@file` and `name@file`. */
function encodedPiece(argument: string): CurlData | string {
  const equals = firstOutside(argument, /=/);
  const mark = equals >= 0 ? equals : firstOutside(argument, /@/);
  if (mark < 0) return { glue: '&', name: '', text: argument, encodes: true };
  const name = mark === 0 ? '' : `${argument.slice(0, mark)}=`;
  const rest = argument.slice(mark + 1);
  if (argument.charAt(mark) === '=') return { glue: '&', name, text: rest, encodes: true };
  return checkedPath(rest) ?? { glue: '&', name, path: rest, encodes: true, strips: false };
}

/** A message where a path names no file. */
export function checkedPath(path: string): string | null {
  if (path === '-') return 'Keyturn has no input to read: name a file.';
  return path === '' ? 'Name a file behind the @.' : null;
}

/** How data is shown that is not made yet. */
export function dataText(data: readonly CurlData[]): string {
  return data
    .map(
      (piece, index) =>
        `${index === 0 ? '' : piece.glue}${piece.name}${'path' in piece ? `@${piece.path}` : piece.text}`,
    )
    .join('');
}
