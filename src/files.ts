/**
 * Reading files without knowing where they are: a path for the command, a URI for the editor (virtual workspaces
 * too). Locations are opaque strings that only the same `Files` understands.
 */
export interface Files {
  /** Null when there is no such file; `file_unreadable` for any other failure. */
  read(location: string): Promise<Uint8Array | null>;
  /** `reference` relative to the folder that holds `base`; absolute references are taken as they are. */
  resolve(base: string, reference: string): string;
  /** The folder that holds `location`; null at the root. */
  parent(location: string): string | null;
  /** `name` inside `folder`. */
  join(folder: string, name: string): string;
}
