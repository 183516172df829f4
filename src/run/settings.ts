import { KeyturnError } from '../errors.ts';
import type { RequestNode } from '../httpfile/tree.ts';
import type { RunOptions } from './engine.ts';

/** What a request's own `# @…` lines say about how it is sent, over the options of the run. */
export interface RequestSettings {
  readonly tokenName: string | null;
  readonly followRedirects: boolean;
  readonly verifyTls: boolean;
  readonly connectTimeoutMs: number;
  readonly totalTimeoutMs: number;
}

/** Fails with `request_invalid` on a time that cannot be read or a token without a name, `untrusted_workspace` on `# @insecure` there. */
export function requestSettings(
  node: RequestNode,
  options: RunOptions,
  pickedToken: string | null,
): RequestSettings {
  let tokenName = pickedToken;
  let followRedirects = options.followRedirects;
  let verifyTls = true;
  let connectTimeoutMs = options.connectTimeoutMs;
  let totalTimeoutMs = options.totalTimeoutMs;
  for (const { key, value } of node.metadata) {
    switch (normalKey(key)) {
      case 'token':
        if (value.trim() === '' && pickedToken === null) {
          throw new KeyturnError('request_invalid', 'This request has a `# @token` without a name.', {
            hint: 'Write `# @token name`, or remove the line.',
          });
        }
        tokenName ??= value.trim();
        break;
      case 'noredirect':
        followRedirects = false;
        break;
      case 'insecure':
        if (!options.trusted) {
          throw new KeyturnError('untrusted_workspace', '`# @insecure` works only in a trusted workspace.');
        }
        verifyTls = false;
        break;
      case 'timeout':
        totalTimeoutMs = milliseconds(key, value);
        break;
      case 'connectiontimeout':
        connectTimeoutMs = milliseconds(key, value);
        break;
    }
  }
  return { tokenName, followRedirects, verifyTls, connectTimeoutMs, totalTimeoutMs };
}

/** `no-redirect` and `noRedirect` are one key: both spellings occur in real files. */
function normalKey(key: string): string {
  return key.toLowerCase().replaceAll('-', '');
}

const unitMs: Readonly<Record<string, number>> = { '': 1000, ms: 1, s: 1000, m: 60_000 };

/** `10`, `10 s`, `500 ms`, `2 m`; seconds where no unit is given. */
function milliseconds(key: string, text: string): number {
  const found = /^(\d{1,9})\s{0,5}(ms|s|m|)$/.exec(text.trim());
  const unit = unitMs[found?.[2] ?? ''];
  if (found?.[1] === undefined || unit === undefined) {
    throw new KeyturnError('request_invalid', `\`# @${key}\` takes a time such as 10, 500 ms or 2 m.`);
  }
  return Number(found[1]) * unit;
}
