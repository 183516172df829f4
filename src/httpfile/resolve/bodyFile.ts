import { KeyturnError } from '../../base/errors.ts';
import { fileLimits, type Files } from '../../base/files.ts';
import type { Dialect } from '../parse/tree.ts';

export interface BodyFileSource {
  readonly files: Files;
  /** Location of the `.http` file. */
  readonly file: string;
  readonly trusted: boolean;
  readonly dialect: Dialect;
}

/** `written` is the path as it stands in the file: with its variables replaced it might show a secret. */
export async function readBodyFile(
  path: string,
  written: string,
  source: BodyFileSource,
): Promise<Uint8Array> {
  const { files, file, trusted } = source;
  const read = (base: string) =>
    files.read(files.resolve(base, path), {
      from: file,
      trusted,
      maxBytes: fileLimits.body,
      name: written,
    });
  const bytes = (await read(file)) ?? (await fromRoot(source, read));
  if (bytes !== null) return bytes;
  throw new KeyturnError('file_unreadable', `There is no body file ${written}.`, {
    hint: 'The path is relative to the folder of the .http file.',
  });
}

/** REST Client takes a path for one from the workspace folder, too. */
async function fromRoot(
  { files, file, trusted, dialect }: BodyFileSource,
  read: (base: string) => Promise<Uint8Array | null>,
): Promise<Uint8Array | null> {
  if (dialect !== 'rest-client' || !trusted) return null;
  const root = (await files.upward(file, trusted)).at(-1);
  return root === undefined || root === files.parent(file) ? null : read(files.join(root, 'any.http'));
}

/** Names of Node's own encodings that the web's decoder does not know. */
const aliases: Readonly<Record<string, string>> = { utf16le: 'utf-16le', ucs2: 'utf-16le', binary: 'latin1' };

/** Fails with `request_invalid` where the encoding is unknown. */
export function decode(bytes: Uint8Array, encoding: string): string {
  const label = encoding.toLowerCase();
  // Those of Node that write bytes as text.
  if (label === 'base64' || label === 'base64url' || label === 'hex')
    return Buffer.from(bytes).toString(label);
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(aliases[label] ?? label);
  } catch (error) {
    throw new KeyturnError('request_invalid', `The encoding ${encoding} of the body file is not known.`, {
      cause: error,
      hint: 'Use utf8, latin1, utf16le, base64 or hex.',
    });
  }
  return decoder.decode(bytes);
}
