import { parentPort } from 'node:worker_threads';
import type { WorkerOrder, WorkerReply } from './messages.ts';
import { createSandbox } from './sandbox.ts';

// The worker thread in which scripts run: one order, one answer. It serves the runner alone, so it trusts its orders.

const sandbox = await createSandbox(new URL('.', import.meta.url));

parentPort?.on('message', ({ id, job, limits }: WorkerOrder) => {
  const reply: WorkerReply = { id, ...sandbox.run(job, limits) };
  parentPort?.postMessage(reply);
  // While the runner is busy with the answer.
  if (!reply.spent) sandbox.prepare(job.api);
});
parentPort?.postMessage('ready');
