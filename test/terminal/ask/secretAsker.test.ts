import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../../src/terminal/main.ts';
import { createSecretAsker } from '../../../src/terminal/ask/secretAsker.ts';
import { createTerminalConsent } from '../../../src/terminal/ask/sourceConsent.ts';
import type { Streams } from '../../../src/terminal/output/streams.ts';
import type { ConsentQuestion } from '../../../src/consent/question.ts';
import type { SecretStore } from '../../../src/base/secretStore.ts';
import { JWT_RESOURCE, startInspectionProvider } from '../../oauth/inspectionProvider.mjs';
import { profileOf } from '../../token/support.ts';
import { keyturn } from '../support.ts';

let provider: Awaited<ReturnType<typeof startInspectionProvider>>;
let cwd: string;

beforeAll(async () => {
  provider = await startInspectionProvider();
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-asker-'));
  const machine = {
    grant: 'client_credentials',
    issuer: provider.issuer,
    clientId: 'plain',
    scope: 'reports:read',
    resource: JWT_RESOURCE,
    origins: ['https://api.example.com'],
  };
  await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens: { machine } }));
});
afterAll(async () => {
  await provider.close();
  await rm(cwd, { recursive: true, force: true });
});

/** A terminal where a person answers each question, in order. */
function terminal(...answers: string[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const err = Object.assign(new PassThrough(), { isTTY: true });
  let said = '';
  err.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (chunk.toString().endsWith(': ')) input.write(answers.shift() ?? '\u0004');
  });
  const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent', XDG_STATE_HOME: cwd, NO_COLOR: '1' };
  const streams: Streams = { in: input, out: new PassThrough(), err, env, cwd, sandboxEntry: '' };
  return { streams, said: () => said, type: (text: string) => void input.write(text) };
}

const emptyStore: SecretStore = {
  get: () => Promise.resolve(null),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
  keys: () => Promise.resolve([]),
};
const signal = new AbortController().signal;
const question = { kind: 'client_secret', refused: false } as const;

describe('a secret that a grant needs', () => {
  it('is asked for at a terminal, with the server that gets it', async () => {
    const { streams, said } = terminal('plain-secret/+%\r');
    expect(await main(['token', 'refresh', 'machine'], streams)).toBe(0);
    expect(said()).toContain(`The client secret for machine at ${provider.issuer}: `);
    expect(said()).toContain('Obtained a new token machine');
    expect(said()).not.toContain('plain-secret');
  });

  it('cannot be given in a pipe, where the error says how to store it', async () => {
    const { code, err } = await keyturn(['token', 'refresh', 'machine'], { cwd });
    expect(code).toBe(1);
    expect(err).toContain('`keyturn token add machine --client-secret`');
    expect(err).toContain('KEYTURN_CLIENT_SECRET_MACHINE');
  });

  it('is asked for once, even if others wait, and not again after it was declined', async () => {
    const { streams, said } = terminal('\u0004', 'secret-of-b\r');
    const ask = createSecretAsker(streams, signal);
    const a = profileOf({ name: 'a', clientId: 'a', issuer: 'https://id.example.com' });
    const b = profileOf({ name: 'b', clientId: 'b', issuer: 'https://id.example.com' });
    const given = await Promise.all([ask(a, question), ask(a, question), ask(b, question)]);
    expect(given).toEqual([null, null, 'secret-of-b']);
    expect(await ask(a, question)).toBeNull();
    expect(said().match(/: /g)).toHaveLength(2);
  });

  it('waits for a question about something else, which would read its answer', async () => {
    const { streams, said, type } = terminal('secret-of-a\r');
    const consent: ConsentQuestion = {
      tokenName: 'gh',
      subject: {
        kind: 'command',
        command: ['gh', 'auth', 'token'],
        folder: '/w',
        program: '/usr/bin/gh',
        files: [],
      },
      origins: ['https://api.github.com'],
      declaredIn: '/w/keyturn.json',
    };
    const permissions = createTerminalConsent(streams, emptyStore, () => undefined, {
      record: () => undefined,
    });
    const a = profileOf({ name: 'a', clientId: 'a', issuer: 'https://id.example.com' });
    const refused = expect(permissions.require(consent, { waiting: true, signal })).rejects.toMatchObject({
      code: 'command_refused',
    });
    await vi.waitFor(() => expect(said()).toContain('or not (n)?'));
    const secret = createSecretAsker(streams, signal)(a, question);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(said()).not.toContain('client secret');
    type('n\n');
    await refused;
    expect(await secret).toBe('secret-of-a');
  });

  it('is asked for with the server that gets it, not the issuer that the file names beside it', async () => {
    const { streams, said } = terminal('typed\r');
    const profile = profileOf({
      name: 'a',
      issuer: 'https://login.honest.example',
      tokenEndpoint: 'https://evil.example/token',
    });
    expect(await createSecretAsker(streams, signal)(profile, question)).toBe('typed');
    expect(said()).toContain('The client secret for a at https://evil.example/token: ');
    expect(said()).not.toContain('honest');
  });

  it('is asked for again, with a note that the server rejected it', async () => {
    const { streams, said } = terminal('better\r');
    const profile = profileOf({ name: 'a', clientId: 'a', issuer: 'https://id.example.com' });
    expect(await createSecretAsker(streams, signal)(profile, { ...question, refused: true })).toBe('better');
    expect(said()).toContain('The server rejected the client secret for a at https://id.example.com.\n');
  });
});
