import { listParts, readPartFrom } from './chain.ts';
import { type AuditLine, parseLine } from './entry.ts';
import { type Unusual, UnusualMarks } from './unusual.ts';

/** A line as it is shown, with what is unusual about it. */
export interface AuditEntry extends Omit<AuditLine, 'previous'> {
  /** The same as long as the log keeps the line. */
  readonly id: string;
  readonly unusual: readonly Unusual[];
}

/** All entries of the log in a folder, oldest first. What is no line is left out: `verify` tells of it. */
export async function readEntries(folder: string): Promise<AuditEntry[]> {
  return new AuditReader(folder).read();
}

/** Where reading stopped. */
interface Position {
  readonly firstPart: number;
  readonly part: number;
  readonly bytes: number;
  /** Lines of this part so far. */
  readonly lines: number;
}

/** Reads a log again and again: each time only what was added. */
export class AuditReader {
  readonly #folder: string;
  #entries: AuditEntry[] = [];
  #marks = new UnusualMarks();
  #position: Position | null = null;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All entries, oldest first. */
  read(): Promise<AuditEntry[]> {
    const read = this.#reading.then(() => this.#readOn());
    this.#reading = read.catch(() => undefined);
    return read;
  }

  async #readOn(): Promise<AuditEntry[]> {
    const parts = await listParts(this.#folder);
    const [firstPart] = parts;
    // Where old files were removed, what is unusual about the rest may be something else.
    if (firstPart !== this.#position?.firstPart) this.#forget();
    if (firstPart === undefined) return [];
    for (const part of parts) {
      const known: Position | null = this.#position;
      if (known !== null && part < known.part) continue;
      const same = known?.part === part;
      const read = await readPartFrom(this.#folder, part, same ? known.bytes : 0);
      if (read === null) {
        // Shorter than it was, as after a write that failed half-way, or gone by now.
        this.#forget();
        return this.#readOn();
      }
      const lines = this.#take(part, same ? known.lines : 0, read.text);
      this.#position = { firstPart, part, bytes: read.bytes, lines };
    }
    return [...this.#entries];
  }

  #take(part: number, linesBefore: number, text: string): number {
    let lines = linesBefore;
    for (const written of text.split('\n')) {
      const line = parseLine(written);
      if (line === null) continue;
      const { time, action, token, fingerprint, origin, method, path, status, error, cause, detail } = line;
      this.#entries.push({
        id: `${part}:${++lines}`,
        ...{ time, action, token, fingerprint, origin, method, path, status, error, cause, detail },
        unusual: this.#marks.of(line),
      });
    }
    return lines;
  }

  #forget(): void {
    this.#entries = [];
    this.#marks = new UnusualMarks();
    this.#position = null;
  }
}
