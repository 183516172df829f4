import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSecretExchange } from '../../src/editor/secretExchange.ts';
import { SharedSecretStore } from '../../src/editor/sharedSecretStore.ts';
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

const place = () => join(folder, 'windows');

/** A window with what an editor in a browser gives it: a copy of the secrets that were there when it began. */
async function openWindow(secrets: Readonly<Record<string, string>> = {}) {
  const copy = createMemorySecretStore();
  for (const [key, value] of Object.entries(secrets)) await copy.set(key, value);
  const onDidChange = (listener: (key: string) => void) => copy.onDidChange!(listener);
  const own = { ...copy, onDidChange, dispose: vi.fn() };
  const store = new SharedSecretStore(own, (part) => openSecretExchange(place(), part));
  windows.push(store);
  // It listens once it answers.
  await store.get('any');
  return { store, own };
}

describe('windows that tell each other', () => {
  it('see what another stored as soon as it is stored, and store it too', async () => {
    const [a, b, c] = [await openWindow(), await openWindow({ key: 'old' }), await openWindow()];
    const heard = vi.fn();
    b.store.onDidChange(heard);
    await a.store.set('key', 'new');
    expect([await b.store.get('key'), await c.store.get('key')]).toEqual(['new', 'new']);
    expect(await b.store.keys()).toEqual(['key']);
    expect(await b.own.get('key')).toBe('new');
    expect(heard).toHaveBeenCalledWith('key');
    await b.store.delete('key');
    expect([await a.store.get('key'), await c.store.get('key')]).toEqual([null, null]);
    expect(await c.store.keys()).toEqual([]);
  });

  it('see what was stored after they read their secrets and before they listened', async () => {
    const a = await openWindow({ one: '1', two: '2' });
    await a.store.set('one', 'new');
    await a.store.delete('two');
    const late = await openWindow({ one: '1', two: '2' });
    expect([await late.store.get('one'), await late.store.get('two')]).toEqual(['new', null]);
  });

  it('hear whole values, however long', async () => {
    const [a, b] = [await openWindow(), await openWindow()];
    const large = 'ü'.repeat(500_000);
    await a.store.set('key', large);
    expect(await b.store.get('key')).toBe(large);
  });

  it('keep their sockets where nobody else can enter, and nothing that was said', async () => {
    const a = await openWindow();
    await openWindow();
    await a.store.set('key', 'very-secret');
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
    await a.store.set('key', 'value');
    expect(await readdir(place())).not.toContain('killed');
  });

  it('do not wait for one that never answers', async () => {
    const silent = createServer({ allowHalfOpen: true }, () => undefined);
    const a = await openWindow();
    await new Promise<void>((resolve) => silent.listen(join(place(), 'silent'), resolve));
    const begun = performance.now();
    await a.store.set('key', 'value');
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await a.store.get('key')).toBe('value');
    silent.close();
  });

  it.each(['', 'no JSON', '{}', '[{"key":1,"value":"x"}]', '[{"key":"key"}]', 'null'])(
    'take nothing that is no message: %s',
    async (text) => {
      const a = await openWindow({ key: 'value' });
      const [name] = await readdir(place());
      const answered = await new Promise<string>((resolve) => {
        let all = '';
        const socket = connect({ path: join(place(), name!), allowHalfOpen: true });
        socket.on('data', (chunk: Buffer) => void (all += chunk.toString()));
        socket.on('error', () => undefined);
        socket.once('close', () => resolve(all));
        socket.end(text);
      });
      expect(answered).toBe('');
      expect(await a.store.get('key')).toBe('value');
      expect(await a.store.keys()).toEqual(['key']);
    },
  );

  it('are alone where there can be no sockets', async () => {
    await writeFile(place(), 'a file');
    const a = await openWindow({ key: 'value' });
    expect(await a.store.get('key')).toBe('value');
    await a.store.set('key', 'new');
    expect(await a.own.get('key')).toBe('new');
  });

  it('keep the order in which things were stored', async () => {
    const [a, b] = [await openWindow(), await openWindow()];
    const set = b.own.set.bind(b.own);
    vi.spyOn(b.own, 'set').mockImplementation(async (key, value) => {
      if (value === 'theirs') await new Promise((resolve) => setTimeout(resolve, 50));
      await set(key, value);
    });
    await a.store.set('key', 'theirs');
    await b.store.set('key', 'mine');
    expect([await a.store.get('key'), await b.store.get('key')]).toEqual(['mine', 'mine']);
  });

  it('tell nothing that the own storage refused', async () => {
    const [a, b] = [await openWindow(), await openWindow()];
    vi.spyOn(a.own, 'set').mockRejectedValue(new Error('Refused.'));
    await expect(a.store.set('key', 'new')).rejects.toThrow('Refused.');
    expect(await b.store.get('key')).toBeNull();
  });
});
