import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSecretExchange } from '../../src/editor/platform/secretExchange.ts';
import { SharedSecretStore } from '../../src/editor/platform/sharedSecretStore.ts';
import { newNumber, open, seal, windowsKey } from '../../src/editor/platform/windowChannel.ts';
import { createMemorySecretStore } from '../token/memorySecretStore.ts';

let folder: string;
let windows: SharedSecretStore[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-windows-'));
  windows = [];
});

afterEach(async () => {
  for (const window of windows) window.dispose();
  await rm(folder, { recursive: true, force: true });
});

const keyOf = (name: string) => `token:${name}:${'x'.repeat(24)}`;
const [KEY, ONE, TWO] = [keyOf('key'), keyOf('one'), keyOf('two')] as const;
/** What the editor's storage has given every window, and nothing else. */
const SHARED = Buffer.alloc(32, 7).toString('base64url');

const place = () => join(folder, 'windows');

/** A window with what an editor in a browser gives it: a copy of the secrets that were there when it began. */
async function openWindow(secrets: Readonly<Record<string, string>> = {}, shared: string = SHARED) {
  const copy = createMemorySecretStore();
  for (const [key, value] of Object.entries(secrets)) await copy.set(key, value);
  const onDidChange = (listener: (key: string) => void) => copy.onDidChange!(listener);
  await copy.set('windows-key', shared);
  const own = { ...copy, onDidChange, dispose: vi.fn() };
  const store = new SharedSecretStore(own, (part) =>
    openSecretExchange(place(), part, () => windowsKey(own)),
  );
  windows.push(store);
  // It listens once it answers.
  await store.get('any');
  return { store, own };
}

describe('windows that tell each other', () => {
  it('see what another stored as soon as it is stored, and store it too', async () => {
    const [a, b, c] = [await openWindow(), await openWindow({ [KEY]: 'old' }), await openWindow()];
    const heard = vi.fn();
    b.store.onDidChange(heard);
    await a.store.set(KEY, 'new');
    expect([await b.store.get(KEY), await c.store.get(KEY)]).toEqual(['new', 'new']);
    expect(await b.store.keys()).toContain(KEY);
    expect(await b.own.get(KEY)).toBe('new');
    expect(heard).toHaveBeenCalledWith(KEY);
    await b.store.delete(KEY);
    expect([await a.store.get(KEY), await c.store.get(KEY)]).toEqual([null, null]);
    expect(await c.store.keys()).not.toContain(KEY);
  });

  it('see what was stored after they read their secrets and before they listened', async () => {
    const a = await openWindow({ [ONE]: '1', [TWO]: '2' });
    await a.store.set(ONE, 'new');
    await a.store.delete(TWO);
    const late = await openWindow({ [ONE]: '1', [TWO]: '2' });
    expect([await late.store.get(ONE), await late.store.get(TWO)]).toEqual(['new', null]);
  });

  it('hear whole values, however long', async () => {
    const [a, b] = [await openWindow(), await openWindow()];
    const large = 'ü'.repeat(50_000);
    await a.store.set(KEY, large);
    expect(await b.store.get(KEY)).toBe(large);
  });

  it('keep their sockets where no other user can enter, and nothing that was said', async () => {
    const a = await openWindow();
    await openWindow();
    await a.store.set(KEY, 'very-secret');
    expect((await stat(place())).mode & 0o777).toBe(0o700);
    const names = await readdir(place());
    expect(names).toHaveLength(2);
    for (const name of names) {
      expect((await stat(join(place(), name))).isSocket()).toBe(true);
      await expect(readFile(join(place(), name))).rejects.toThrow();
    }
  });

  it('take no notice of one that was killed, and clear its socket away', async () => {
    const a = await openWindow();
    const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script, join(place(), 'killed')]);
    expect(await readdir(place())).toContain('killed');
    await a.store.set(KEY, 'value');
    expect(await readdir(place())).not.toContain('killed');
  });

  it('do not wait for one that never answers', async () => {
    const silent = createServer({ allowHalfOpen: true }, () => undefined);
    const a = await openWindow();
    await new Promise<void>((resolve) => silent.listen(join(place(), 'silent'), resolve));
    const begun = performance.now();
    await a.store.set(KEY, 'value');
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await a.store.get(KEY)).toBe('value');
    silent.close();
  });

  /** What a process without the key hears that says `text` to a window, after the window's greeting. */
  async function sayTo(text: (number: string) => string | Promise<string>): Promise<string> {
    const [name] = await readdir(place());
    return new Promise<string>((resolve) => {
      let all = '';
      let said = false;
      const socket = connect({ path: join(place(), name!), allowHalfOpen: true });
      socket.on('data', (chunk: Buffer) => {
        all += chunk.toString();
        if (said || !all.includes('\n')) return;
        said = true;
        const number = all.slice(0, all.indexOf('\n'));
        all = '';
        void Promise.resolve(text(number)).then((message) => socket.end(message));
      });
      socket.on('error', () => undefined);
      socket.once('close', () => resolve(all));
    });
  }

  const windowKey = Buffer.from(SHARED, 'base64url');
  const asCaller = (text: string, to: string, key: Uint8Array = windowKey) =>
    seal(text, key, { from: 'caller', to }, newNumber());
  const stored = JSON.stringify([{ key: KEY, value: 'planted' }]);

  it.each([
    ['an empty list in the clear', () => '[]'],
    ['nothing', () => ''],
    ['a change in the clear', () => stored],
    ['a change under another key', (to: string) => asCaller(stored, to, Buffer.alloc(32, 8))],
    [
      'an answer as if it were a question',
      (to: string) => seal(stored, windowKey, { from: 'window', to }, newNumber()),
    ],
    ['what was said to another window', () => asCaller(stored, newNumber())],
    ['no JSON', (to: string) => asCaller('no JSON', to)],
    ['no list', (to: string) => asCaller('{}', to)],
    ['a list of something else', (to: string) => asCaller('[{"key":1,"value":"x"}]', to)],
    ['a change without a value', (to: string) => asCaller(`[{"key":"${KEY}"}]`, to)],
  ])('tell nothing, and take nothing, when they hear %s', async (_, text) => {
    const a = await openWindow({ [KEY]: 'value' });
    await a.store.set(ONE, 'very-secret');
    expect(await sayTo(text)).toBe('');
    expect(await a.store.get(KEY)).toBe('value');
    expect((await a.store.keys()).sort()).toEqual([KEY, ONE, 'windows-key'].sort());
  });

  it('take the same change once only: what was overheard cannot be said again', async () => {
    const a = await openWindow();
    let overheard = '';
    await sayTo(async (to) => (overheard = await asCaller(stored, to)));
    expect(await a.store.get(KEY)).toBe('planted');
    await a.store.set(KEY, 'newer');
    expect(await sayTo(() => overheard)).toBe('');
    expect(await a.store.get(KEY)).toBe('newer');
  });

  it('share tokens, their secrets and what the audit log keeps, and nothing else', async () => {
    const [a, b] = [await openWindow(), await openWindow()];
    const shared = [
      KEY,
      `pasted:legacy:${'x'.repeat(24)}`,
      `client-secret:app:${'x'.repeat(24)}`,
      'audit-key:fingerprint',
    ];
    const others = ['windows-key', 'token:', 'token:no-hash', 'anything', 'constructor', '__proto__'];
    for (const key of [...shared, ...others]) {
      if (key !== 'windows-key') await a.store.set(key, 'value');
    }
    for (const key of shared) expect([key, await b.store.get(key)]).toEqual([key, 'value']);
    for (const key of others)
      expect([key, await b.own.get(key)]).toEqual([key, key === 'windows-key' ? SHARED : null]);
    const planted = JSON.stringify(others.map((key) => ({ key, value: 'planted' })));
    await sayTo((to) => asCaller(planted, to));
    for (const { own } of [a, b]) expect(await own.get('windows-key')).toBe(SHARED);
    expect(await a.own.get('constructor')).toBe('value');
  });

  it('send nothing readable to a process that stands in for a window', async () => {
    const heard: string[] = [];
    const listening = createServer({ allowHalfOpen: true }, (socket) => {
      socket.write(`${newNumber()}\n`);
      socket.on('data', (chunk: Buffer) => void heard.push(chunk.toString()));
      socket.on('end', () => socket.end('[]'));
    });
    const a = await openWindow();
    await new Promise<void>((resolve) => listening.listen(join(place(), 'impostor'), resolve));
    await a.store.set(KEY, 'very-secret-value');
    listening.close();
    expect(heard.join('')).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
    await expect(
      open(heard.join(''), Buffer.alloc(32, 8), { from: 'caller', to: 'anyone' }),
    ).rejects.toThrow();
    expect(Buffer.from(heard.join('').replaceAll('.', ''), 'base64url').includes('very-secret')).toBe(false);
  });

  it('with other keys keep to themselves', async () => {
    const a = await openWindow({}, SHARED);
    const b = await openWindow({}, Buffer.alloc(32, 9).toString('base64url'));
    await a.store.set(KEY, 'value');
    expect(await b.store.get(KEY)).toBeNull();
  });

  it('make the key once, and keep it in the storage of the editor', async () => {
    const a = await openWindow({}, '');
    const key = await a.own.get('windows-key');
    expect(Buffer.from(key!, 'base64url')).toHaveLength(32);
    const b = await openWindow({}, key!);
    await a.store.set(KEY, 'value');
    expect(await b.store.get(KEY)).toBe('value');
  });

  it('are alone where there can be no sockets', async () => {
    await writeFile(place(), 'a file');
    const a = await openWindow({ [KEY]: 'value' });
    expect(await a.store.get(KEY)).toBe('value');
    await a.store.set(KEY, 'new');
    expect(await a.own.get(KEY)).toBe('new');
  });

  it('keep the order in which things were stored', async () => {
    const [a, b] = [await openWindow(), await openWindow()];
    const set = b.own.set.bind(b.own);
    vi.spyOn(b.own, 'set').mockImplementation(async (key, value) => {
      if (value === 'theirs') await new Promise((resolve) => setTimeout(resolve, 50));
      await set(key, value);
    });
    await a.store.set(KEY, 'theirs');
    await b.store.set(KEY, 'mine');
    expect([await a.store.get(KEY), await b.store.get(KEY)]).toEqual(['mine', 'mine']);
  });

  it('tell nothing that the own storage refused', async () => {
    const [a, b] = [await openWindow(), await openWindow()];
    vi.spyOn(a.own, 'set').mockRejectedValue(new Error('Refused.'));
    await expect(a.store.set(KEY, 'new')).rejects.toThrow('Refused.');
    expect(await b.store.get(KEY)).toBeNull();
  });
});
