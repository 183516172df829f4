import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { AuditEvent, AuditRecorder } from '../base/auditEvent.ts';
import { appendLines } from './append.ts';
import { lineAboutLog, type UnchainedLine } from './entry.ts';
import { type AuditSecrets, fingerprintOf, makeFingerprintKey, readFingerprintKey } from './fingerprint.ts';
import { LogFollower } from './follow.ts';
import { readLate, removeLate, writeLate } from './late.ts';
import { pathTemplate } from './pathTemplate.ts';
import { type AuditEntry, AuditReader, readEntries } from './read.ts';
import { type AuditMark, readMark, type Sealing, writeMark } from './seal.ts';
import { type AuditVerification, verifyLog } from './verify.ts';

/** Events of this time are written together. */
const COLLECT_MS = 250;
const RETRY_MS = 5_000;
/** Small enough that making its lines takes no noticeable time. */
const BATCH = 500;
/** Beyond it, while nothing can be written, events are only counted. */
const MOST_QUEUED = 20_000;
/** Ending must not wait for a log that cannot be written. */
const DISPOSE_MS = 3_000;
/** Each mark is a write to the secret store. */
const MARK_EVERY_MS = 5_000;
const LONGEST_TEXT = 1_000;
/** A code of ours, or of OAuth; a server may say anything else. */
const CODE = /^[a-z][a-z_]{0,63}$/;

export interface AuditLogOptions {
  /** Holds nothing but this log. Made when the first event is written. */
  readonly folder: string;
  readonly clock: Clock;
  readonly mask: (text: string) => string;
  /** Where the key of the fingerprints is, asked at each write while no key is known; null: no fingerprints. */
  secrets(): AuditSecrets | null;
  retentionDays(): number;
  /** Told once when events cannot be written, and again only after it worked. */
  report(error: KeyturnError): void;
}

/** The record of what happened to tokens; see docs/audit.md. */
export interface AuditLog extends AuditRecorder {
  /** `atMs`: when it happened, by default now. */
  record(event: AuditEvent, atMs?: number): void;
  /** Writes what is queued. Never rejects: what fails is reported, and tried again later. */
  flush(): Promise<void>;
  /** All entries, oldest first, those of other processes too. Fails with `file_unreadable`. */
  read(): Promise<AuditEntry[]>;
  /** The same, but of the files only what was added since it was last called: for a follower of the log. */
  readOn(): Promise<AuditEntry[]>;
  /** Calls when there is something new in the log, from any process; see `LogFollower`. */
  follow(changed: () => Promise<void>): LogFollower;
  /** Fails with `file_unreadable`. */
  verify(): Promise<AuditVerification>;
  /** Writes what is queued; what cannot be written within three seconds is kept beside the log for the next writer. */
  dispose(): Promise<void>;
}

export function createAuditLog(options: AuditLogOptions): AuditLog {
  return new FileAuditLog(options);
}

interface Queued {
  readonly event: AuditEvent;
  readonly atMs: number;
}

class FileAuditLog implements AuditLog {
  readonly #options: AuditLogOptions;
  readonly #reader: AuditReader;
  #queue: Queued[] = [];
  #missed = 0;
  #key: Buffer | null = null;
  #writing: Promise<void> | null = null;
  #timer: { dispose(): void } | null = null;
  #failing = false;
  readonly #ending = new AbortController();
  /** How far the log had come, where the secret store does not know it yet. */
  #unmarked: AuditMark | null = null;
  #markedAtMs = -Infinity;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#reader = new AuditReader(options.folder);
  }

  record(event: AuditEvent, atMs = this.#options.clock.now()): void {
    if (this.#queue.length < MOST_QUEUED) this.#queue.push({ event, atMs });
    else this.#missed++;
    this.#writeSoon(this.#failing ? RETRY_MS : COLLECT_MS);
  }

  async flush(): Promise<void> {
    await this.#writing;
    if (this.#queue.length === 0) return;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
    await this.#writing;
  }

  async read(): Promise<AuditEntry[]> {
    await this.flush();
    return readEntries(this.#options.folder).catch(unreadable);
  }

  async readOn(): Promise<AuditEntry[]> {
    await this.flush();
    return this.#reader.read().catch(unreadable);
  }

  follow(changed: () => Promise<void>): LogFollower {
    const { folder, clock } = this.#options;
    return new LogFollower({ folder, clock, changed });
  }

  async verify(): Promise<AuditVerification> {
    await this.flush();
    await this.#mark();
    return verifyLog(this.#options.folder, await this.#sealing()).catch(unreadable);
  }

  async dispose(): Promise<void> {
    this.#timer?.dispose();
    this.#timer = null;
    const timer = setTimeout(() => this.#ending.abort(), DISPOSE_MS);
    let limit: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      limit = setTimeout(resolve, 2 * DISPOSE_MS);
    });
    await Promise.race([this.flush().then(() => this.#mark()), tooLong]);
    clearTimeout(timer);
    clearTimeout(limit);
    this.#ending.abort();
    await this.#keepLate();
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH);
      const missed = this.#missed;
      this.#missed = 0;
      try {
        await this.#write(batch, missed);
        this.#failing = false;
      } catch (cause) {
        this.#queue = [...batch, ...this.#queue];
        this.#missed += missed;
        this.#fail(cause);
        return;
      }
    }
  }

  async #write(batch: readonly Queued[], missed: number): Promise<void> {
    const { folder, clock } = this.#options;
    const secrets = this.#options.secrets();
    let key = await this.#readKey(secrets);
    await appendLines(
      folder,
      async () => {
        // In its turn: no other process makes one at the same time.
        if (key === null && secrets !== null) key = await this.#readKey(secrets, makeFingerprintKey);
        const mark =
          key === null || secrets === null ? null : await readMark(secrets, folder).catch(() => null);
        const late = await readLate(folder, key);
        return {
          lines: [...late.lines, ...this.#linesOf(batch, missed, key)],
          unproven: late.unproven,
          sealing: { key, mark },
          written: async ({ head: { lines, hash, day } }, faulty) => {
            await removeLate(late);
            if (key === null) return;
            this.#unmarked = { lines, hash, since: mark?.since ?? day };
            // A mark of the log as it was before would have the same fault found again.
            if (faulty || clock.now() - this.#markedAtMs >= MARK_EVERY_MS) await this.#mark({ inTurn: true });
          },
        };
      },
      {
        nowMs: clock.now(),
        retentionDays: this.#options.retentionDays(),
        signal: this.#ending.signal,
      },
    );
  }

  /** Tells the secret store how far the log has come. A store that cannot be written is tried again at the next one. */
  async #mark({ inTurn = false } = {}): Promise<void> {
    const { folder, clock } = this.#options;
    const secrets = this.#options.secrets();
    const mark = this.#unmarked;
    if (mark === null || secrets === null) return;
    this.#unmarked = null;
    this.#markedAtMs = clock.now();
    try {
      // Outside of its turn another writer may have come further meanwhile.
      const known = inTurn ? null : await readMark(secrets, folder);
      if (known === null || known.lines < mark.lines) await writeMark(secrets, folder, mark);
    } catch {
      this.#unmarked ??= mark;
    }
  }

  /** What the secret store says of the log; null where it cannot be read. */
  async #sealing(): Promise<Sealing | null> {
    const secrets = this.#options.secrets();
    if (secrets === null) return null;
    try {
      const key = await readFingerprintKey(secrets);
      return { key, mark: await readMark(secrets, this.#options.folder) };
    } catch {
      return null;
    }
  }

  /** What could not be written before the end waits beside the log for the next writer. */
  async #keepLate(): Promise<void> {
    const batch = this.#queue.splice(0);
    const lines = this.#linesOf(batch, this.#missed, this.#key);
    this.#missed = 0;
    if (lines.length === 0) return;
    try {
      await writeLate(this.#options.folder, lines, this.#key);
    } catch (cause) {
      const count = batch.length;
      this.#options.report(
        new KeyturnError(
          'store_write_failed',
          `The audit log misses ${count} ${count === 1 ? 'event' : 'events'}.`,
          {
            cause,
            hint: 'Keyturn could not write to its folder. Check your permissions there and the free disk space.',
          },
        ),
      );
    }
  }

  /** Null where the store cannot be read, or holds none and `make` is left out: the event matters more than its fingerprint. */
  async #readKey(
    secrets: AuditSecrets | null,
    make?: (secrets: AuditSecrets) => Promise<Buffer>,
  ): Promise<Buffer | null> {
    if (this.#key !== null || secrets === null) return this.#key;
    try {
      this.#key = (await readFingerprintKey(secrets)) ?? (await make?.(secrets)) ?? null;
    } catch {
      return null;
    }
    return this.#key;
  }

  #linesOf(batch: readonly Queued[], missed: number, key: Buffer | null): UnchainedLine[] {
    const lines = batch.map((queued) => this.#lineOf(queued, key));
    if (missed === 0) return lines;
    const cause = `${missed} events that could not be written`;
    return [...lines, lineAboutLog('missed', this.#options.clock.now(), { cause })];
  }

  #lineOf({ event, atMs }: Queued, key: Buffer | null): UnchainedLine {
    const { accessToken, status } = event;
    // Masked before it is shortened: half a secret would not be recognised.
    const clean = (text: string) =>
      this.#options.mask(text.slice(0, 20 * LONGEST_TEXT)).slice(0, LONGEST_TEXT);
    const orNull = (text: string | null) => (text === null ? null : clean(text));
    return {
      time: new Date(atMs).toISOString(),
      action: event.action,
      // What says where a token went and what came of it is never masked: the author of a token must not be able to hide that.
      token: event.tokenName.slice(0, LONGEST_TEXT),
      fingerprint: accessToken === null || key === null ? null : fingerprintOf(accessToken, key),
      origin: event.origin?.slice(0, LONGEST_TEXT) ?? null,
      method: event.method?.slice(0, LONGEST_TEXT) ?? null,
      path: event.path === null ? null : pathTemplate(this.#options.mask(event.path)),
      status: Number.isInteger(status) ? status : null,
      error: event.error === null || CODE.test(event.error) ? event.error : clean(event.error),
      cause: clean(event.cause),
      detail: orNull(event.detail ?? null),
    };
  }

  #fail(cause: unknown): void {
    if (this.#ending.signal.aborted) return;
    this.#writeSoon(RETRY_MS);
    if (this.#failing) return;
    this.#failing = true;
    this.#options.report(
      new KeyturnError('store_write_failed', "Couldn't write the audit log.", {
        cause,
        hint: 'Check that you may write to its folder, and the free disk space.',
      }),
    );
  }

  #writeSoon(inMs: number): void {
    if (this.#ending.signal.aborted) return;
    const { clock } = this.#options;
    this.#timer ??= clock.at(clock.now() + inMs, () => {
      this.#timer = null;
      void this.flush();
    });
  }
}

function unreadable(cause: unknown): never {
  throw new KeyturnError('file_unreadable', "Couldn't read the audit log.", {
    cause,
    hint: 'Check that you may read its folder.',
  });
}
