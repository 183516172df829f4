import type { ErrorCode } from '../../base/errors.ts';

/** What an error code of a server means for Keyturn, and what a person can do about it. */
export interface KnownError {
  readonly code: ErrorCode;
  /** Null where it depends on what was asked. */
  readonly hint: string | null;
}

const CHECK_CLIENT: KnownError = { code: 'invalid_client', hint: null };
const CHECK_GRANT: KnownError = { code: 'invalid_grant', hint: null };

const NEEDS_PERSON: KnownError = {
  code: 'oauth_error',
  hint: 'The server requires the user (a second factor, consent or a new sign-in), which this grant cannot do: use "grant": "authorization_code" or "device_code".',
};

/** RFC 6749 section 5.2, OpenID Connect Core section 3.1.2.6 and their extensions; the last ones are GitHub's. */
const KNOWN: Readonly<Record<string, KnownError>> = {
  invalid_client: CHECK_CLIENT,
  unauthorized_client: {
    code: 'invalid_client',
    hint: 'Allow this grant for the client at the server. Some servers answer the same to a wrong client secret.',
  },
  invalid_grant: CHECK_GRANT,
  invalid_scope: { code: 'invalid_scope', hint: 'Request a scope that the client may have.' },
  invalid_request: {
    code: 'oauth_error',
    hint: 'Check the properties of the token in keyturn.json: one is missing for the server, or it does not know one.',
  },
  unsupported_grant_type: {
    code: 'oauth_error',
    hint: 'Switch this grant on at the server, or use another "grant" in keyturn.json.',
  },
  invalid_target: { code: 'oauth_error', hint: 'Check "resource" and "audience" in keyturn.json.' },
  invalid_redirect_uri: {
    code: 'oauth_error',
    hint: 'Register the redirect address for this client at the server.',
  },
  redirect_uri_mismatch: {
    code: 'oauth_error',
    hint: 'Register the redirect address for this client at the server.',
  },
  access_denied: {
    code: 'oauth_error',
    hint: 'Allow this at the server: the client or the user may not do it.',
  },
  server_error: { code: 'oauth_error', hint: 'Try again later.' },
  temporarily_unavailable: { code: 'oauth_error', hint: 'Try again later.' },
  slow_down: { code: 'oauth_error', hint: 'Wait, then try again: Keyturn asked the server too often.' },
  mfa_required: NEEDS_PERSON,
  interaction_required: NEEDS_PERSON,
  login_required: NEEDS_PERSON,
  consent_required: NEEDS_PERSON,
  account_selection_required: NEEDS_PERSON,
  incorrect_client_credentials: CHECK_CLIENT,
  bad_refresh_token: CHECK_GRANT,
  bad_verification_code: CHECK_GRANT,
  incorrect_device_code: CHECK_GRANT,
  device_flow_disabled: {
    code: 'oauth_error',
    hint: 'Switch the device flow on for this client at the server, or use another "grant" in keyturn.json.',
  },
};

/** `invalid_client` for `INVALID_CLIENT`, `InvalidClient`, `invalid client` and AWS's `InvalidClientException`. */
export function errorName(error: string): string {
  return error
    .slice(0, 100)
    .trim()
    .replace(/Exception$/, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toLowerCase();
}

export function knownError(error: string): KnownError | null {
  const name = errorName(error);
  return Object.hasOwn(KNOWN, name) ? (KNOWN[name] ?? null) : null;
}

/** True for a code of a standard, or of a vendor whose codes are known: what the server says is meant as it says it. */
export function isOAuthCode(error: string | null): boolean {
  if (error === null) return false;
  return (
    knownError(error) !== null ||
    /^(?:invalid|unsupported|use|insufficient)_[a-z_]+$|^[a-z_]+_(?:required|pending)$|^expired_token$/.test(
      errorName(error),
    )
  );
}
