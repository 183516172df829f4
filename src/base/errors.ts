/**
 * Every failure that Keyturn can explain, one stable code each. The engine throws codes and data; the editor
 * and the terminal choose the words around them. Codes are part of the `--json` output, so they never change
 * their meaning.
 */
export type ErrorCode =
  // httpfile
  | 'variable_unknown'
  | 'variable_cycle'
  | 'variable_invalid'
  | 'file_unreadable'
  | 'file_owner'
  | 'environment_unknown'
  | 'environment_invalid'
  | 'request_not_found'
  | 'request_invalid'
  | 'request_disabled'
  | 'confirmation_needed'
  | 'input_needed'
  | 'unsupported'
  | 'script_failed'
  // token and oauth
  | 'profile_unknown'
  | 'profile_invalid'
  | 'token_missing'
  | 'token_expired'
  | 'token_invalid'
  | 'origin_not_allowed'
  | 'insecure_origin'
  | 'secret_missing'
  | 'store_unavailable'
  | 'store_locked'
  | 'store_write_failed'
  | 'store_corrupt'
  | 'discovery_failed'
  | 'issuer_mismatch'
  | 'token_endpoint_failed'
  | 'token_response_invalid'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'oauth_error'
  // sign-in: a person has to act, said no, or the browser brought back what was not asked for
  | 'sign_in_needed'
  | 'authorization_failed'
  | 'access_denied'
  | 'receiver_not_allowed'
  | 'state_mismatch'
  | 'nonce_mismatch'
  | 'id_token_invalid'
  | 'id_token_mismatch'
  | 'device_code_expired'
  | 'registration_failed'
  // other sources of tokens
  | 'key_invalid'
  | 'command_refused'
  | 'command_failed'
  | 'account_unavailable'
  // proof and end of a token
  | 'verification_failed'
  | 'introspection_failed'
  | 'revocation_failed'
  | 'import_invalid'
  // http
  | 'host_not_found'
  | 'connection_refused'
  | 'connection_reset'
  | 'connection_failed'
  | 'connect_timeout'
  | 'timeout'
  | 'tls_failed'
  | 'certificate_not_verified'
  | 'proxy_failed'
  | 'redirect_loop'
  | 'redirect_invalid'
  | 'redirect_insecure'
  | 'redirect_leaks_secret'
  | 'redirect_too_near'
  | 'address_too_near'
  | 'response_invalid'
  | 'response_too_large'
  | 'decompression_limit'
  | 'decompression_failed'
  // everywhere
  | 'cancelled'
  | 'untrusted_workspace'
  | 'sandbox_failed'
  | 'usage'
  | 'internal';

export interface KeyturnErrorOptions {
  /** The error that led here. Never shown as it is: it may carry a secret. */
  cause?: unknown;
  /** What to do next, one sentence. */
  hint?: string;
  /** Facts for programs, without secrets: names, origins, numbers. */
  data?: Readonly<Record<string, string | number | boolean | null>>;
}

/** The one error class. `message` is one English sentence, free of secrets. */
export class KeyturnError extends Error {
  override readonly name = 'KeyturnError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;

  constructor(code: ErrorCode, message: string, options: KeyturnErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.data = options.data ?? {};
  }

  static is(error: unknown, ...codes: ErrorCode[]): error is KeyturnError {
    return error instanceof KeyturnError && (codes.length === 0 || codes.includes(error.code));
  }
}

/** Whatever was thrown, as a KeyturnError. An abort becomes `cancelled`; the unforeseen becomes `internal`. */
export function asKeyturnError(error: unknown): KeyturnError {
  if (error instanceof KeyturnError) return error;
  if (error instanceof Error && error.name === 'AbortError') {
    return new KeyturnError('cancelled', 'Cancelled.', { cause: error });
  }
  return new KeyturnError('internal', 'Something went wrong inside Keyturn.', { cause: error });
}
