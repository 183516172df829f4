import { KeyturnError } from '../../base/errors.ts';
import { withoutCredentials } from '../../redaction/withoutCredentials.ts';
import type { RequestNode } from '../parse/tree.ts';
import type { Expander } from './expander.ts';

/** A file that gets the body of the response: `>> path` or `>>! path`. */
export interface ResponseFile {
  /** Variables replaced. */
  readonly path: string;
  /** As it stands in the file, without credentials: for messages. */
  readonly written: string;
  /** `>>!`: a file that is there is replaced. Otherwise the new one gets another name. */
  readonly overwrites: boolean;
  /** From 0. */
  readonly line: number;
}

/** Fails like `Expander.expand`, and with `request_invalid` where a secret would become a part of a path. */
export async function responseFilesOf(node: RequestNode, expander: Expander): Promise<ResponseFile[]> {
  const files: ResponseFile[] = [];
  for (const { kind, text, span } of node.extras) {
    if (kind !== 'response-redirect') continue;
    const { line } = span.start;
    const [, mark = '', written = ''] = /^\s*>>(!?)\s+(.*\S)\s*$/.exec(text) ?? [];
    const path = await expander.trace(expander.written(written, line));
    if (path.isSecret) {
      throw new KeyturnError('request_invalid', `There is a secret in the path on line ${line + 1}.`, {
        hint: 'Keyturn writes the response to that file, and names of files are no secrets.',
        data: { line: line + 1 },
      });
    }
    files.push({ path: path.text, written: withoutCredentials(written), overwrites: mark === '!', line });
  }
  return files;
}
