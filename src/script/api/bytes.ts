import { type Host, TEXT_FORMS, type TextForm } from './host.ts';
import { shown } from './values.ts';

/** What Node calls some of the forms besides. */
const OTHER_NAMES = new Map<string, TextForm>([
  ['utf-8', 'utf8'],
  ['binary', 'latin1'],
  ['ucs2', 'utf16le'],
  ['ucs-2', 'utf16le'],
  ['utf-16le', 'utf16le'],
]);

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
/** By the code of the character. */
const DIGITS = Uint8Array.from(
  { length: 128 },
  (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0,
);

/** @throws TypeError for what Node has no encoding of that name for. Without a name it is UTF-8, as in Node. */
export function encodingOf(name: unknown): TextForm {
  if (name === undefined || name === null) return 'utf8';
  const form = formOf(shown(name));
  if (form === undefined) throw new TypeError(`Unknown encoding: ${shown(name)}`);
  return form;
}

export function isEncoding(name: string): boolean {
  return formOf(name) !== undefined;
}

function formOf(name: string): TextForm | undefined {
  const wanted = name.toLowerCase();
  return TEXT_FORMS.find((known) => known === wanted) ?? OTHER_NAMES.get(wanted);
}

/** Bytes of a text, in hex. */
export function hexOfText(host: Host, text: string, form: TextForm): string {
  // A text of the host's ends at its first NUL, and lone surrogates are no text to it.
  const convert = (part: string) => host.convert(part, form, 'hex');
  switch (form) {
    case 'utf8':
      return text
        .replace(/\p{Surrogate}/gu, '\ufffd')
        .split('\0')
        .map(convert)
        .join('00');
    case 'latin1':
    case 'ascii':
      return hexOf(Uint8Array.from(text, (character) => character.charCodeAt(0)));
    case 'utf16le':
      return hexOf(new Uint8Array(Uint16Array.from(text.split(''), (unit) => unit.charCodeAt(0)).buffer));
    default:
      return convert(text);
  }
}

/** The text that bytes in hex stand for. */
export function textOfHex(host: Host, hex: string, form: TextForm): string {
  const bytes = () => bytesOfHex(hex);
  switch (form) {
    case 'hex':
      return hex;
    case 'latin1':
      return characters(bytes());
    case 'ascii':
      return characters(bytes().map((byte) => byte & 0x7f));
    case 'utf16le':
      return characters(new Uint16Array(bytes().slice(0, hex.length / 2 - ((hex.length / 2) % 2)).buffer));
    case 'utf8':
      // A NUL would end the host's answer.
      return withoutNul(hex)
        .map((part) => host.convert(part, 'hex', 'utf8'))
        .join('\0');
    default:
      return host.convert(hex, 'hex', form);
  }
}

export function hexOf(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += PAIRS[byte] ?? '';
  return hex;
}

export function bytesOfHex(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = ((DIGITS[hex.charCodeAt(at * 2)] ?? 0) << 4) | (DIGITS[hex.charCodeAt(at * 2 + 1)] ?? 0);
  }
  return bytes;
}

/** What stands between the bytes that are zero. */
function withoutNul(hex: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = hex.indexOf('00'); at !== -1; at = hex.indexOf('00', at)) {
    if (at % 2 === 0) {
      parts.push(hex.slice(start, at));
      at += 2;
      start = at;
    } else at++;
  }
  return [...parts, hex.slice(start)];
}

function characters(units: Uint8Array | Uint16Array): string {
  let text = '';
  for (const unit of units) text += String.fromCharCode(unit);
  return text;
}
