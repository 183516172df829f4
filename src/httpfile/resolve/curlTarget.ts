import { KeyturnError } from '../../base/errors.ts';
import { type CurlSource, dataBytes } from '../curl/body.ts';
import type { Expander } from './expander.ts';
import { Traced } from './traced.ts';
import type { RequestNode } from '../parse/tree.ts';

/** The URL with more in its query, as curl's `-G` has it. */
export async function withQuery(
  url: Traced,
  { curl, line }: RequestNode,
  source: CurlSource,
  expander: Expander,
): Promise<Traced> {
  if (curl === undefined || curl.query.length === 0) return url;
  const before = expander.secretTexts;
  const text = Buffer.from(await dataBytes(curl.query, source)).toString('utf8');
  if (/\s/.test(text)) {
    const message = `The query on line ${line + 1} holds white space, which curl does not send.`;
    throw new KeyturnError('request_invalid', message, { hint: 'Write --data-urlencode instead of -d.' });
  }
  const origin = expander.secretTexts > before ? expander.lastSecret : null;
  const query = origin === null ? Traced.plain(text) : Traced.secret(text, origin);
  const hash = url.text.indexOf('#');
  const end = hash < 0 ? url.length : hash;
  const target = url.slice(0, end);
  const joint = !target.text.includes('?') ? '?' : /[?&]$/.test(target.text) ? '' : '&';
  return text === '' ? url : Traced.join([target, Traced.plain(joint), query, url.slice(end, url.length)]);
}

/** Of a form that is made here. */
export function addBoundary(headers: [string, string][], boundary: string): void {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type');
  if (type === undefined) headers.push(['Content-Type', `multipart/form-data; boundary=${boundary}`]);
  else type[1] += `; boundary=${boundary}`;
}

/** curl sends headers as UTF-8; a header is sent here byte by byte, one for each character. */
export function utf8Header(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}
