import { resolve } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { nodeFiles } from './nodeFiles.ts';
import type { Streams } from '../output/streams.ts';

/** Option for certificates that are trusted besides those of Node.js and the system. */
export const authorityOptions = { ca: { type: 'string', multiple: true } } as const;

export const authorityHelp = `  --ca FILE          certificates (PEM) to trust besides those of the system; repeatable`;

/** What to do where the issuer of a certificate is unknown. */
export const AUTHORITY_HINT =
  'If you trust it, name the certificate of its issuer (PEM) with `--ca FILE` or NODE_EXTRA_CA_CERTS=FILE.';

const MAX_BYTES = 4 * 1024 * 1024;

/** The certificates of `--ca`, in PEM. Fails with `file_unreadable`. */
export function readAuthorities(
  { cwd }: Pick<Streams, 'cwd'>,
  paths: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  return Promise.all(
    (paths ?? []).map(async (path) => {
      const how = { from: null, trusted: true, maxBytes: MAX_BYTES, name: path, signal };
      const bytes = await nodeFiles.read(resolve(cwd, path), how);
      if (bytes !== null) return Buffer.from(bytes).toString('utf8');
      throw new KeyturnError('file_unreadable', `There is no certificate file ${JSON.stringify(path)}.`, {
        hint: 'Name a certificate file that exists with `--ca FILE`.',
      });
    }),
  );
}
