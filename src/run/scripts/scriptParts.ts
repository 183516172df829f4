import type { Scripts } from '../../script/runner.ts';

/** A line that a script wrote. Masked. */
export interface ScriptLine {
  /** Location of the request file. */
  readonly file: string;
  /** Zero-based line of the script. */
  readonly line: number;
  readonly level: 'log' | 'info' | 'warn' | 'error' | 'debug';
  readonly text: string;
}

/** What runs scripts, and what hears of their lines. */
export interface ScriptParts {
  runner(): Promise<Scripts>;
  log(line: ScriptLine): void;
}
