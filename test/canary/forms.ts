import { randomBytes } from 'node:crypto';

/** A unique value, with signs that look different in a URL and in base64. */
export function canaryValue(name: string): string {
  return `${name}+${randomBytes(15).toString('base64')}/~`;
}

/** Texts that hold a value, as servers and programs write it. */
export function writtenForms(value: string): string[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  return [
    value,
    hex,
    bytes.toString('base64'),
    bytes.toString('base64url'),
    Buffer.from(`user:${value}`).toString('base64'),
    encodeURIComponent(value),
    new URLSearchParams({ value }).toString(),
    JSON.stringify({ value }),
    hex.toUpperCase(),
    csvField(value),
    htmlText(value),
  ];
}

/** The value, and its base64, split over lines. */
export function splitForms(value: string): string[] {
  return [wrapped(value, 7), wrapped(Buffer.from(value).toString('base64'), 11)];
}

/** In a line of a table (RFC 4180). */
function csvField(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}

/** As the text of an element is written into a page. */
function htmlText(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function wrapped(text: string, columns: number): string {
  return (text.match(new RegExp(`.{1,${columns}}`, 'gsu')) ?? []).join('\n');
}

/**
 * Every form in which a secret could be found again: as it is, in JSON, in lower case, URL-encoded (more or fewer signs,
 * upper and lower case, several times), in a table, on one line, in HTML, in hexadecimal, each of them in base64 at any
 * alignment, and that URL-encoded once more.
 */
export function secretForms(secret: string): string[] {
  const encoded = encodeURIComponent(secret);
  const plain = new Set([
    secret,
    JSON.stringify(secret).slice(1, -1),
    csvField(secret).slice(1, -1),
    secret.replaceAll('\n', '\\u{0A}'),
    htmlText(secret),
    encoded,
    new URLSearchParams([['', secret]]).toString().slice(1),
    // RFC 6749 section 2.3.1, as strict clients read it.
    encoded.replace(/[-_.!~*'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`),
  ]);
  // Encoded again and again, and in a host.
  for (let times = 2, again = encoded; times <= 5; times++) plain.add((again = encodeURIComponent(again)));
  plain.add(secret.toLowerCase());
  for (const form of [...plain]) plain.add(form.replace(/%../g, (escape) => escape.toLowerCase()));
  const hex = Buffer.from(secret).toString('hex');
  const forms = new Set(plain).add(hex).add(hex.toUpperCase());
  for (const form of plain) {
    for (const inner of base64Forms(form)) forms.add(inner).add(encodeURIComponent(inner));
  }
  return [...forms];
}

/** Inside a longer text the first and last characters of the base64 depend on the neighbours, so they are left out. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.from(' '.repeat(before) + text)
      .toString('base64')
      .replace(/=+$/, '');
    const inner = encoded.slice(before === 0 ? 0 : 4, encoded.length - 2);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** Which of the secrets stand in a text, by their names; white space within them may be anything, and anywhere. */
export function findSecrets(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return secretFinder(secrets)(text);
}

/**
 * The same for many texts. Secrets have thousands of forms, and pages are megabytes: so that each text is read once, a
 * form is compared only where its first characters stand.
 */
export function secretFinder(secrets: Readonly<Record<string, string>>): (text: string) => string[] {
  const short: Form[] = [];
  const byStart = new Map<number, Form[]>();
  const begins = new Uint8Array(HASHES);
  for (const [name, secret] of Object.entries(secrets)) {
    for (const form of formsOf(secret)) {
      if (form.length < START) {
        short.push({ form, name });
        continue;
      }
      let hash = 0;
      for (let index = 0; index < START; index++) hash = nextHash(hash, form.charCodeAt(index));
      begins[hash & (HASHES - 1)] = 1;
      const alike = byStart.get(hash);
      if (alike === undefined) byStart.set(hash, [{ form, name }]);
      else alike.push({ form, name });
    }
  }
  return (text) => {
    const joined = text.replace(WHITE_SPACE, '');
    const found = new Set(short.filter(({ form }) => joined.includes(form)).map(({ name }) => name));
    let hash = 0;
    for (let index = 0; index < joined.length; index++) {
      hash = nextHash(hash, joined.charCodeAt(index));
      if (begins[hash & (HASHES - 1)] !== 1) continue;
      for (const { form, name } of byStart.get(hash) ?? []) {
        if (joined.startsWith(form, index + 1 - START)) found.add(name);
      }
    }
    return Object.keys(secrets).filter((name) => found.has(name));
  };
}

interface Form {
  readonly form: string;
  readonly name: string;
}

/** Characters that the hash of 32 bits remembers, 4 bits further up with each. */
const START = 8;
const HASHES = 1 << 22;

function nextHash(hash: number, code: number): number {
  return ((hash << 4) ^ code) | 0;
}

/** Lines are broken, and an editor draws spaces as no-break spaces. */
const WHITE_SPACE = /[\s\u00a0]+/g;

const known = new Map<string, string[]>();

function formsOf(secret: string): string[] {
  const forms = known.get(secret) ?? [
    ...new Set(secretForms(secret).map((form) => form.replace(WHITE_SPACE, ''))),
  ];
  known.set(secret, forms);
  return forms;
}
