// A process that shares a store with others: it refreshes once and stops at a step, or acquires and uses many tokens.
import type { Task, Told } from './messages.ts';
import { createSharingManager, type SharedPlace, signedIn, type Step } from './refresher.ts';
import { useTokens } from './useTokens.ts';

const tell = (told: Told) => process.send?.(told);

process.on('message', (task: Task) => {
  if (task.kind === 'refresh') void refresh(task.place, task.stopAt);
  else
    void useTokens(task.place, task.times, task.everyMs).then((failures) => tell({ kind: 'used', failures }));
});
tell({ kind: 'ready' });

async function refresh(place: SharedPlace, stopAt: Step | null): Promise<void> {
  const at = (step: Step): Promise<void> => {
    if (step !== stopAt) return Promise.resolve();
    tell({ kind: 'reached', step });
    return new Promise(() => undefined);
  };
  const { manager } = createSharingManager(place, at);
  await manager.acquire(signedIn(place), { force: true });
  await at('handed out');
}
