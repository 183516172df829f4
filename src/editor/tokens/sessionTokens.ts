import { EventEmitter } from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { EnvironmentPicker } from '../environments/picker.ts';
import type { Sessions } from '../environments/sessions.ts';
import { sameTokens, type SessionGroup, sessionGroup } from './tree/captured.ts';

/** Many requests of a batch change the session at once. */
const PAUSE_MS = 100;

export interface SessionTokensParts {
  readonly sessions: Pick<Sessions, 'current' | 'onDidChange'>;
  readonly environments: Pick<EnvironmentPicker, 'onDidChange'>;
  readonly clock: Clock;
}

/** The tokens in answers of the sessions that are seen now, for the tree. */
export class SessionTokens {
  readonly #parts: SessionTokensParts;
  readonly #changed = new EventEmitter<void>();
  readonly #subscriptions: { dispose(): void }[];
  #group: SessionGroup | null = null;
  #waiting: { dispose(): void } | null = null;

  /** They are others than those that `group` gave last. */
  readonly onDidChange = this.#changed.event;

  constructor(parts: SessionTokensParts) {
    this.#parts = parts;
    const soon = () => this.#soon();
    this.#subscriptions = [
      this.#changed,
      parts.sessions.onDidChange(soon),
      parts.environments.onDidChange(soon),
    ];
  }

  /** The same group as before while it holds the same tokens. */
  group(): SessionGroup | null {
    const group = currentGroup(this.#parts.sessions);
    if (!sameTokens(group, this.#group)) this.#group = group;
    return this.#group;
  }

  dispose(): void {
    this.#waiting?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #soon(): void {
    const { clock } = this.#parts;
    this.#waiting ??= clock.at(clock.now() + PAUSE_MS, () => {
      this.#waiting = null;
      const before = this.#group;
      if (this.group() !== before) this.#changed.fire();
    });
  }
}

export function currentGroup({ current }: Pick<Sessions, 'current'>): SessionGroup | null {
  return sessionGroup(current.flatMap(({ exchanges }) => [...exchanges.all]));
}
