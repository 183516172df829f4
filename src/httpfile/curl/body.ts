import type { CurlData, FormPart } from '../parse/tree.ts';

/** Where the variables of a command get their values, and files their bytes. */
export interface CurlSource {
  readonly expand: (text: string) => Promise<string>;
  /** `path` as it is written. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
}

/** What `-d` and its like send, to the byte; text is UTF-8, as in a terminal. */
export async function dataBytes(data: readonly CurlData[], source: CurlSource): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (const [index, piece] of data.entries()) {
    chunks.push(utf8((index === 0 ? '' : piece.glue) + (await source.expand(piece.name))));
    const bytes = 'path' in piece ? await source.readFile(piece.path) : utf8(await source.expand(piece.text));
    const kept = 'path' in piece && piece.strips ? bytes.filter((byte) => !isStripped(byte)) : bytes;
    chunks.push(piece.encodes ? utf8(percentEncoded(kept)) : kept);
  }
  return Buffer.concat(chunks);
}

/** The parts of a form (RFC 7578), without a line end in front of the first boundary. */
export async function formBytes(
  parts: readonly FormPart[],
  boundary: string,
  source: CurlSource,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (const part of parts) {
    const name = await source.expand(part.name);
    const filename = part.filename === null ? null : await source.expand(part.filename);
    const type = part.type === null ? null : await source.expand(part.type);
    const head = [
      `--${boundary}`,
      `Content-Disposition: form-data${parameter('name', name)}${filename === null ? '' : parameter('filename', filename)}`,
      ...(type === null ? [] : [`Content-Type: ${type.replace(/[\r\n]+/g, ' ')}`]),
    ];
    chunks.push(utf8(`${head.join('\r\n')}\r\n\r\n`));
    chunks.push('path' in part ? await source.readFile(part.path) : utf8(await source.expand(part.text)));
    chunks.push(utf8('\r\n'));
  }
  chunks.push(utf8(`--${boundary}--\r\n`));
  return Buffer.concat(chunks);
}

/** As browsers and curl escape a name. */
function parameter(key: string, value: string): string {
  if (key === 'name' && value === '') return '';
  return `; ${key}="${value.replace(/["\r\n]/g, (char) => encodeURIComponent(char))}"`;
}

/** CR, LF and NUL. */
function isStripped(byte: number): boolean {
  return byte === 13 || byte === 10 || byte === 0;
}

/** As `--data-urlencode` does: a space becomes a plus sign. */
function percentEncoded(bytes: Uint8Array): string {
  const latin = Buffer.from(bytes).toString('latin1');
  return latin.replace(/[^\w.~-]/g, (char) => {
    return char === ' ' ? '+' : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

function utf8(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
