import { describeBody } from '../../http/content.ts';
import type { HttpResponse } from '../../http/message.ts';
import { parseUrl } from '../../base/url.ts';

/** A harmless file name for a body: the last part of the URL's path, with the extension of its content. */
export function bodyFileName(response: Pick<HttpResponse, 'url' | 'headers' | 'body' | 'bodyFault'>): string {
  const { extension } = describeBody(response);
  return safeFileName(response.url, extension);
}

/** `https://example.com/a/report.pdf?x=1` and `.pdf` give `report.pdf`; nothing usable gives `response`. */
export function safeFileName(url: string, extension: string): string {
  const last = parseUrl(url)?.pathname.split('/').at(-1) ?? '';
  const base = last
    .replace(/[^\w.-]/g, '_')
    .replace(/^\.+/, '')
    .slice(0, 80);
  if (base === '') return `response${extension}`;
  return base.toLowerCase().endsWith(extension) ? base : `${base}${extension}`;
}
