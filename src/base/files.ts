import type { KeyturnError } from './errors.ts';

/** For whom a file is read, and how far the read may go. */
export interface FileRead {
  /** The file that asks for it, or that it belongs to; null where the person chose the path. */
  readonly from: string | null;
  /** False in an untrusted workspace: nothing outside the workspace folder of `from` is read, links resolved. */
  readonly trusted: boolean;
  readonly maxBytes: number;
  /** Stands in messages in place of the location, which may show the value of a variable. */
  readonly name?: string;
  /** True for a file that a search upward found: it and its folder must belong to the person or to the system. */
  readonly owned?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Reading files without knowing where they are: a path for the command, a URI for the editor (virtual workspaces
 * too). Locations are opaque strings that only the same `Files` understands.
 */
export interface Files {
  /**
   * Null when there is no such file. Fails with `untrusted_workspace`, `file_owner` (only with `owned`), `cancelled`,
   * `timeout`, and `file_unreadable` for what is no regular file, longer than `maxBytes`, part of the system's own
   * folders (/proc, /sys, /dev), on a network share, or cannot be read.
   */
  read(location: string, how: FileRead): Promise<Uint8Array | null>;
  /** `reference` relative to the folder that holds `base`; absolute references are taken as they are. */
  resolve(base: string, reference: string): string;
  /** The folder that holds `location`; null at the root. */
  parent(location: string): string | null;
  /** `name` inside `folder`. */
  join(folder: string, name: string): string;
  /**
   * The folders in which a search from the file `from` upward looks, nearest first. The last one is the workspace
   * folder, the root of the repository, the home folder, a folder of another user, or the root.
   */
  upward(from: string, trusted: boolean): Promise<readonly string[]>;
  /** Tells the person why a search left a file aside; null once it counts. */
  leftAside(location: string, reason: KeyturnError | null): void;
}

const MB = 1_000_000;

/** The longest files that are read, each kind by itself. */
export const fileLimits = {
  /** A body, a part of one, or a GraphQL document. */
  body: 250 * MB,
  /** A `.http` file. */
  requests: 64 * MB,
  /** `keyturn.json`, `.env` and environment files. */
  settings: 16 * MB,
  /** An export of tokens. */
  tokens: 64 * MB,
  /** Certificate authorities. */
  certificates: 4 * MB,
} as const;
