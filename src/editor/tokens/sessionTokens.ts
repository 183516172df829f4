import { EventEmitter } from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { CapturedToken, Exchange } from '../../httpfile/earlier/exchange.ts';
import type { EnvironmentPicker } from '../environments/picker.ts';
import type { Sessions } from '../environments/sessions.ts';
import { type SessionGroup, sessionGroup } from './tree/captured.ts';

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
  /** Those of the group, in the order of their answers. */
  #tokens: readonly CapturedToken[] = [];
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
    const exchanges = loginsOf(this.#parts.sessions);
    const tokens = exchanges.flatMap((exchange) => exchange.tokens);
    if (!areSame(tokens, this.#tokens)) this.#group = sessionGroup(exchanges);
    this.#tokens = tokens;
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
      const tokens = loginsOf(this.#parts.sessions).flatMap((exchange) => exchange.tokens);
      if (!areSame(tokens, this.#tokens)) this.#changed.fire();
    });
  }
}

export function currentGroup(sessions: Pick<Sessions, 'current'>): SessionGroup | null {
  return sessionGroup(loginsOf(sessions));
}

/** Most answers hold no token. */
function loginsOf({ current }: Pick<Sessions, 'current'>): Exchange[] {
  return current.flatMap(({ exchanges }) => [...exchanges.all].filter(({ tokens }) => tokens.length > 0));
}

function areSame(a: readonly CapturedToken[], b: readonly CapturedToken[]): boolean {
  return a.length === b.length && a.every((token, at) => token === b[at]);
}
