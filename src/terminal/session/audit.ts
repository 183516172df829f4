import { join } from 'node:path';
import type { AuditLogOptions } from '../../audit/auditLog.ts';
import { DeferredAudit } from '../../audit/deferredAudit.ts';
import { systemClock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { stateFolder } from './stateFolder.ts';
import type { Streams } from '../output/streams.ts';

/** For how many days the log keeps events: the command's counterpart of the setting `keyturn.audit.retention`. */
const AUDIT_DAYS = 'KEYTURN_AUDIT_DAYS';
const DEFAULT_DAYS = 90;
const MOST_DAYS = 3650;

/** Where the command keeps its log. */
export function auditFolder(env: Streams['env']): string {
  return join(stateFolder(env), 'audit');
}

/** Fails with `usage` for a value that is not valid: a typing error must not delete a record. */
export function retentionDays(env: Streams['env']): number {
  const text = (env[AUDIT_DAYS] ?? '').trim();
  if (text === '') return DEFAULT_DAYS;
  const days = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (days >= 1 && days <= MOST_DAYS) return days;
  throw new KeyturnError('usage', `${AUDIT_DAYS} takes a whole number of days from 1 to ${MOST_DAYS}.`);
}

/** The command's own log, loaded when its first event is written. Fails like `retentionDays`. */
export function openAudit(
  env: Streams['env'],
  parts: Pick<AuditLogOptions, 'mask' | 'secrets' | 'report'>,
): DeferredAudit {
  const days = retentionDays(env);
  return new DeferredAudit(systemClock, async () => {
    const { createAuditLog } = await import('../../audit/auditLog.ts');
    return createAuditLog({
      folder: auditFolder(env),
      clock: systemClock,
      retentionDays: () => days,
      ...parts,
    });
  });
}
