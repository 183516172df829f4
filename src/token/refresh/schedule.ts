import type { Clock } from '../../base/clock.ts';

interface Item {
  readonly key: string;
  readonly atMs: number;
}

/** A clock that was set back shows within this time; one that was set forward makes things due by itself. */
const HEARTBEAT_MS = 30_000;
/** Smaller corrections of the clock change nothing visible. */
const CLOCK_STEP_MS = 1_000;

/**
 * Tells keys when their time has come: one timer for all of them, a heap sorted by time. After the clock was set
 * back every key is due, since what was over may not be over any more.
 */
export class Schedule {
  readonly #clock: Clock;
  readonly #due: (keys: readonly string[]) => void;
  readonly #heap: Item[] = [];
  readonly #wanted = new Map<string, number>();
  #timer: { dispose(): void } | null = null;
  #timerAtMs = Infinity;
  #lastNowMs: number;
  #disposed = false;

  constructor(clock: Clock, due: (keys: readonly string[]) => void) {
    this.#clock = clock;
    this.#due = due;
    this.#lastNowMs = clock.now();
  }

  /** When the key is due next, milliseconds since the epoch; null for never. Replaces what was set before. */
  set(key: string, atMs: number | null): void {
    if (this.#disposed) return;
    if (atMs === null) {
      this.#wanted.delete(key);
    } else if (this.#wanted.get(key) !== atMs) {
      this.#wanted.set(key, atMs);
      this.#push({ key, atMs });
      // What was replaced stays in the heap until it comes up; not more of that than of what counts.
      if (this.#heap.length > 2 * this.#wanted.size + 64) this.#rebuild();
    }
    this.#arm();
  }

  dispose(): void {
    this.#disposed = true;
    this.#timer?.dispose();
    this.#timer = null;
    this.#wanted.clear();
    this.#heap.length = 0;
  }

  #arm(): void {
    if (this.#wanted.size === 0) {
      this.#timer?.dispose();
      this.#timer = null;
      return;
    }
    const next = Math.min(this.#heap[0]?.atMs ?? Infinity, this.#clock.now() + HEARTBEAT_MS);
    if (this.#timer !== null && this.#timerAtMs <= next) return;
    this.#timer?.dispose();
    this.#timerAtMs = next;
    this.#timer = this.#clock.at(next, () => this.#tick());
  }

  #tick(): void {
    this.#timer = null;
    const now = this.#clock.now();
    const setBack = now < this.#lastNowMs - CLOCK_STEP_MS;
    this.#lastNowMs = now;
    const due = new Set<string>();
    if (setBack) {
      for (const key of this.#wanted.keys()) due.add(key);
      this.#wanted.clear();
      this.#heap.length = 0;
    }
    for (let first = this.#heap[0]; first !== undefined && first.atMs <= now; first = this.#heap[0]) {
      this.#pop();
      if (this.#wanted.get(first.key) !== first.atMs) continue;
      this.#wanted.delete(first.key);
      due.add(first.key);
    }
    if (due.size > 0) this.#due([...due]);
    this.#arm();
  }

  #rebuild(): void {
    this.#heap.length = 0;
    for (const [key, atMs] of this.#wanted) this.#heap.push({ key, atMs });
    // A sorted array is a heap.
    this.#heap.sort((a, b) => a.atMs - b.atMs);
  }

  #push(item: Item): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(item);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.atMs <= item.atMs) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = item;
  }

  #pop(): void {
    const heap = this.#heap;
    const item = heap.pop();
    if (item === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const left = heap[below];
      const right = heap[below + 1];
      if (left !== undefined && right !== undefined && right.atMs < left.atMs) below++;
      const child = heap[below];
      if (child === undefined || child.atMs >= item.atMs) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = item;
  }
}
