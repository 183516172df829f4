import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeychainSecretStore } from '../../src/keychain/keychainSecretStore.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { AuditEvent, AuditRecorder } from '../../src/base/auditEvent.ts';
import { createTerminalConsent } from '../../src/terminal/ask/sourceConsent.ts';
import { questionOf } from '../../src/consent/question.ts';
import { consentKey } from '../../src/consent/record.ts';
import { keychainSource } from '../../src/sources/keychain.ts';
import { createTokenStore } from '../../src/token/tokenStore.ts';
import { contextOf } from '../oauth/support.ts';
import { keyturn } from '../terminal/support.ts';
import { localProfile } from '../token/sources/support.ts';
import { Keyring } from './daemon.ts';

/** What another tool does, in a process of its own: keytar keeps its session for as long as its process lives. */
function otherTool(method: 'setPassword' | 'deletePassword', ...args: string[]): void {
  const script = `import keytar from 'keytar'; await keytar.${method}(...${JSON.stringify(args)});`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
}

let keyring: Keyring;
let store: KeychainSecretStore;
const signal = new AbortController().signal;

beforeEach(async () => {
  Keyring.forget();
  keyring = await Keyring.start('open');
  store = new KeychainSecretStore({ timeoutMs: 15_000 });
});
afterEach(async () => {
  store.dispose();
  await keyring.stop();
});

describe('an entry of another tool', () => {
  it('is read by service and account, or by service alone', async () => {
    otherTool('setPassword', 'gh:github.com', 'zoe', 'gho_zoe');
    expect(await store.read('gh:github.com', 'zoe', signal)).toBe('gho_zoe');
    expect(await store.read('gh:github.com', null, signal)).toBe('gho_zoe');
    expect(await store.read('gh:github.com', 'max', signal)).toBeNull();
    expect(await store.read('gh:github', null, signal)).toBeNull();
  });

  it('is no secret of ours, and ours is none of it', async () => {
    otherTool('setPassword', 'gh:github.com', 'zoe', 'gho_zoe');
    await store.set('token:a:1', 'ours');
    expect(await store.keys()).toEqual(['token:a:1']);
    expect(await store.get('zoe')).toBeNull();
  });

  it('is read as it is now', async () => {
    otherTool('setPassword', 'tool', 'me', 'first');
    expect(await store.read('tool', 'me', signal)).toBe('first');
    otherTool('setPassword', 'tool', 'me', 'second');
    expect(await store.read('tool', 'me', signal)).toBe('second');
    otherTool('deletePassword', 'tool', 'me');
    expect(await store.read('tool', 'me', signal)).toBeNull();
  });

  it('of a locked keychain fails', async () => {
    otherTool('setPassword', 'tool', 'me', 'value');
    await keyring.stop();
    keyring = await Keyring.start('locked');
    store = new KeychainSecretStore({ timeoutMs: 15_000 });
    await expect(store.read('tool', 'me', signal)).rejects.toMatchObject({ code: 'store_locked' });
  });

  it('is waited for no longer than the person does', async () => {
    await store.keys();
    keyring.pause();
    const controller = new AbortController();
    const reading = store.read('tool', 'me', controller.signal);
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    keyring.resume();
  });
});

/** The consent of the command, with a person who types this. */
function consentOf(typed: string, audit: AuditRecorder = { record: () => undefined }) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const err = Object.assign(new PassThrough(), { isTTY: true });
  const said: string[] = [];
  err.on('data', (chunk: Buffer) => {
    said.push(chunk.toString());
    if (chunk.toString().includes('not (n)?')) input.write(typed);
  });
  const streams = { in: input, out: new PassThrough(), err, env: {}, cwd: '/', sandboxEntry: '' };
  return { consent: createTerminalConsent(streams, store, (message) => said.push(message), audit), said };
}

/** `keyturn token permissions` over this keychain. */
async function permissions(...args: string[]) {
  const { DBUS_SESSION_BUS_ADDRESS = '', HOME = '', XDG_RUNTIME_DIR = '' } = process.env;
  const env = { DBUS_SESSION_BUS_ADDRESS, HOME, XDG_RUNTIME_DIR };
  return keyturn(['token', 'permissions', ...args], { cwd: tmpdir(), env });
}

describe('a permission of the command', () => {
  const profile = localProfile('keychain', { keychainService: 'gh:github.com', keychainAccount: 'zoe' });

  it('is kept in the keychain, and is no token there', async () => {
    otherTool('setPassword', 'gh:github.com', 'zoe', `go-keyring-base64:${btoa('gho_zoe')}`);
    const first = consentOf('a\n');
    const source = keychainSource({ keychain: store, consent: first.consent, clock: systemClock });
    expect((await source.obtain(profile, contextOf())).accessToken).toBe('gho_zoe');
    const question = questionOf(profile, { kind: 'keychain', service: 'gh:github.com', account: 'zoe' });
    expect(await store.keys()).toEqual([consentKey(question)]);
    expect(await createTokenStore(store).list()).toEqual([]);

    const second = consentOf('n\n');
    await second.consent.require(question, { waiting: true, signal });
    expect(second.said).toEqual([]);
  });

  it('is listed with what it covers, and asked about again once it is withdrawn', async () => {
    expect((await permissions()).out).toBe('No permissions are remembered.\n');
    await store.set('token:a:1', 'a-token-of-ours');
    const subject = { kind: 'keychain', service: 'gh:github.com', account: 'zoe' } as const;
    const question = questionOf(profile, subject);
    const other = questionOf(profile, {
      kind: 'command',
      command: ['gh', 'auth', 'token'],
      folder: '/w',
      program: '/usr/bin/gh',
      files: [],
    });
    const { consent } = consentOf('a\n');
    for (const one of [question, other]) await consent.require(one, { waiting: true, signal });

    const shown = await permissions();
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(
      /^[0-9a-f]{8} {2}local {2}command gh auth token by "\/usr\/bin\/gh" in "\/w", for https:\/\/api\.example\.com\n +declared in "\/users\/me\/keyturn\.json"\n/,
    );
    expect(shown.out).toContain('keychain entry "gh:github.com" of "zoe"');
    const listed = JSON.parse((await permissions('--json')).out) as { id: string }[];
    expect(listed).toMatchObject([
      { token: 'local', subject: { kind: 'command' } },
      { token: 'local', subject, origins: profile.origins, askedForBy: profile.declaredIn },
    ]);

    const unknown = await permissions('--withdraw', 'none', '--withdraw', listed[0]!.id);
    expect([unknown.code, unknown.err.includes('There is no permission "none".')]).toEqual([2, true]);
    const one = await permissions('--withdraw', listed[1]!.id);
    expect(one.out).toMatch(
      /keychain entry "gh:github.com" of "zoe"[^]*This permission is withdrawn\. Keyturn asks again\.\n$/,
    );
    expect(JSON.parse((await permissions('--json')).out)).toEqual([listed[0]]);
    const again = consentOf('n\n');
    await expect(again.consent.require(question, { waiting: true, signal })).rejects.toMatchObject({
      code: 'access_denied',
    });
    expect((await permissions('--withdraw', 'all')).code).toBe(0);
    expect(await store.keys()).toEqual(['token:a:1']);
  });

  it('is told to the audit of the command when it is given and withdrawn', async () => {
    const events: AuditEvent[] = [];
    const { consent } = consentOf('a\n', { record: (event) => void events.push(event) });
    const question = questionOf(profile, { kind: 'key_file', path: '~/a.pem', servers: [] });
    await consent.require(question, { waiting: true, signal });
    expect(events).toMatchObject([{ action: 'allowed', tokenName: 'local', cause: profile.declaredIn }]);
    await permissions('--withdraw', 'all');
    const { out } = await keyturn(['token', 'audit', '--json', '--action', 'withdrawn'], { cwd: tmpdir() });
    expect((JSON.parse(out) as { detail: string }[]).at(-1)).toMatchObject({
      token: 'local',
      cause: 'keyturn token permissions',
      detail: 'key file "~/a.pem", for https://api.example.com',
    });
  });
});
