import keytar from 'keytar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entriesOf } from '../../src/keychain/keytarEntries.ts';
import { type KeychainEntries, SplitEntries } from '../../src/keychain/splitEntries.ts';
import { Keyring } from './daemon.ts';

const LIMIT = 100;
const short = 'short';
const long = 'a token of a person, ünd some more €🔑 '.repeat(20);
const longer = `${long}${long}`;

/** A keychain in memory that refuses long entries, as Windows does, and stops working after `writes` changes. */
class MemoryEntries implements KeychainEntries {
  readonly values = new Map<string, string>();
  writes = Infinity;

  get(account: string): Promise<string | null> {
    return Promise.resolve(this.values.get(account) ?? null);
  }

  async set(account: string, value: string): Promise<void> {
    await this.#write();
    if (Buffer.byteLength(value) > LIMIT + 70) throw new Error('The stub received bad data.');
    this.values.set(account, value);
  }

  async delete(account: string): Promise<void> {
    await this.#write();
    this.values.delete(account);
  }

  accounts(): Promise<string[]> {
    return Promise.resolve([...this.values.keys()]);
  }

  #write(): Promise<void> {
    return this.writes-- > 0 ? Promise.resolve() : Promise.reject(new Error('interrupted'));
  }
}

describe('a value that is longer than an entry may be', () => {
  it('is kept in parts that stay invisible', async () => {
    const memory = new MemoryEntries();
    const entries = new SplitEntries(memory, LIMIT);
    await entries.set('token:a:1', long);
    expect(await entries.get('token:a:1')).toBe(long);
    expect(await entries.accounts()).toEqual(['token:a:1']);
    expect(memory.values.size).toBe(1 + Math.ceil(Buffer.byteLength(long) / LIMIT));
    const parts = [...memory.values].filter(([account]) => account !== 'token:a:1');
    expect(Math.max(...parts.map(([, part]) => Buffer.byteLength(part)))).toBeLessThanOrEqual(LIMIT);
  });

  it.each<[string, string]>([
    ['a shorter one', short],
    ['a longer one', longer],
    ['one that looks like an entry of parts', 'keyturn-parts:{"id":"x"}'],
    ['an empty one', ''],
  ])('gives way to %s, and leaves nothing', async (_what, next) => {
    const memory = new MemoryEntries();
    const entries = new SplitEntries(memory, LIMIT);
    await entries.set('token:a:1', long);
    await entries.set('token:a:1', next);
    expect(await entries.get('token:a:1')).toBe(next);
    const fresh = new MemoryEntries();
    await new SplitEntries(fresh, LIMIT).set('token:a:1', next);
    expect(memory.values.size).toBe(fresh.values.size);
    await entries.delete('token:a:1');
    expect([...memory.values]).toEqual([]);
    expect(await entries.get('token:a:1')).toBeNull();
  });

  it('is the old or the new one wherever a write was interrupted, and can be deleted with all of its parts', async () => {
    let interrupted = 0;
    for (let writes = 0; ; writes++) {
      const memory = new MemoryEntries();
      const entries = new SplitEntries(memory, LIMIT);
      await entries.set('token:a:1', long);
      memory.writes = writes;
      const failed = await entries.set('token:a:1', longer).then(
        () => false,
        () => true,
      );
      expect([long, longer]).toContain(await entries.get('token:a:1'));
      memory.writes = Infinity;
      await entries.delete('token:a:1');
      expect([...memory.values]).toEqual([]);
      if (!failed) break;
      interrupted++;
    }
    // Every part, the entry that names them, and every part of the old value.
    expect(interrupted).toBeGreaterThan(20);
  });

  it('is refused when a part is missing or another, and can be replaced', async () => {
    const memory = new MemoryEntries();
    const entries = new SplitEntries(memory, LIMIT);
    await entries.set('token:a:1', long);
    const part = [...memory.values.keys()].find((account) => account.startsWith('part:')) ?? '';
    memory.values.set(part, 'another');
    await expect(entries.get('token:a:1')).rejects.toThrow();
    memory.values.delete(part);
    await expect(entries.get('token:a:1')).rejects.toThrow();
    await entries.set('token:a:1', short);
    expect(await entries.get('token:a:1')).toBe(short);
    expect([...memory.values.keys()]).toEqual(['token:a:1']);
  });

  it('is read whole while another process replaces it', async () => {
    const memory = new MemoryEntries();
    await new SplitEntries(memory, LIMIT).set('token:a:1', long);
    const replacing = new SplitEntries(memory, LIMIT).set('token:a:1', longer);
    const read = await new SplitEntries(memory, LIMIT).get('token:a:1');
    await replacing;
    expect([long, longer]).toContain(read);
  });

  it('leaves the parts of other keys alone', async () => {
    const memory = new MemoryEntries();
    const entries = new SplitEntries(memory, LIMIT);
    await entries.set('token:a:1', long);
    await entries.set('other:token:a:1', longer);
    await entries.delete('token:a:1');
    expect(await entries.get('other:token:a:1')).toBe(longer);
  });

  it('without a limit stays whole, and one that was split is read', async () => {
    const memory = new MemoryEntries();
    await new SplitEntries(memory, LIMIT).set('token:a:1', long);
    const whole = new SplitEntries(memory, Infinity);
    expect(await whole.get('token:a:1')).toBe(long);
    await whole.set('token:a:1', short);
    expect([...memory.values]).toEqual([['token:a:1', short]]);
  });
});

describe('in a real keychain', () => {
  let keyring: Keyring;
  beforeAll(async () => {
    Keyring.forget();
    keyring = await Keyring.start('open');
  });
  afterAll(() => keyring.stop());

  it('a long value is kept in parts, replaced and deleted', async () => {
    const real = entriesOf(keytar, 'keyturn.split');
    const entries = new SplitEntries(real, LIMIT);
    await entries.set('token:a:1', long);
    await entries.set('token:b:2', short);
    expect(await new SplitEntries(real, LIMIT).get('token:a:1')).toBe(long);
    expect((await entries.accounts()).sort()).toEqual(['token:a:1', 'token:b:2']);
    await entries.set('token:a:1', longer);
    expect(await entries.get('token:a:1')).toBe(longer);
    await entries.delete('token:a:1');
    expect(await real.accounts()).toEqual(['token:b:2']);
  });
});
