import { isUtf8 } from 'node:buffer';
import { KeyturnError } from '../base/errors.ts';
import { formatJson } from './json.ts';
import { headerValue, type HttpResponse } from './message.ts';

export type ContentKind = 'json' | 'xml' | 'html' | 'text' | 'image' | 'binary';

/** What a body is, for showing and saving it. */
export interface ContentDescription {
  readonly kind: ContentKind;
  /** `application/json`, in lower case and without parameters; null when the response does not say. */
  readonly mediaType: string | null;
  /** Label for `decodeText`; null for images and binary content. */
  readonly charset: string | null;
  /** With its dot: `.json` */
  readonly extension: string;
  /** The editor's language for it; `plaintext` where there is none. */
  readonly languageId: string;
}

/** From Content-Type, and from the bytes where that is absent or says little. `bytes` may be only the beginning. */
export function describeContent(contentType: string | null, bytes: Uint8Array): ContentDescription {
  const { mediaType, charset: declared } = parseContentType(contentType);
  const type = mediaType === null ? null : typeOf(mediaType);
  const { kind, extension, languageId } =
    type === null || VAGUE_TYPES.has(mediaType ?? '') ? (sniff(bytes) ?? type ?? textOrBinary(bytes)) : type;
  const isText = kind !== 'image' && kind !== 'binary';
  return {
    kind,
    mediaType,
    extension,
    languageId,
    charset: isText ? charsetOf(kind, declared, bytes) : null,
  };
}

/** What the body of a response is. Bytes that are still compressed are not what Content-Type says. */
export function describeBody({
  headers,
  body,
  bodyFault,
}: Pick<HttpResponse, 'headers' | 'body' | 'bodyFault'>): ContentDescription {
  const packed =
    KeyturnError.is(bodyFault, 'decompression_failed', 'decompression_limit') &&
    textOrBinary(body).kind === 'binary';
  return describeContent(packed ? null : headerValue(headers, 'content-type'), body);
}

/** The text of a body; bytes that are wrong in the charset become U+FFFD, a byte order mark is left out. */
export function decodeText(bytes: Uint8Array, charset: string | null): string {
  return new TextDecoder(knownCharset(charset) ?? 'utf-8').decode(bytes);
}

/** The text as it is best read: JSON one member a line where it is valid, everything else as it came. */
export function formatText(kind: ContentKind, text: string): string {
  return kind === 'json' ? (formatJson(text) ?? text) : text;
}

interface ContentType {
  readonly kind: ContentKind;
  readonly extension: string;
  readonly languageId: string;
}

const text = (extension: string, languageId: string): ContentType => ({
  kind: 'text',
  extension,
  languageId,
});
const image = (extension: string): ContentType => ({ kind: 'image', extension, languageId: 'plaintext' });
const binary = (extension: string): ContentType => ({ kind: 'binary', extension, languageId: 'plaintext' });
const JSON_TYPE: ContentType = { kind: 'json', extension: '.json', languageId: 'json' };
const JSON_LINES: ContentType = { kind: 'json', extension: '.jsonl', languageId: 'jsonl' };
const XML_TYPE: ContentType = { kind: 'xml', extension: '.xml', languageId: 'xml' };
const HTML_TYPE: ContentType = { kind: 'html', extension: '.html', languageId: 'html' };
const PLAIN_TEXT = text('.txt', 'plaintext');

/** Types that servers send for anything. */
const VAGUE_TYPES = new Set([
  'text/plain',
  'application/octet-stream',
  'binary/octet-stream',
  'application/unknown',
]);

const TYPES: ReadonlyMap<string, ContentType> = new Map([
  ['application/json', JSON_TYPE],
  ['text/json', JSON_TYPE],
  ['text/x-json', JSON_TYPE],
  ['application/x-ndjson', JSON_LINES],
  ['application/jsonl', JSON_LINES],
  ['application/json-lines', JSON_LINES],
  ['application/xml', XML_TYPE],
  ['text/xml', XML_TYPE],
  ['text/html', HTML_TYPE],
  ['application/xhtml+xml', HTML_TYPE],
  ['text/css', text('.css', 'css')],
  ['text/javascript', text('.js', 'javascript')],
  ['application/javascript', text('.js', 'javascript')],
  ['application/x-javascript', text('.js', 'javascript')],
  ['application/ecmascript', text('.js', 'javascript')],
  ['text/markdown', text('.md', 'markdown')],
  ['text/csv', text('.csv', 'plaintext')],
  ['application/yaml', text('.yaml', 'yaml')],
  ['application/x-yaml', text('.yaml', 'yaml')],
  ['text/yaml', text('.yaml', 'yaml')],
  ['application/sql', text('.sql', 'sql')],
  ['application/graphql', text('.graphql', 'plaintext')],
  ['application/toml', text('.toml', 'plaintext')],
  ['application/jwt', text('.jwt', 'plaintext')],
  ['application/x-www-form-urlencoded', PLAIN_TEXT],
  ['application/x-pem-file', text('.pem', 'plaintext')],
  ['application/pem-certificate-chain', text('.pem', 'plaintext')],
  ['image/png', image('.png')],
  ['image/jpeg', image('.jpg')],
  ['image/gif', image('.gif')],
  ['image/webp', image('.webp')],
  ['image/avif', image('.avif')],
  ['image/bmp', image('.bmp')],
  ['image/x-icon', image('.ico')],
  ['image/vnd.microsoft.icon', image('.ico')],
  ['image/svg+xml', image('.svg')],
  ['image/tiff', binary('.tiff')],
  ['application/pdf', binary('.pdf')],
  ['application/zip', binary('.zip')],
  ['application/gzip', binary('.gz')],
]);

/** Null for a type that says nothing about what the bytes are. */
function typeOf(mediaType: string): ContentType | null {
  const known = TYPES.get(mediaType);
  if (known !== undefined) return known;
  if (mediaType.endsWith('+json')) return JSON_TYPE;
  if (mediaType.endsWith('+xml')) return XML_TYPE;
  if (mediaType.endsWith('+yaml')) return text('.yaml', 'yaml');
  if (mediaType.startsWith('text/')) return PLAIN_TEXT;
  if (mediaType.startsWith('image/')) return image('.img');
  if (/^(audio|video|font|model)\//.test(mediaType)) return binary('.bin');
  return null;
}

/** Type and charset of a Content-Type (RFC 9110 section 8.3); null for what is absent or broken. */
function parseContentType(header: string | null): { mediaType: string | null; charset: string | null } {
  const [first = '', ...parameters] = (header ?? '').split(';');
  const mediaType = first.trim().toLowerCase();
  if (!/^[^\s/]+\/[^\s/]+$/.test(mediaType)) return { mediaType: null, charset: null };
  let charset: string | null = null;
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    if (equals < 0 || parameter.slice(0, equals).trim().toLowerCase() !== 'charset') continue;
    charset ??= parameter
      .slice(equals + 1)
      .trim()
      .replaceAll(/["']/g, '');
  }
  return { mediaType, charset };
}

/** What the first bytes show beyond doubt; null otherwise. */
function sniff(bytes: Uint8Array): ContentType | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, SNIFFED_BYTES));
  const latin = head.toString('latin1');
  const signature = SIGNATURES.find(([start]) => latin.startsWith(start));
  if (signature !== undefined) return signature[1];
  if (latin.startsWith('RIFF') && latin.startsWith('WEBP', 8)) return image('.webp');
  if (latin.startsWith('ftypavif', 4)) return image('.avif');
  const start = latin.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (/^<!doctype html|^<html[\s>]/i.test(start)) return HTML_TYPE;
  if (start.startsWith('<?xml')) return XML_TYPE;
  return looksLikeJson(bytes, start) ? JSON_TYPE : null;
}

const SNIFFED_BYTES = 1024;
const SIGNATURES: readonly (readonly [string, ContentType])[] = [
  ['\x89PNG\r\n\x1a\n', image('.png')],
  ['\xff\xd8\xff', image('.jpg')],
  ['GIF87a', image('.gif')],
  ['GIF89a', image('.gif')],
  ['%PDF-', binary('.pdf')],
  ['PK\x03\x04', binary('.zip')],
  ['\x1f\x8b', binary('.gz')],
];

/** Opens and closes as an object or array does, and goes on after the opening as only JSON does. */
function looksLikeJson(bytes: Uint8Array, start: string): boolean {
  if (!/^(\{\s*["}]|\[\s*["{[\]\d\-tfn])/.test(start)) return false;
  const tail = Buffer.from(bytes.subarray(-64)).toString('latin1').trimEnd();
  return tail.endsWith(start.startsWith('{') ? '}' : ']');
}

function textOrBinary(bytes: Uint8Array): ContentType {
  const head = bytes.subarray(0, SNIFFED_BYTES);
  if (bomCharset(bytes) !== null) return PLAIN_TEXT;
  if (head.includes(0)) return binary('.bin');
  // The cut may go through a character: up to three bytes of it may be missing.
  const whole = [0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)));
  return whole ? PLAIN_TEXT : binary('.bin');
}

/**
 * The order of the Encoding Standard: a byte order mark, then the header, then what the document says itself; else
 * UTF-8, unless the bytes are not.
 */
function charsetOf(kind: ContentKind, declared: string | null, bytes: Uint8Array): string {
  const certain = bomCharset(bytes) ?? knownCharset(declared);
  if (certain !== null) return certain;
  if (kind === 'json') return 'utf-8';
  const inside = kind === 'html' || kind === 'xml' ? knownCharset(charsetInside(kind, bytes)) : null;
  // A document whose declaration can be read as ASCII is not in UTF-16.
  if (inside !== null) return inside.startsWith('utf-16') ? 'utf-8' : inside;
  return isUtf8(bytes) ? 'utf-8' : 'windows-1252';
}

function bomCharset(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

/** `<meta charset>`, `<meta http-equiv content="…charset=…">` or the XML declaration, in the first kilobyte. */
function charsetInside(kind: 'html' | 'xml', bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, SNIFFED_BYTES)).toString('latin1');
  if (kind === 'xml')
    return /^\s{0,99}<\?xml[^>]{1,200}?encoding\s?=\s?["']([\w.:-]{1,40})["']/.exec(head)?.[1] ?? null;
  return /<meta\s[^>]{0,200}?charset\s?=\s?["']?([\w.:-]{1,40})/i.exec(head)?.[1] ?? null;
}

/** The standard's name of a charset, or null for a label that is not known. */
function knownCharset(label: string | null): string | null {
  if (label === null) return null;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}
