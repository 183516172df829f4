import { commands, Disposable } from 'vscode';
import { Lazy } from '../../base/lazy.ts';
import { showError, type MessageParts } from './messages.ts';

/** What the commands of a feature do: one line each, so that leaving one out does not compile. */
export type Handlers<Names> = Readonly<Record<Names[keyof Names] & string, (...args: unknown[]) => unknown>>;

/** The loaded half of a feature's commands. */
export interface Loaded<Names> {
  readonly handlers: Handlers<Names>;
  dispose?(): unknown;
}

/** Registers the commands of a feature. The first call loads what they do; the person sees what fails. */
export function registerCommands<Name extends string>(
  services: MessageParts,
  names: Readonly<Record<string, Name>>,
  load: () => Promise<Loaded<Readonly<Record<string, Name>>>>,
): Disposable {
  const loaded = new Lazy(load);
  const registered = Object.values(names).map((name) =>
    commands.registerCommand(name, async (...args: unknown[]) => {
      try {
        const { handlers } = await loaded.get();
        return await handlers[name](...args);
      } catch (error) {
        showError(services, name, error);
        return undefined;
      }
    }),
  );
  return new Disposable(async () => {
    Disposable.from(...registered).dispose();
    await (await loaded.made)?.dispose?.();
  });
}
