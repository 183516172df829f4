// A process of its own that records events: node appender.ts FOLDER NAME COUNT
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuditLog } from '../../src/audit/auditLog.ts';
import { systemClock } from '../../src/base/clock.ts';

const [folder = '', name = '', count = '0'] = process.argv.slice(2);
const log = createAuditLog({
  folder,
  clock: systemClock,
  mask: (text) => text,
  secrets: () => null,
  retentionDays: () => 90,
  report: (error) => {
    throw error;
  },
});
for (let index = 0; index < Number(count); index++) {
  log.record({
    action: 'used',
    tokenName: name,
    accessToken: null,
    origin: 'https://api.example.com',
    method: 'GET',
    path: '/reports',
    status: 200,
    error: null,
    cause: `event ${index}`,
  });
  if (index % 25 === 24) {
    await log.flush();
    if (index === 24) process.stdout.write('writing');
    await sleep(1);
  }
}
await log.dispose();
