import { type LogOutputChannel, window } from 'vscode';
import { asKeyturnError } from '../../base/errors.ts';
import type { Redactor } from '../../redaction/redactor.ts';

/** The output channel "Keyturn". Everything written to it is masked first. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  /** `what` failed, with the error's own sentence. */
  error(what: string, error: unknown): void;
  show(): void;
  dispose(): void;
}

export function createLog(redactor: Redactor): Log {
  let channel: LogOutputChannel | undefined;
  const open = () => (channel ??= window.createOutputChannel('Keyturn', { log: true }));
  return {
    info: (message) => open().info(redactor.mask(message)),
    warn: (message) => open().warn(redactor.mask(message)),
    error: (what, error) => {
      const known = asKeyturnError(error);
      if (known.code === 'cancelled') return;
      const lines = [
        `${what}: ${known.message} (${known.code})`,
        ...frames(known.code === 'internal' ? known.cause : null),
      ];
      open().error(redactor.mask(lines.join('\n')));
    },
    show: () => open().show(true),
    dispose: () => channel?.dispose(),
  };
}

/** Where an unforeseen error came from. Its message is left out: it may quote a secret that is not registered. */
function frames(cause: unknown): string[] {
  if (!(cause instanceof Error)) return [];
  const stack = (cause.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return [`    ${cause.name}`, ...stack];
}
