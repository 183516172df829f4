import { abortable } from '../../base/abortable.ts';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { formatElapsed } from '../../base/text.ts';
import { directiveOf } from '../../httpfile/marks/stops.ts';
import { parseSpacing, sleepMs } from '../../httpfile/directives/waits.ts';
import type { RunInput } from '../engine.ts';
import type { Spacing } from './spacing.ts';

/** Waits shorter than this are not worth a note. */
const NOTED_FROM_MS = 100;

export interface WaitParts {
  readonly clock: Clock;
  readonly spacing: Spacing;
}

/**
 * Waits as `# @sleep`, `# @delay` and `# @ratelimit` of a request say, and tells how long. Fails with `cancelled`, and with
 * `request_invalid` on a rate limit that cannot be read.
 */
export async function waitBefore(
  { clock, spacing }: WaitParts,
  { tree, node }: Pick<RunInput, 'tree' | 'node'>,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const notes: string[] = [];
  for (const key of ['sleep', 'delay', 'ratelimit'] as const) {
    const directive = directiveOf(tree, node, key);
    if (directive === null) continue;
    const { value } = directive;
    const nowMs = clock.now();
    let untilMs = nowMs + (sleepMs(value) ?? 0);
    if (key === 'ratelimit') {
      const rule = parseSpacing(value);
      if (rule === null) throw noSpacing(directive.key);
      untilMs = spacing.reserve(rule, nowMs);
    }
    await waitUntil(clock, untilMs, signal);
    if (untilMs - nowMs >= NOTED_FROM_MS) {
      notes.push(
        `Keyturn waited ${formatElapsed(untilMs - nowMs)} before sending (\`# @${directive.key}\`).`,
      );
    }
  }
  return notes;
}

function noSpacing(key: string): KeyturnError {
  return new KeyturnError('request_invalid', `\`# @${key}\` takes a rate such as 5/s or 30/m.`, {
    hint: 'Or write it as httpyac does, with times in milliseconds: `# @ratelimit slot a minIdleTime 100 max 5 expire 1000`.',
  });
}

async function waitUntil(clock: Clock, atMs: number, signal: AbortSignal | undefined): Promise<void> {
  if (atMs <= clock.now()) return;
  // The timer of a clock lets the process end; a request that waits must not.
  const held = setInterval(() => undefined, 1_000_000);
  let timer: ReturnType<Clock['at']> | undefined;
  try {
    await abortable(new Promise<void>((resolve) => (timer = clock.at(atMs, resolve))), signal);
  } finally {
    timer?.dispose();
    clearInterval(held);
  }
}
