/** Time and timers as an argument, so that tests can turn the clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Calls once at `atMs` or soon after, however far off; when the clock is set back meanwhile, once as much time has
   * passed. The timer never keeps the process alive.
   */
  at(atMs: number, callback: () => void): { dispose(): void };
}

/** Node's timers fire at once for delays beyond 2^31 ms, and a sleeping machine stops them: look again this often. */
const LONGEST_WAIT_MS = 30_000;
/** The wall clock and the monotonic one drift apart by less than this without one being set. */
const DRIFT_MS = 1_000;

export const systemClock: Clock = {
  now: () => Date.now(),
  at(atMs, callback) {
    let timer: NodeJS.Timeout;
    const passedAt = performance.now() + (atMs - Date.now()) + DRIFT_MS;
    const arm = () => {
      timer = setTimeout(look, Math.max(0, Math.min(atMs - Date.now(), LONGEST_WAIT_MS)));
      timer.unref();
    };
    const look = () => (Date.now() >= atMs || performance.now() >= passedAt ? callback() : arm());
    arm();
    return { dispose: () => clearTimeout(timer) };
  },
};
