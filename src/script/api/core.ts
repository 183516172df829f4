import type { Api, Host } from './host.ts';
import { ExitSignal, messageOf, shown, toJson } from './values.ts';

/** What all APIs have: how a script's end is told. */
export function coreApi(host: Host, begin: Api['begin'], finish: Api['finish']): Api {
  return {
    begin,
    fail(error) {
      if (error instanceof ExitSignal) return;
      if (error instanceof Error) host.report('error', error.name, error.message, stackOf(error));
      else host.report('error', 'Error', messageOf(error));
    },
    value(value) {
      host.report('value', '', value === undefined || value === null ? '' : plain(value));
    },
    finish,
  };
}

/** Ends the script. */
export function exit(host: Host): never {
  host.report('exit', '');
  throw new ExitSignal('The script asked to end.');
}

export function stackOf(error: unknown): string {
  return error instanceof Error && typeof error.stack === 'string' ? error.stack : '';
}

function plain(value: unknown): string {
  return typeof value === 'object' ? (toJson(value, 'The expression') ?? '') : shown(value);
}
