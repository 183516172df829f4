import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { AuditAction } from '../base/auditEvent.ts';

/**
 * What a line may tell: what happened to a token, that events were lost before they could be written (`missed`), or
 * that a writer found the log changed (`log_fault`).
 */
export const auditActions = [
  'added',
  'obtained',
  'refreshed',
  'used',
  'refused',
  'introspected',
  'revoked',
  'revealed',
  'copied',
  'exported',
  'renamed',
  'origins_changed',
  'allowed',
  'withdrawn',
  'deleted',
  'missed',
  'log_fault',
] as const satisfies readonly (AuditAction | 'missed' | 'log_fault')[];

const text = v.pipe(v.string(), v.maxLength(2000));

/** A line before it has its place in the log. */
export const unchainedLineSchema = v.object({
  /** ISO 8601, UTC. */
  time: v.pipe(v.string(), v.isoTimestamp()),
  action: v.picklist(auditActions),
  token: text,
  /** Keyed hash of the token's value; null where there is none, and where no secret store could be read. */
  fingerprint: v.nullable(text),
  origin: v.nullable(text),
  method: v.nullable(text),
  /** `/reports/{id}`. */
  path: v.nullable(text),
  status: v.nullable(v.pipe(v.number(), v.integer())),
  error: v.nullable(text),
  cause: text,
  /** What changed or was allowed; null where the action alone tells. */
  detail: v.optional(v.nullable(text), null),
});

export type UnchainedLine = v.InferOutput<typeof unchainedLineSchema>;

const lineSchema = v.object({
  ...unchainedLineSchema.entries,
  /** Hash of the line before; null in the first line of all. */
  previous: v.nullable(text),
});

/** One line of the log. */
export type AuditLine = v.InferOutput<typeof lineSchema>;

/** The line that a text holds; null when it is none, as the end of a write that was interrupted. */
export function parseLine(written: string): AuditLine | null {
  try {
    const parsed = v.safeParse(lineSchema, JSON.parse(written));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

/** SHA-256 of a line as it is written, without its line end; base64url. */
export function hashOfLine(written: string): string {
  return createHash('sha256').update(written).digest('base64url');
}

/** A line of the log about itself. */
export function lineAboutLog(
  action: 'missed' | 'log_fault',
  atMs: number,
  { cause, error = null, detail = null }: Pick<UnchainedLine, 'cause'> & Partial<UnchainedLine>,
): UnchainedLine {
  return {
    time: new Date(atMs).toISOString(),
    action,
    token: '',
    fingerprint: null,
    origin: null,
    method: null,
    path: null,
    status: null,
    error,
    cause,
    detail,
  };
}
