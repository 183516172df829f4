import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type AuditLogOptions, createAuditLog } from '../../src/audit/auditLog.ts';
import type { KeyturnError } from '../../src/base/errors.ts';
import type { AuditEvent } from '../../src/base/auditEvent.ts';
import { Redactor } from '../../src/redaction/redactor.ts';
import { createMemorySecretStore } from '../token/memorySecretStore.ts';
import { TestClock } from '../token/support.ts';

export const DAY = 24 * 60 * 60 * 1000;

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-audit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export function eventOf(changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    action: 'used',
    tokenName: 'viewer',
    accessToken: 'access-token-of-viewer',
    origin: 'https://api.example.com',
    method: 'GET',
    path: '/reports/7',
    status: 200,
    error: null,
    cause: '/w/tour.http:12',
    ...changes,
  };
}

/** A log in a folder of its own, under a clock that is turned by hand. */
export async function auditHarness(changes: Partial<AuditLogOptions> = {}) {
  const folder = changes.folder ?? join(await temporaryFolder(), 'audit');
  const clock = new TestClock();
  const secrets = createMemorySecretStore();
  const redactor = new Redactor();
  const reports: KeyturnError[] = [];
  const options: AuditLogOptions = {
    folder,
    clock,
    mask: (text) => redactor.mask(text),
    secrets: () => secrets,
    retentionDays: () => 90,
    report: (error) => void reports.push(error),
    ...changes,
  };
  return { log: createAuditLog(options), options, folder, clock, secrets, redactor, reports };
}
