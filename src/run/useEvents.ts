import { KeyturnError } from '../base/errors.ts';
import type { HttpRequest } from '../http/message.ts';
import type { AuditEvent } from '../base/auditEvent.ts';
import type { AcquiredToken } from '../token/acquire.ts';

/** That a token went out in a request, and what came of it. */
export function useEvent(
  { token, profile }: AcquiredToken,
  { method, url }: Pick<HttpRequest, 'method' | 'url'>,
  outcome: { readonly status: number | null; readonly error: string | null },
  cause: string,
): AuditEvent {
  return {
    action: 'used',
    tokenName: profile.name,
    accessToken: token.accessToken,
    origin: url.origin,
    method,
    path: url.pathname,
    ...outcome,
    cause,
  };
}

/** That a token was about to go where it may not; null for any other failure. */
export function refusalEvent(error: unknown, method: string, cause: string): AuditEvent | null {
  if (!KeyturnError.is(error, 'origin_not_allowed', 'insecure_origin', 'certificate_not_verified'))
    return null;
  const { token, origin } = error.data;
  if (typeof token !== 'string' || typeof origin !== 'string') return null;
  return {
    action: 'refused',
    tokenName: token,
    accessToken: null,
    origin,
    method,
    path: null,
    status: null,
    error: error.code,
    cause,
  };
}
