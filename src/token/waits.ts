import { KeyturnError } from '../base/errors.ts';
import { tokenKey } from '../profile/key.ts';
import type { TokenProfile } from '../profile/profile.ts';

/**
 * Which tokens wait for which others while they are obtained. Two that wait for each other would do so for ever, also
 * where different callers began it.
 */
export class Waits {
  /** How often one token waits for another, by their keys. */
  readonly #waits = new Map<string, Map<string, number>>();

  /** Does the work while `from` waits for `to`. Fails with `profile_invalid` where that would be a circle. */
  async during<T>(from: TokenProfile, to: TokenProfile, work: () => Promise<T>): Promise<T> {
    const [waiting, wanted] = [keyOf(from), keyOf(to)];
    if (this.#leads(wanted, waiting)) throw circular(from, to);
    const others = this.#waits.get(waiting) ?? new Map<string, number>();
    this.#waits.set(waiting, others);
    others.set(wanted, (others.get(wanted) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (others.get(wanted) ?? 1) - 1;
      if (left > 0) others.set(wanted, left);
      else others.delete(wanted);
      if (others.size === 0) this.#waits.delete(waiting);
    }
  }

  #leads(from: string, to: string): boolean {
    const seen = new Set<string>();
    const open = [from];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === to) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(this.#waits.get(next)?.keys() ?? []));
    }
    return false;
  }
}

function keyOf(profile: TokenProfile): string {
  return tokenKey(profile.parent ?? profile);
}

function circular({ name }: TokenProfile, other: TokenProfile): KeyturnError {
  const message =
    other.name === name
      ? `The token "${name}" is obtained with a request that needs this token itself.`
      : `The token "${name}" needs the token "${other.name}", which needs "${name}" again.`;
  return new KeyturnError('profile_invalid', message, {
    hint: 'Use another token in the request that logs in.',
    data: { token: name },
  });
}
