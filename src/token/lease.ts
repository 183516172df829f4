/**
 * Lets one of all windows and `keyturn` processes that share a store refresh a token at a time. Where there is no
 * common folder the task runs at once.
 */
export interface RefreshLease {
  /** Waits for its turn, then runs the task. A holder that died, or that holds on for too long, is passed over. */
  hold<T>(key: string, task: () => Promise<T>, signal: AbortSignal): Promise<T>;
}
