import { join } from 'node:path';
import type { AuditLogOptions } from '../audit/auditLog.ts';
import { DeferredAudit } from '../audit/deferredAudit.ts';
import { systemClock } from '../clock.ts';
import { stateFolder } from './stateFolder.ts';
import type { Streams } from './streams.ts';

/** The command has no settings: the log reaches back as far as the editor's does unless it is set otherwise. */
const RETENTION_DAYS = 90;

/** Where the command keeps its log. */
export function auditFolder(env: Streams['env']): string {
  return join(stateFolder(env), 'audit');
}

/** The command's own log, loaded when its first event is written. */
export function openAudit(
  env: Streams['env'],
  parts: Pick<AuditLogOptions, 'mask' | 'secrets' | 'report'>,
): DeferredAudit {
  return new DeferredAudit(systemClock, async () => {
    const { createAuditLog } = await import('../audit/auditLog.ts');
    return createAuditLog({
      folder: auditFolder(env),
      clock: systemClock,
      retentionDays: () => RETENTION_DAYS,
      ...parts,
    });
  });
}
