import { fullyDecoded, fullyDecodedBytes } from './fullyDecoded.ts';

/** Shorter pieces of base64 would be found everywhere. */
const SHORTEST_BASE64 = 6;
/** The same for numbers in hexadecimal. */
const SHORTEST_HEX = 12;
/** Shorter values would be ordinary words in lower case. */
const SHORTEST_LOWER = 12;
/** Shorter values, once decoded, would be found everywhere. */
const SHORTEST_DECODED = 6;

/**
 * The spellings under which a value may turn up in a text: plain, escaped in JSON, percent-encoded, in lower case
 * as in the host of a URL, in hexadecimal, and in base64 or base64url wherever it begins inside the encoded bytes. The list is the same each time for the same value, and
 * empty for an empty one.
 */
export function secretForms(value: string): string[] {
  if (value === '') return [];
  const forms = new Set<string>();
  addTextForms(forms, value);
  if (value.length >= SHORTEST_LOWER) forms.add(value.toLowerCase());
  // In a text that was decoded, what the value itself had encoded is decoded too.
  const plain = fullyDecoded(value);
  if (plain.length >= SHORTEST_DECODED) forms.add(plain);
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length * 2 >= SHORTEST_HEX) {
    const hex = bytes.toString('hex');
    forms.add(hex).add(hex.toUpperCase());
  }
  for (let before = 0; before < 3; before++) {
    const core = base64Core(bytes, before);
    if (core.length < SHORTEST_BASE64) continue;
    addTextForms(forms, core);
    forms.add(core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [...forms];
}

/** Whether any of the secrets stands in the text, in any of its forms, however often that is encoded. */
export function holdsSecret(text: string, secrets: readonly string[]): boolean {
  if (text === '' || secrets.length === 0) return false;
  return holdsAny([text, fullyDecoded(text)], secrets);
}

/** The same for the bytes of a body. */
export function bytesHoldSecret(bytes: Uint8Array, secrets: readonly string[]): boolean {
  if (secrets.length === 0) return false;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const encoded = buffer.includes('%') || buffer.includes('\\');
  return holdsAny(encoded ? [buffer, fullyDecodedBytes(buffer)] : [buffer], secrets);
}

function holdsAny(texts: readonly (string | Buffer)[], secrets: readonly string[]): boolean {
  return secrets.some((secret) =>
    secretForms(secret).some((form) => texts.some((text) => text.includes(form))),
  );
}

/**
 * What a client id or secret becomes before HTTP Basic encodes it in base64 (RFC 6749 section 2.3.1 and appendix B):
 * what a form makes of it. The base64 of it holds no form of the secret itself, so the caller who registers a client secret
 * registers this as well.
 */
export function formEncodedSecret(secret: string): string {
  return new URLSearchParams([['', secret]]).toString().slice(1);
}

function addTextForms(forms: Set<string>, text: string): void {
  forms.add(text);
  // Most tokens: nothing in them is ever escaped.
  if (/^[\w.-]*$/.test(text)) return;
  const json = JSON.stringify(text).slice(1, -1);
  forms.add(json);
  forms.add(json.replaceAll('/', '\\/'));
  const ascii = json.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  forms.add(ascii);
  forms.add(ascii.replaceAll('/', '\\/'));
  for (const encoded of percentForms(text)) {
    forms.add(encoded);
    forms.add(encoded.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()));
  }
}

/** What encodeURIComponent, HTML forms, RFC 3986 and the URL class's query make of it. */
function percentForms(text: string): string[] {
  // A lone surrogate cannot be encoded; it becomes U+FFFD, as it does when it is sent.
  const wellFormed = Buffer.from(text, 'utf8').toString('utf8');
  const component = encodeURIComponent(wellFormed);
  const strict = component.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([['', wellFormed]]).toString().slice(1);
  // Of a form whose other escapes were undone already, the plus signs are left.
  const spaces = [component.replaceAll('%20', '+'), wellFormed.replaceAll(' ', '+')];
  const url = new URL('http://localhost');
  url.search = `?${wellFormed.replaceAll('%', '%25').replaceAll('#', '%23').replaceAll('&', '%26')}`;
  return [component, strict, form, url.search.slice(1), encodeURI(wellFormed), ...spaces];
}

/**
 * The base64 characters that the value alone decides when `before` bytes (modulo 3) stand in front of it and
 * anything behind it.
 */
function base64Core(bytes: Buffer, before: number): string {
  const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const first = Math.ceil((before * 8) / 6);
  const last = Math.floor(((before + bytes.length) * 8) / 6);
  return encoded.slice(first, last);
}
