import type { Clock } from '../base/clock.ts';
import { Lazy } from '../base/lazy.ts';
import type { AuditEvent, AuditRecorder } from '../base/auditEvent.ts';
import type { AuditLog } from './auditLog.ts';

const LOAD_AFTER_MS = 1_000;
const MOST_EARLY = 20_000;

/** Takes events before the log itself is loaded: that waits until the first of them is a second old. */
export class DeferredAudit implements AuditRecorder {
  readonly #clock: Clock;
  readonly #log: Lazy<AuditLog>;
  #early: { readonly event: AuditEvent; readonly atMs: number }[] = [];
  #loaded: AuditLog | null = null;
  #timer: { dispose(): void } | null = null;

  constructor(clock: Clock, load: () => Promise<AuditLog>) {
    this.#clock = clock;
    this.#log = new Lazy(load);
  }

  record(event: AuditEvent): void {
    if (this.#loaded !== null) {
      this.#loaded.record(event);
      return;
    }
    if (this.#early.length < MOST_EARLY) this.#early.push({ event, atMs: this.#clock.now() });
    this.#timer ??= this.#clock.at(this.#clock.now() + LOAD_AFTER_MS, () => {
      // What cannot be loaded now is tried again when the log is read, or at the end.
      this.log().catch(() => undefined);
    });
  }

  /** The log, with all that was recorded so far. */
  async log(): Promise<AuditLog> {
    const log = await this.#log.get();
    this.#loaded = log;
    for (const { event, atMs } of this.#early.splice(0)) log.record(event, atMs);
    return log;
  }

  /** Writes what was recorded. Loads nothing when nothing was. */
  async dispose(): Promise<void> {
    this.#timer?.dispose();
    if (this.#early.length === 0 && this.#loaded === null) return;
    await (await this.log()).dispose();
  }
}
