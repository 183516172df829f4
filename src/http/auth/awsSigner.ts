import { createHash } from 'node:crypto';
import { KeyturnError } from '../../base/errors.ts';
import { headerValue, type HeaderList, type RequestSigner, type SignedMessage } from '../message.ts';
import type { AwsCredentials } from './credentials.ts';

/** Headers that proxies and servers on the way change, or that are made below: a signature over them would break. */
const UNSIGNED = new Set([
  ...['authorization', 'connection', 'keep-alive', 'te', 'transfer-encoding', 'upgrade', 'expect'],
  ...['content-length', 'user-agent', 'accept-encoding', 'cookie', 'x-amzn-trace-id', 'host'],
]);

/** Signs each message of one request with AWS Signature Version 4, over its URL, its headers and its body. */
export class AwsSigner implements RequestSigner {
  readonly shown: HeaderList = [['Authorization', 'AWS4-HMAC-SHA256 •••']];
  readonly #credentials: AwsCredentials;
  readonly #now: () => number;

  /** `now` in milliseconds since the epoch. */
  constructor(credentials: AwsCredentials, now: () => number) {
    this.#credentials = credentials;
    this.#now = now;
  }

  /** Fails with `request_invalid` where neither the file nor the host names the service. */
  async sign(method: string, url: URL, { headers, body }: SignedMessage): Promise<HeaderList> {
    const { AwsV4Signer } = await import('aws4fetch');
    const { accessKeyId, secretAccessKey, sessionToken, region, service } = this.#credentials;
    const signed = signedHeaders(headers);
    const host = headerValue(headers, 'host');
    const make = (more: Readonly<Record<string, string>>) =>
      new AwsV4Signer({
        method,
        url: host === null ? url.href : `${url.protocol}//${host}${url.pathname}${url.search}`,
        headers: { ...signed, ...more },
        body: body === null ? null : new Uint8Array(body),
        accessKeyId,
        secretAccessKey,
        datetime: new Date(this.#now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
        allHeaders: true,
        ...(sessionToken === null ? {} : { sessionToken }),
        ...(region === null ? {} : { region }),
        ...(service === null ? {} : { service }),
      });
    let signer = make({});
    if (signer.service === '') throw noService();
    if (signer.service === 's3' && signed['x-amz-content-sha256'] === undefined) {
      // Without it the library leaves the body unsigned.
      signer = make({
        'x-amz-content-sha256': createHash('sha256')
          .update(body ?? '')
          .digest('hex'),
      });
    }
    const made: HeaderList = [...(await signer.sign()).headers];
    return made.filter(([name]) => name === 'authorization' || name.startsWith('x-amz-')).map(spelled);
  }

  answered(): void {
    // Nothing in an answer changes the next signature.
  }
}

/** By lower-case names; lines of one name are joined as AWS does it. */
function signedHeaders(headers: HeaderList): Readonly<Record<string, string>> {
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (UNSIGNED.has(key) || key.startsWith('proxy-')) continue;
    const before = joined.get(key);
    joined.set(key, before === undefined ? value.trim() : `${before},${value.trim()}`);
  }
  return Object.fromEntries(joined);
}

/** `x-amz-date` as `X-Amz-Date`: what people know it by. */
function spelled([name, value]: readonly [string, string]): readonly [string, string] {
  return [name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase()), value];
}

function noService(): KeyturnError {
  return new KeyturnError(
    'request_invalid',
    'The host does not say which service of AWS the request is signed for.',
    { hint: 'Write it behind the keys: `service:execute-api region:eu-west-1`.' },
  );
}
