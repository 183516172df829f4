/** Shorter pieces of base64 would be found everywhere. */
const SHORTEST_BASE64 = 6;
/** The same for numbers in hexadecimal. */
const SHORTEST_HEX = 12;

/**
 * The spellings under which a value may turn up in a text: plain, escaped in JSON, percent-encoded, in hexadecimal, and
 * in base64 or base64url wherever it begins inside the encoded bytes. The list is the same each time for the same value, and
 * empty for an empty one.
 */
export function secretForms(value: string): string[] {
  if (value === '') return [];
  const forms = new Set<string>();
  addTextForms(forms, value);
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

/** Whether any of the secrets stands in the text, in any of its forms. */
export function holdsSecret(text: string, secrets: readonly string[]): boolean {
  if (text === '' || secrets.length === 0) return false;
  const decoded = percentDecoded(text);
  return secrets.some((secret) =>
    secretForms(secret).some((form) => text.includes(form) || decoded.includes(form)),
  );
}

/** The same for the bytes of a body. */
export function bytesHoldSecret(bytes: Uint8Array, secrets: readonly string[]): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (secrets.some((secret) => secretForms(secret).some((form) => buffer.includes(form, 0, 'utf8'))))
    return true;
  return buffer.includes('%') && holdsSecret(buffer.toString('latin1'), secrets);
}

/**
 * What a client id or secret becomes before HTTP Basic encodes it in base64 (RFC 6749 section 2.3.1 and appendix B):
 * what a form makes of it. The base64 of it holds no form of the secret itself, so whoever registers a client secret
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

function percentDecoded(text: string): string {
  // Piece by piece, so that one wrong escape does not hide the others.
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
