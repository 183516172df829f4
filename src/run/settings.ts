import { KeyturnError } from '../base/errors.ts';
import { normalKey } from '../httpfile/parse/directives.ts';
import { noTime, timeValue } from '../httpfile/parse/timeValue.ts';
import type { Dialect, RequestNode } from '../httpfile/parse/tree.ts';
import { untrusted } from '../base/untrusted.ts';
import type { RunOptions } from './engine.ts';

/** What a request's own `# @…` lines say about how it is sent, over the options of the run. */
export interface RequestSettings {
  readonly tokenName: string | null;
  /** What the token shall be good for in this request alone, space separated. */
  readonly scope: string | null;
  readonly followRedirects: boolean;
  /** Whether cookies of the session are sent and kept. */
  readonly usesCookies: boolean;
  /** Whether the certificate that settings name for the host is shown to it. */
  readonly showsHostCertificate: boolean;
  readonly verifyTls: boolean;
  readonly connectTimeoutMs: number;
  readonly totalTimeoutMs: number;
}

/**
 * Fails with `request_invalid` on a time or scope that cannot be read, a token without a name and a scope without a
 * token, `untrusted_workspace` on `# @insecure` there.
 */
export function requestSettings(
  node: RequestNode,
  options: RunOptions,
  pickedToken: string | null,
  dialect: Dialect,
): RequestSettings {
  let tokenName = pickedToken;
  let scope: string | null = null;
  let followRedirects = options.followRedirects;
  let usesCookies = true;
  let showsHostCertificate = true;
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
      case 'scope':
        scope = scopeOf(value);
        break;
      case 'noredirect':
        followRedirects = false;
        break;
      case 'nocookiejar':
        usesCookies = false;
        break;
      case 'noclientcert':
        showsHostCertificate = false;
        break;
      case 'insecure':
        if (!options.trusted) {
          throw untrusted('`# @insecure` works only in a trusted workspace.', 'use it');
        }
        verifyTls = false;
        break;
      case 'timeout':
        totalTimeoutMs = milliseconds(key, value, dialect === 'httpyac' ? 'ms' : 's');
        break;
      case 'connectiontimeout':
        connectTimeoutMs = milliseconds(key, value, 's');
        break;
    }
  }
  if (scope !== null && tokenName === null) {
    throw new KeyturnError('request_invalid', 'This request has a `# @scope` but no `# @token`.', {
      hint: 'Write `# @token name` above it: Keyturn obtains this token with the scope.',
    });
  }
  return {
    tokenName,
    scope,
    followRedirects,
    usesCookies,
    showsHostCertificate,
    verifyTls,
    connectTimeoutMs,
    totalTimeoutMs,
  };
}

/** RFC 6749 section 3.3; the order means nothing, so one order stands for all. */
function scopeOf(text: string): string {
  const words = [...new Set(text.trim().split(/\s+/))].sort();
  if (words.every((word) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(word))) return words.join(' ');
  throw new KeyturnError('request_invalid', '`# @scope` takes scopes, separated by spaces.', {
    hint: 'Write `# @scope reports:read`, or remove the line.',
  });
}

function milliseconds(key: string, text: string, unit: 'ms' | 's'): number {
  const time = timeValue(text, unit);
  if (time === null) throw new KeyturnError('request_invalid', noTime(key));
  return time;
}
