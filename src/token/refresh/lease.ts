/**
 * Lets one of all windows and `keyturn` processes that share a store refresh a token at a time. Where there is no
 * common folder the task runs at once.
 */
export interface RefreshLease {
  /** Waits for its turn, then runs the task. A holder that died, or that holds on for too long, is passed over. */
  hold<T>(key: string, task: (turn: LeaseTurn) => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** One turn with the lease. */
export interface LeaseTurn {
  /**
   * What the holders before this one stored last. A store may tell other processes of a write only a moment after it
   * took it: until then a refresh token that is read there may be one that is spent.
   */
  readonly lastStored: StoredMark | null;
  /**
   * Leaves a mark for the next holder: `obtainedAtMs` of the token that was just stored, and whether it came with
   * another refresh token than the one before it.
   */
  stored(obtainedAtMs: number, replaced: boolean): void;
}

export interface StoredMark {
  /** `obtainedAtMs` of the token. */
  readonly obtainedAtMs: number;
  /** When it was stored, milliseconds since the epoch. */
  readonly atMs: number;
  /** A token that was obtained earlier has a refresh token that was replaced since; 0 when none was. */
  readonly spentBeforeMs: number;
}

/** A turn without other candidates. */
export const noTurn: LeaseTurn = { lastStored: null, stored: () => undefined };
