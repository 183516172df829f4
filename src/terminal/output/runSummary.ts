import { formatCount, formatElapsed } from '../../base/text.ts';
import type { Verdict } from '../../run/verdict.ts';
import type { Palette } from './streams.ts';

/** Counts what became of the requests of a run. */
export class RunSummary {
  readonly #total: number;
  readonly #startMs = performance.now();
  #passed = 0;
  #refused = 0;
  #failed = 0;
  #disabled = 0;

  /** `total` requests are in the files; a run that is cancelled does not get to all of them. */
  constructor(total: number) {
    this.#total = total;
  }

  add({ outcome, passed }: Verdict): void {
    if (outcome === 'skipped') this.#disabled++;
    else if (outcome === 'cancelled') return;
    else if (!passed) this.#failed++;
    else if (outcome === 'refused') this.#refused++;
    else this.#passed++;
  }

  /** The last line of a run, such as `4 passed · 1 failed · 1 not run (1 disabled) · 2.31 s`. */
  line(paint: Palette): string {
    const parts = [paint.good(`${formatCount(this.#passed)} passed`)];
    if (this.#refused > 0) parts.push(paint.warn(`${formatCount(this.#refused)} with status 400 or above`));
    if (this.#failed > 0) parts.push(paint.bad(`${formatCount(this.#failed)} failed`));
    const notRun = this.#total - this.#passed - this.#refused - this.#failed;
    if (notRun > 0) {
      const disabled = this.#disabled > 0 ? ` (${formatCount(this.#disabled)} disabled)` : '';
      parts.push(paint.dim(`${formatCount(notRun)} not run${disabled}`));
    }
    return `${[...parts, formatElapsed(performance.now() - this.#startMs)].join(' · ')}\n`;
  }
}
