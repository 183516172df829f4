import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SandboxServers, startSandboxServers } from '../oauth/sandboxServers.ts';
import { Browser, signInAs } from '../oauth/browser.ts';
import { Keyring } from './daemon.ts';

// Two processes of the built command over one real keyring, at a provider that rotates refresh tokens and ends the
// sign-in when one is used twice.

const LIFE_SECONDS = 4;
const REQUESTS = 200;
/** With which the requests last longer than a few tokens, however quick the machine. */
const API_DELAY_MS = 40;

const program = join(import.meta.dirname, '../../dist/cli/cli.js');

let keyring: Keyring;
let sandbox: SandboxServers;
let cwd: string;

beforeAll(async () => {
  Keyring.forget();
  keyring = await Keyring.start('open');
  sandbox = await startSandboxServers(LIFE_SECONDS, API_DELAY_MS);
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-shared-'));
  const person = {
    grant: 'authorization_code',
    issuer: sandbox.issuer,
    clientId: 'person',
    scope: 'openid offline_access reports:read',
    origins: [sandbox.api],
  };
  await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens: { person } }));
  const request = `# @token person\nGET ${sandbox.api}/reports\n`;
  await writeFile(join(cwd, 'many.http'), Array<string>(REQUESTS).fill(request).join('\n###\n'));
});

afterAll(async () => {
  await sandbox.close();
  await keyring.stop();
  await rm(cwd, { recursive: true, force: true });
});

/** `heard` is told of what the command says on stderr so far. */
function run(args: readonly string[], heard: (said: string) => void = () => undefined) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { ...process.env, XDG_STATE_HOME: join(cwd, 'state') },
  });
  child.stdin.end();
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => heard((err += chunk.toString())));
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, out, err })),
  );
}

async function signIn(): Promise<void> {
  let asked = false;
  const { code } = await run(['token', 'login', 'person', '--no-browser'], (said) => {
    const url = /^ {2}(http\S+)$/m.exec(said)?.[1];
    if (url === undefined || asked) return;
    asked = true;
    void signInAs(new Browser(), url, 'viewer');
  });
  expect(code).toBe(0);
}

it('two commands share one sign-in: each end of the token costs one refresh, and no request fails', async () => {
  await signIn();
  const before = sandbox.answers('POST /token').length;
  const send = () => run(['run', 'many.http', '--fail', '--json']);
  const ended = await Promise.all([send(), send()]);

  for (const { code, out, err } of ended) {
    expect(err).toBe('');
    expect(code).toBe(0);
    const statuses = out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { response: { status: number } }).response.status);
    expect(statuses).toEqual(Array(REQUESTS).fill(200));
  }
  const refreshes = sandbox.answers('POST /token').slice(before);
  // A refresh token that is used twice is refused, and all after it.
  expect(refreshes.map(({ status }) => status)).toEqual(refreshes.map(() => 200));
  // A token is renewed in the second half of its life, so between two refreshes at least that half has passed.
  const gaps = refreshes.slice(1).map(({ atMs }, index) => atMs - refreshes[index]!.atMs);
  expect(gaps.length).toBeGreaterThan(1);
  expect(Math.min(...gaps)).toBeGreaterThan((LIFE_SECONDS * 1000) / 2 - 100);
});
