import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { asKeyturnError, KeyturnError } from '../base/errors.ts';
import { fileLimits, type Files } from '../base/files.ts';
import { untrusted } from '../base/untrusted.ts';
import type { ShownCertificate } from '../http/message.ts';
import type { CertificateFiles } from '../httpfile/environments/hostCertificates.ts';
import {
  certificateFor,
  type CertificateSettings,
  httpyacCertificates,
} from '../httpfile/environments/certificateSettings.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { TokenStore } from '../token/store.ts';

/** What the doors know of client certificates for hosts. */
export interface CertificateSource {
  /** Settings of other tools that hold at a request file, besides those in files beside it. */
  settings(file: string): readonly CertificateSettings[];
  /** Keeps passphrases. */
  readonly store: Pick<TokenStore, 'getSecret' | 'setSecret' | 'deleteSecret'>;
  /** Asks for the passphrase of a file; null where the person gave none. */
  askPassphrase(question: PassphraseQuestion): Promise<string | null>;
}

export interface PassphraseQuestion {
  /** Name of the file, as the settings write it. */
  readonly file: string;
  readonly host: string;
}

export interface HostCertificateParts {
  readonly files: Files;
  readonly redactor: Pick<Redactor, 'register'>;
  readonly now: () => number;
}

export interface CertificateQuery {
  /** Location of the request file. */
  readonly file: string;
  readonly url: URL;
  readonly trusted: boolean;
}

/** What was read is used for the requests of the next moments: a batch does not read files for each of its requests. */
const REREAD_MS = 2000;

interface Known<Value> {
  readonly atMs: number;
  readonly value: Promise<Value>;
}

/** Client certificates that REST Client's settings and httpyac's `.httpyac.json` name for hosts. */
export class HostCertificates {
  readonly #source: CertificateSource;
  readonly #parts: HostCertificateParts;
  readonly #settings = new Map<string, Known<readonly CertificateSettings[]>>();
  readonly #certificates = new Map<string, Known<ShownCertificate>>();

  constructor(source: CertificateSource, parts: HostCertificateParts) {
    this.#source = source;
    this.#parts = parts;
  }

  /**
   * What to show to the server of a URL; null for nothing. Fails with `untrusted_workspace`, `environment_invalid`,
   * `file_unreadable`, `key_invalid`, `secret_missing` or `cancelled`.
   */
  async of({ file, url, trusted }: CertificateQuery): Promise<ShownCertificate | null> {
    if (url.protocol !== 'https:') return null;
    const folder = this.#parts.files.parent(file) ?? file;
    const settings = await this.#once(this.#settings, `${folder} ${trusted}`, () =>
      this.#read(file, trusted),
    );
    for (const each of settings) {
      const named = certificateFor(each, url);
      if (named === null) continue;
      if (!trusted) {
        throw untrusted('Keyturn shows client certificates only in a trusted workspace.', 'use them');
      }
      const key = JSON.stringify([folder, url.host]);
      return this.#once(this.#certificates, key, () => this.#load(named, each, url.host, file));
    }
    return null;
  }

  #once<Value>(known: Map<string, Known<Value>>, key: string, make: () => Promise<Value>): Promise<Value> {
    const atMs = this.#parts.now();
    const before = known.get(key);
    if (before !== undefined && Math.abs(atMs - before.atMs) < REREAD_MS) return before.value;
    const value = make();
    known.set(key, { atMs, value });
    return value;
  }

  async #read(file: string, trusted: boolean): Promise<readonly CertificateSettings[]> {
    const ofHttpyac = await httpyacCertificates(this.#parts.files, file, { trusted });
    return [...this.#source.settings(file), ...(ofHttpyac === null ? [] : [ofHttpyac])];
  }

  async #load(
    { cert, key, pfx, passphrase }: CertificateFiles,
    { bases, name }: CertificateSettings,
    host: string,
    file: string,
  ): Promise<ShownCertificate> {
    const read = (path: string) => this.#readFile(path, bases, file);
    if (pfx !== undefined) {
      const bytes = await read(pfx);
      return this.#unlocked({ file: pfx, host }, passphrase, (given) => {
        createSecureContext({ pfx: Buffer.from(bytes), passphrase: given });
        return { pfx: bytes, passphrase: given };
      });
    }
    if (cert === undefined || key === undefined) {
      throw new KeyturnError(
        'key_invalid',
        `The client certificate for ${host} in ${name} is not complete.`,
        {
          hint: 'Name cert and key, or pfx.',
        },
      );
    }
    const [certificate, locked] = [textOf(await read(cert)), textOf(await read(key))];
    return this.#unlocked({ file: key, host }, passphrase, (given) => {
      const unlocked = createPrivateKey({ key: locked, passphrase: given });
      if (!new X509Certificate(certificate).checkPrivateKey(unlocked)) throw new Error('another key');
      return { certificate, key: unlocked.export({ format: 'pem', type: 'pkcs8' }).toString() };
    });
  }

  /** Opens a file with the passphrase of the settings; without one first with none, then the stored one, then one asked for. */
  async #unlocked(
    question: PassphraseQuestion,
    given: string | undefined,
    open: (passphrase: string) => ShownCertificate,
  ): Promise<ShownCertificate> {
    const { store } = this.#source;
    const attempt = (passphrase: string): ShownCertificate | Error => {
      if (passphrase !== '') this.#parts.redactor.register(passphrase, `passphrase of ${question.file}`);
      try {
        return open(passphrase);
      } catch (error) {
        return error instanceof Error ? error : new Error('unknown');
      }
    };
    const opened = attempt(given ?? '');
    if (!(opened instanceof Error)) return opened;
    if (given !== undefined || !wantsPassphrase(opened)) throw unusable(question, opened);
    const place = passphraseKey(question);
    // A store that cannot be read or written costs a question, not the request.
    const stored = await store.getSecret(place).catch(passOver);
    const again = stored === null ? null : attempt(stored);
    if (again !== null && !(again instanceof Error)) return again;
    if (stored !== null) await store.deleteSecret(place).catch(passOver);
    const answer = await this.#source.askPassphrase(question);
    if (answer === null) throw missing(question);
    const last = attempt(answer);
    if (last instanceof Error) throw unusable(question, last);
    await store.setSecret(place, answer).catch(passOver);
    return last;
  }

  async #readFile(path: string, bases: readonly string[], from: string): Promise<Uint8Array> {
    const { files } = this.#parts;
    for (const base of bases) {
      const how = { from, trusted: true, maxBytes: fileLimits.certificates, name: path };
      const bytes = await files.read(files.resolve(base, path), how);
      if (bytes !== null) return bytes;
    }
    throw new KeyturnError('file_unreadable', `There is no file ${path}, which holds a client certificate.`, {
      hint: 'Correct its path in the settings.',
    });
  }
}

/** What OpenSSL says of a key or a PFX that is locked, or locked with another passphrase. */
function wantsPassphrase(error: Error): boolean {
  return /passphrase|password|mac verify|bad decrypt|interrupted or cancelled/i.test(error.message);
}

function passphraseKey({ file, host }: PassphraseQuestion): string {
  return `certificate-passphrase:${createHash('sha256').update(`${host}\n${file}`).digest('base64url')}`;
}

function passOver(error: unknown): null {
  if (asKeyturnError(error).code === 'cancelled') throw error;
  return null;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function missing({ file, host }: PassphraseQuestion): KeyturnError {
  return new KeyturnError(
    'secret_missing',
    `The client certificate ${file} for ${host} needs a passphrase.`,
    {
      hint: 'Send the request again to be asked, or set KEYTURN_CERTIFICATE_PASSPHRASE for the command.',
    },
  );
}

function unusable({ file, host }: PassphraseQuestion, cause: Error): KeyturnError {
  const isLocked = wantsPassphrase(cause);
  return new KeyturnError('key_invalid', `Couldn't use the client certificate ${file} for ${host}.`, {
    cause,
    hint: isLocked
      ? 'The passphrase is wrong.'
      : 'Use a certificate and its own key in PEM, or a PFX with both that OpenSSL 3 can read.',
  });
}
