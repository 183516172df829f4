import type { Digest, Host, TextForm } from './host.ts';
import { shown } from './values.ts';

const ENCODINGS: Readonly<Record<string, TextForm>> = {
  utf8: 'utf8',
  utf16: 'utf16le',
  utf16le: 'utf16le',
  latin1: 'latin1',
  iso88591: 'latin1',
  usascii: 'ascii',
  ascii: 'ascii',
};

function formOf(encoding: unknown): TextForm {
  if (encoding === undefined || encoding === null) return 'utf8';
  const name = shown(encoding);
  const form = ENCODINGS[name.toLowerCase().replace(/[-_]/g, '')];
  if (form === undefined) throw new TypeError(`There is no encoding "${name}" here.`);
  return form;
}

/** JetBrains' `crypto.sha256()` and its like: parts are added, then the digest is made. */
class Hash {
  readonly #host: Host;
  readonly #digest: Digest;
  /** In hex: its parts may have been given in several forms. */
  #data = '';

  constructor(host: Host, digest: Digest) {
    this.#host = host;
    this.#digest = digest;
  }

  updateWithText(text: unknown, encoding?: unknown): this {
    return this.#add(String(text), formOf(encoding));
  }

  updateWithHex(text: unknown): this {
    return this.#add(String(text), 'hex');
  }

  updateWithBase64(text: unknown, urlSafe?: unknown): this {
    return this.#add(String(text), urlSafe === true ? 'base64url' : 'base64');
  }

  digest(): { toHex(): string; toBase64(urlSafe?: unknown): string } {
    const hex = this.made(this.#host, this.#digest, this.#data);
    return {
      toHex: () => hex,
      toBase64: (urlSafe) => this.#host.convert(hex, 'hex', urlSafe === true ? 'base64url' : 'base64'),
    };
  }

  protected made(host: Host, digest: Digest, data: string): string {
    return host.digest(digest, data, 'hex');
  }

  #add(text: string, form: TextForm): this {
    this.#data += form === 'hex' ? text : this.#host.convert(text, form, 'hex');
    return this;
  }
}

class Hmac extends Hash {
  #key: readonly [text: string, form: TextForm] = ['', 'utf8'];

  withTextSecret(text: unknown, encoding?: unknown): this {
    this.#key = [String(text), formOf(encoding)];
    return this;
  }

  withHexSecret(text: unknown): this {
    this.#key = [String(text), 'hex'];
    return this;
  }

  withBase64Secret(text: unknown, urlSafe?: unknown): this {
    this.#key = [String(text), urlSafe === true ? 'base64url' : 'base64'];
    return this;
  }

  protected override made(host: Host, digest: Digest, data: string): string {
    return host.digest(digest, data, 'hex', ...this.#key);
  }
}

const NAMES = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'] as const;

/** JetBrains' `crypto`. */
export function hashes(host: Host): object {
  const plain = NAMES.map((name) => [name, () => new Hash(host, name)] as const);
  const hmac = NAMES.map((name) => [name, () => new Hmac(host, name)] as const);
  return { ...Object.fromEntries(plain), hmac: Object.fromEntries(hmac) };
}
