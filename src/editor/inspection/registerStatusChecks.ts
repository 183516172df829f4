import { l10n } from 'vscode';
import { Lazy } from '../../base/lazy.ts';
import type { EditorServices } from '../services.ts';
import { onDidChangeSetting, readSetting } from '../platform/settings.ts';
import type { StatusChecks } from './statusChecks.ts';

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/** Looks at the tokens in use every minute, or as often as they are to be asked about, where the setting asks for it; nothing is loaded where it does not. */
export function registerStatusChecks(
  services: EditorServices,
  load: () => Promise<typeof StatusChecks>,
): { dispose(): void } {
  const { clock, log } = services;
  const checks = new Lazy<StatusChecks>(async () => {
    const Checks = await load();
    return new Checks(services);
  });
  let disposed = false;
  let timer: { dispose(): void } | null = null;
  const plan = () => {
    timer?.dispose();
    const intervalMs = readSetting('keyturn.tokens.introspectEvery') * MINUTE_MS;
    const waitMs = Math.min(Math.max(intervalMs, SECOND_MS), MINUTE_MS);
    timer = !disposed && intervalMs > 0 ? clock.at(clock.now() + waitMs, () => void look()) : null;
  };
  const look = async () => {
    try {
      await (await checks.get()).look(readSetting('keyturn.tokens.introspectEvery') * MINUTE_MS);
    } catch (error) {
      log.error(l10n.t('Status of tokens'), error);
    }
    plan();
  };
  plan();
  const subscription = onDidChangeSetting(['keyturn.tokens.introspectEvery'], plan);
  return {
    dispose() {
      disposed = true;
      plan();
      subscription.dispose();
      void checks.made?.then((made) => made.dispose());
    },
  };
}
