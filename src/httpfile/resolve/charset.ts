import { KeyturnError } from '../../base/errors.ts';

/** Turns a text into bytes; `written` is how it stands in the file, before its variables were replaced. */
export type Encode = (text: string, written: string) => Uint8Array;

export const encodeUtf8: Encode = (text) => new TextEncoder().encode(text);

/** Names in the library for encodings that are none of text. */
const noCharsets: ReadonlySet<string> = new Set(['base64', 'hex', 'internal']);
/** More than a message can show. */
const mostShown = 5;

/**
 * How the charset of a media type (RFC 9110 section 8.3.2) encodes a text; UTF-8 where it names none. Fails with
 * `request_invalid` on a charset that is unknown; the encoder does on characters that the charset lacks.
 */
export async function encoderFor(mediaType: string): Promise<Encode> {
  const charset = parameterOf(mediaType, 'charset');
  if (charset === null || /^(?:utf-?8|unicode-1-1-utf-8)$/i.test(charset)) return encodeUtf8;
  // Few requests need it.
  const { default: iconv } = await import('iconv-lite');
  const shown = charset.slice(0, 40);
  if (noCharsets.has(charset.toLowerCase()) || !iconv.encodingExists(charset)) {
    throw new KeyturnError('request_invalid', `The charset ${shown} of the Content-Type is not known.`, {
      hint: 'Write one such as utf-8, iso-8859-1 or windows-1252, or leave it out for UTF-8.',
      data: { charset: shown },
    });
  }
  let isFirst = true;
  return (text, written) => {
    // A byte-order mark stands before the first piece alone.
    const bytes = iconv.encode(text, charset, isFirst ? {} : { addBOM: false });
    isFirst = false;
    if (iconv.decode(bytes, charset) === text) return bytes;
    const lacking = new Set<string>();
    for (const char of new Set(text)) {
      if (iconv.decode(iconv.encode(char, charset), charset) !== char) lacking.add(char);
    }
    if (lacking.size === 0) return bytes;
    throw new KeyturnError(
      'request_invalid',
      `The charset ${shown} of the Content-Type lacks ${named(lacking, written)}.`,
      {
        hint: 'Write a charset that has them, such as utf-8, or leave them out.',
        data: { charset: shown },
      },
    );
  };
}

/** Only what stands in the file: a variable may hold a secret. */
function named(lacking: ReadonlySet<string>, written: string): string {
  const chars = [...new Set(written)].filter((char) => lacking.has(char));
  if (chars.length === 0) return 'a character that a variable holds';
  const shown = chars.slice(0, mostShown).map((char) => {
    const code = `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    return /[\p{L}\p{N}\p{P}\p{S}]/u.test(char) ? `${char} (${code})` : code;
  });
  const more = chars.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more characters` : ''}`;
}

/** A parameter of a media type, quotes removed; null where there is none. */
export function parameterOf(mediaType: string, wanted: string): string | null {
  const parameter = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;
  for (const [, name = '', quoted, plain = ''] of mediaType.matchAll(parameter)) {
    if (name.toLowerCase() !== wanted) continue;
    const value = (quoted?.replace(/\\(.)/g, '$1') ?? plain).trim();
    return value === '' ? null : value;
  }
  return null;
}
