/** What happened to a token. Stable: the names stand in the log and in what is exported from it. */
export type AuditAction =
  | 'added'
  | 'obtained'
  | 'refreshed'
  | 'used'
  | 'refused'
  | 'introspected'
  | 'revoked'
  | 'revealed'
  | 'copied'
  | 'exported'
  | 'renamed'
  | 'origins_changed'
  | 'allowed'
  | 'withdrawn'
  | 'deleted';

export interface AuditEvent {
  readonly action: AuditAction;
  readonly tokenName: string;
  /** For the fingerprint, a keyed hash; the value itself is written nowhere. Null where there is none. */
  readonly accessToken: string | null;
  /** Where it went, or came from. */
  readonly origin: string | null;
  readonly method: string | null;
  /** Path without query, numbers and ids replaced: `/reports/{id}`. */
  readonly path: string | null;
  readonly status: number | null;
  /** A stable error code where it failed. */
  readonly error: string | null;
  /** What caused it: a line of a file, a command, or "background". */
  readonly cause: string;
  /**
   * What it was about, where its action alone does not tell: the name before, the origins that came and went, what
   * was allowed. Never a secret.
   */
  readonly detail?: string;
}

/** Takes events; never fails, never waits. */
export interface AuditRecorder {
  record(event: AuditEvent): void;
}

/** An event that is no request of a file. */
export function tokenEvent(
  action: AuditAction,
  { name, accessToken }: { readonly name: string; readonly accessToken: string | null },
  cause: string,
): AuditEvent {
  return {
    action,
    tokenName: name,
    accessToken: accessToken === '' ? null : accessToken,
    origin: null,
    method: null,
    path: null,
    status: null,
    error: null,
    cause,
  };
}
