// Ten thousand tokens are held. Only function is asserted here; the figures are printed.
import * as assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { commands, env, type SecretStorage, type TreeDataProvider } from 'vscode';
import { personalProfile } from '../../src/token/newToken.ts';
import { tokenKey } from '../../src/profile/key.ts';
import type { Token } from '../../src/token/token.ts';
import { eventuallyResponds, fileUri, jwtThatEnds, keyturn, open, sandbox, send } from './driver.ts';
import { tapSecrets } from './secretsTap.ts';
import { eventually, runAll, test } from './suite.ts';
import { installWiretap } from './wiretap.ts';

const tap = installWiretap();
const count = 10_000;

function heldToken(index: number): Token {
  const token: Token = {
    key: '',
    name: `held-${index}`,
    accessToken: `${jwtThatEnds(3600 + index)}${index}`,
    refreshToken: null,
    idToken: null,
    tokenType: null,
    scope: null,
    expiresAtMs: Date.now() + (3600 + index) * 1000,
    obtainedAtMs: Date.now(),
    personal: { origins: [sandbox.api], sendAs: { scheme: 'Bearer' } },
  };
  const profile = personalProfile(token);
  assert.ok(profile);
  return { ...token, key: tokenKey(profile) };
}

async function timed<Value>(what: string, work: () => PromiseLike<Value>): Promise<Value> {
  const from = performance.now();
  const value = await work();
  console.log(`[test]           ${what}: ${(performance.now() - from).toFixed(0)} ms`);
  return value;
}

test('activates with all of them in the secret storage', async () => {
  // Written one by one, a browser would encrypt its whole storage ten thousand times. So they are put in here: each
  // is still asked for through the editor's own storage, whose answer alone is replaced.
  const { methods, original } = await tapSecrets();
  const tokens = Array.from({ length: count }, (_, index) => heldToken(index));
  const values = new Map(tokens.map((token) => [token.key, JSON.stringify(token)]));
  methods.keys = async function (this: SecretStorage) {
    return [...(await original.keys.call(this)), ...values.keys()];
  };
  methods.get = async function (this: SecretStorage, key) {
    const stored = await original.get.call(this, key);
    return stored ?? values.get(key);
  };
  await timed('activation', () => keyturn().activate());
});

interface Entry {
  readonly name: string;
  readonly entry: { readonly token: Token | null } | null;
}

async function children(of?: unknown): Promise<Entry[]> {
  const provider = await eventually('the tree', () => tap.treeProviders.get('keyturn.tokens'));
  return (await (provider as TreeDataProvider<Entry>).getChildren(of as never)) ?? [];
}

test('lists all of them before they are read, then says what they hold', async () => {
  const groups = await timed('the tree is read', () => children());
  assert.equal(groups.length, 1);
  const [group] = groups;
  const entries = await timed('its only group is opened', () => children(group));
  assert.equal(entries.length, count);
  assert.equal(entries.at(-1)?.name, `held-${count - 1}`);
  await timed('the view opens', () => commands.executeCommand('keyturn.tokens.focus'));
  await timed('all of them are read', () =>
    eventually('what the last one holds', async () => {
      const last = (await children(group)).at(-1);
      return last?.entry?.token?.name === `held-${count - 1}`;
    }),
  );
  const provider = tap.treeProviders.get('keyturn.tokens');
  await timed('every entry is drawn', async () => {
    for (const entry of await children(group)) await provider?.getTreeItem(entry);
  });
  await timed('the tree is read again', () => children());
});

test('offers all of them in a picker', async () => {
  tap.pickAnswers.push(`held-${count - 1}`);
  await timed('one of them is picked and copied', () => commands.executeCommand('keyturn.tokens.copy'));
  assert.match(await env.clipboard.readText(), new RegExp(`\\.[\\w-]+${count - 1}$`));
  await env.clipboard.writeText('');
});

test('sends a request, and takes one more', async () => {
  const document = await open(fileUri('requests.http'));
  await timed('the first request', () => send(document, 0));
  await eventuallyResponds(/This page came from the sandbox/);
  await timed('the second request', () => send(document, 0));
  tap.inputAnswers.push('one-more-0123456789', 'one-more');
  tap.pickAnswers.push(sandbox.api, 'Bearer');
  await timed('one more is added', () => commands.executeCommand('keyturn.tokens.add'));
  await timed('it is in the tree', () =>
    eventually('the token', async () => {
      const provider = tap.treeProviders.get('keyturn.tokens');
      const [group] = (await provider?.getChildren()) ?? [];
      const entries = ((await provider?.getChildren(group)) ?? []) as { name: string }[];
      return entries.some(({ name }) => name === 'one-more');
    }),
  );
});

export const run = runAll;
