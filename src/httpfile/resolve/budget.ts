import { KeyturnError } from '../../base/errors.ts';

/** Characters of all variables, the URL, the headers and the body of one request. */
const MOST_TEXT = 32 * 1024 * 1024;
/** Bytes of all files in one body. */
const MOST_FILE_BYTES = 256 * 1024 * 1024;

/** What one request may come to: variables double fast, and a file may be named many times. */
export class Budget {
  #text = 0;
  #fileBytes = 0;

  /** Fails with `variable_invalid`. */
  spendText(characters: number): void {
    this.#text += characters;
    if (this.#text <= MOST_TEXT) return;
    throw new KeyturnError('variable_invalid', 'The variables expand to a text that is too long.', {
      hint: `The variables, the URL, the headers and the body of a request may have ${MOST_TEXT / 1024 / 1024} million characters together. Put a long body into a file: < ./body.json.`,
    });
  }

  /** Fails with `request_invalid`. */
  spendFile(bytes: number): void {
    this.#fileBytes += bytes;
    if (this.#fileBytes <= MOST_FILE_BYTES) return;
    throw new KeyturnError('request_invalid', 'The files in the body of this request are too large.', {
      hint: `They may have ${MOST_FILE_BYTES / 1024 / 1024} MB together.`,
    });
  }
}
