import type { Host } from './host.ts';
import { shown } from './values.ts';

const LEVELS = ['log', 'info', 'warn', 'error', 'debug'] as const;

/** `console`: each call is one entry of the log. `trace` and `dir` are entries like others. */
export function consoleOf(host: Host): object {
  const print =
    (level: string) =>
    (...values: unknown[]) =>
      host.report('log', level, values.map(shown).join(' '));
  const levels = LEVELS.map((level) => [level, print(level)] as const);
  return { ...Object.fromEntries(levels), trace: print('debug'), dir: print('log') };
}
