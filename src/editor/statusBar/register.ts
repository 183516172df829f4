import { l10n, Disposable, window, workspace } from 'vscode';
import { Lazy } from '../../base/lazy.ts';
import type { EditorServices } from '../services.ts';
import type { TokenStatusBar } from './tokenStatusBar.ts';

interface LazyParts {
  readonly TokenStatusBar: typeof TokenStatusBar;
}

/** The item says minutes, so it is looked at a few times in each. */
const AGE_MS = 15_000;
/** After typing stops. */
const SETTLE_MS = 400;

/** Keeps the status bar's item up to date. What draws it is loaded after the activation. */
export function registerStatusBar(services: EditorServices, load: () => Promise<LazyParts>): Disposable {
  const bar = new Lazy(async () => {
    const { TokenStatusBar } = await load();
    return new TokenStatusBar(services);
  });
  let settling: NodeJS.Timeout | undefined;
  let aging: { dispose(): void } | null = null;
  let disposed = false;
  const update = async () => {
    if (bar.made === null && !(await hasSomethingToShow(services))) return;
    if (disposed) return;
    aging?.dispose();
    // After a failure, too: the item must not go on saying what was true then.
    const next = services.clock.at(services.clock.now() + AGE_MS, soon);
    aging = next;
    const isShown = await (await bar.get()).update();
    if (!isShown) next.dispose();
  };
  const soon = () => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      update().catch((error: unknown) => services.log.error(l10n.t('Status bar'), error));
    }, SETTLE_MS);
  };
  soon();
  const subscriptions = [
    window.onDidChangeActiveTextEditor(soon),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (document === window.activeTextEditor?.document && document.languageId === 'http') soon();
    }),
    services.profiles.onDidChange(soon),
    services.tokens.onDidChange(soon),
  ];
  return new Disposable(() => {
    disposed = true;
    clearTimeout(settling);
    aging?.dispose();
    for (const subscription of subscriptions) subscription.dispose();
    void bar.made?.then((made) => made.dispose());
  });
}

/** Most windows never have a token: they need not load what draws it. */
async function hasSomethingToShow({ directory }: EditorServices): Promise<boolean> {
  if (window.activeTextEditor?.document.languageId === 'http') return true;
  return (await directory.entries()).length > 0;
}
