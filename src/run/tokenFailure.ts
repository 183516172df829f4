import { asKeyturnError, type ErrorCode, KeyturnError } from '../base/errors.ts';

/** What can keep any server from being reached. */
const unreached: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'host_not_found',
  'connection_refused',
  'connection_reset',
  'connection_failed',
  'connect_timeout',
  'timeout',
  'tls_failed',
  'proxy_failed',
]);

/** Names the token whose server was not reached: it would read as if the API had not been. */
export function tokenFailure(name: string, thrown: unknown): KeyturnError {
  const error = asKeyturnError(thrown);
  if (!unreached.has(error.code) || error.data['token'] === name) return error;
  return new KeyturnError(error.code, `The token "${name}" was not obtained: ${error.message}`, {
    cause: error,
    data: { ...error.data, token: name },
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}
