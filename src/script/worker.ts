import { parentPort } from 'node:worker_threads';
import type { WorkerOrder, WorkerReply } from './messages.ts';
import { createSandbox } from './sandbox.ts';

// The worker thread in which scripts run: one order, one answer. It serves the runner alone, so it trusts its orders.

const sandbox = await createSandbox(new URL('.', import.meta.url));

async function answer({ id, job, limits }: WorkerOrder): Promise<void> {
  const reply: WorkerReply = { id, ...(await sandbox.run(job, limits)) };
  parentPort?.postMessage(reply);
}

// A failure ends the thread, which the runner reports.
parentPort?.on('message', (order: WorkerOrder) => void answer(order));
parentPort?.postMessage('ready');
