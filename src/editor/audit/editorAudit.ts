import { join } from 'node:path';
import { l10n, type Uri } from 'vscode';
import type { AuditLog, AuditLogOptions } from '../../audit/auditLog.ts';
import { DeferredAudit } from '../../audit/deferredAudit.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { AuditRecorder } from '../../base/auditEvent.ts';
import { readSetting } from '../platform/settings.ts';

/** The audit log of all windows of this editor. */
export interface EditorAudit extends AuditRecorder {
  /** Loads it. Fails with `unsupported` where the editor keeps its files nowhere on this computer. */
  log(): Promise<AuditLog>;
  dispose(): Promise<void>;
}

/** Its files are in the global storage; it is loaded a second after its first event. */
export function createEditorAudit(
  storage: Uri,
  parts: Pick<AuditLogOptions, 'clock' | 'mask' | 'secrets' | 'report'>,
): EditorAudit {
  if (storage.scheme !== 'file') return noAudit;
  return new DeferredAudit(parts.clock, async () => {
    const { createAuditLog } = await import('../platform/later.ts');
    return createAuditLog({
      folder: join(storage.fsPath, 'audit'),
      retentionDays: () => readSetting('keyturn.audit.retention'),
      ...parts,
    });
  });
}

const noAudit: EditorAudit = {
  record: () => undefined,
  log: () =>
    Promise.reject(
      new KeyturnError(
        'unsupported',
        l10n.t('This editor keeps no files on this computer, and so no audit log.'),
      ),
    ),
  dispose: () => Promise.resolve(),
};
