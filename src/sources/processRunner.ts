import type { CommandFile } from '../consent/question.ts';

/** Runs a program to its end. */
export interface ProcessRunner {
  /** What `run` would start in this folder. Fails with `command_failed` when there is no such program. */
  find(command: readonly string[], cwd: string): Promise<FoundCommand>;
  /**
   * Fails with `command_failed` when the program cannot be started, prints more than `maxBytes` or does not end in
   * time, with `command_refused` when its arguments cannot be handed to it as they are, and with `cancelled`.
   */
  run(command: readonly string[], options: ProcessOptions): Promise<ProcessOutput>;
}

export interface FoundCommand {
  /** The program with its whole path. */
  readonly program: string;
  /** The files that the command names. */
  readonly files: readonly CommandFile[];
}

export interface ProcessOptions {
  /** Folder that it runs in. */
  readonly cwd: string;
  /** For what it prints on standard output; of standard error as much is kept, and the rest dropped. */
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface ProcessOutput {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}
