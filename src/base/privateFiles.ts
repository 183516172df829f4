/** Files of this computer that a person keeps for themselves, such as keys. */
export interface PrivateFiles {
  /**
   * The text of the file at an absolute path. Fails with `file_unreadable`, also when it is no file or longer than
   * `maxBytes`, and with `timeout`.
   */
  readText(path: string, maxBytes: number): Promise<string>;
}
