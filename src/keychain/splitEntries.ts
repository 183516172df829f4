import { createHash, randomUUID } from 'node:crypto';
import * as v from 'valibot';

/** The entries of one service of the system's keychain, as keytar has them. */
export interface KeychainEntries {
  get(account: string): Promise<string | null>;
  set(account: string, value: string): Promise<void>;
  delete(account: string): Promise<void>;
  accounts(): Promise<string[]>;
}

/** No key of ours begins like this. */
const PART_PREFIX = 'part:';
const PART = /^part:[0-9a-f-]{36}:\d{1,4}:(.*)$/s;
const HEAD_PREFIX = 'keyturn-parts:';
/** More than the longest secret that can be entered needs. */
const MOST_PARTS = 1000;
/** A value that is replaced while it is read is read anew. */
const MOST_READS = 3;

const headSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f-]{36}$/)),
  parts: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_PARTS)),
  sha256: v.string(),
});

type Head = v.InferOutput<typeof headSchema>;

/**
 * Keeps values that are longer than an entry may be: in parts, with an entry under the value's own key that says which
 * they are. The parts are written first, under names of their own, then that entry, then the old parts are deleted: who
 * is interrupted leaves the old value or the new one, never a mixture. What an interrupted write left behind goes when
 * the key is deleted.
 */
export class SplitEntries implements KeychainEntries {
  readonly #entries: KeychainEntries;
  readonly #mostBytes: number;

  /** `mostBytes`: what one entry may hold, in UTF-8; Infinity splits nothing, and reads what was split. */
  constructor(entries: KeychainEntries, mostBytes: number) {
    this.#entries = entries;
    this.#mostBytes = mostBytes;
  }

  /** Rejects when parts are missing or are not those that were written. */
  async get(account: string): Promise<string | null> {
    for (let reads = 0; reads < MOST_READS; reads++) {
      const entry = await this.#entries.get(account);
      const head = headOf(entry);
      if (head === null) return entry;
      const value = await this.#joined(head, account);
      if (value !== null) return value;
    }
    throw new Error('Parts of the entry are missing.');
  }

  async set(account: string, value: string): Promise<void> {
    const old = headOf(await this.#entries.get(account));
    // What looks like one of our entries would be read as one.
    if (Buffer.byteLength(value) <= this.#mostBytes && !value.startsWith(HEAD_PREFIX)) {
      await this.#entries.set(account, value);
    } else {
      await this.#setParts(account, value);
    }
    if (old !== null) await this.#deleteParts(old, account);
  }

  async delete(account: string): Promise<void> {
    const split = headOf(await this.#entries.get(account)) !== null || this.#mostBytes !== Infinity;
    await this.#entries.delete(account);
    if (!split) return;
    for (const entry of await this.#entries.accounts()) {
      if (PART.exec(entry)?.[1] === account) await this.#entries.delete(entry);
    }
  }

  async accounts(): Promise<string[]> {
    return (await this.#entries.accounts()).filter((account) => !account.startsWith(PART_PREFIX));
  }

  async #setParts(account: string, value: string): Promise<void> {
    const parts = partsOf(value, this.#mostBytes);
    if (parts.length > MOST_PARTS) throw new Error('The value is too long for the keychain.');
    const head: Head = { id: randomUUID(), parts: parts.length, sha256: hash(value) };
    try {
      for (const [index, part] of parts.entries())
        await this.#entries.set(partName(head, index, account), part);
      await this.#entries.set(account, HEAD_PREFIX + JSON.stringify(head));
    } catch (error) {
      // The old value is still there; its successor's parts are of no use.
      await this.#deleteParts(head, account).catch(() => undefined);
      throw error;
    }
  }

  async #joined(head: Head, account: string): Promise<string | null> {
    const parts: string[] = [];
    for (let index = 0; index < head.parts; index++) {
      const part = await this.#entries.get(partName(head, index, account));
      if (part === null) return null;
      parts.push(part);
    }
    const value = parts.join('');
    return hash(value) === head.sha256 ? value : null;
  }

  async #deleteParts(head: Head, account: string): Promise<void> {
    for (let index = 0; index < head.parts; index++) {
      await this.#entries.delete(partName(head, index, account));
    }
  }
}

function partName({ id }: Head, index: number, account: string): string {
  return `${PART_PREFIX}${id}:${index}:${account}`;
}

function headOf(entry: string | null): Head | null {
  if (entry?.startsWith(HEAD_PREFIX) !== true) return null;
  try {
    const head = v.safeParse(headSchema, JSON.parse(entry.slice(HEAD_PREFIX.length)));
    return head.success ? head.output : null;
  } catch {
    return null;
  }
}

/** Pieces of at most so many bytes of UTF-8, cut between characters. */
function partsOf(value: string, mostBytes: number): string[] {
  if (value === '') return [''];
  const parts: string[] = [];
  let part = '';
  let bytes = 0;
  for (const character of value) {
    const size = Buffer.byteLength(character);
    if (part !== '' && bytes + size > mostBytes) {
      parts.push(part);
      part = '';
      bytes = 0;
    }
    part += character;
    bytes += size;
  }
  parts.push(part);
  return parts;
}

function hash(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}
