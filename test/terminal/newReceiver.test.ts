import { PassThrough } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { keptConsents } from '../../src/consent/record.ts';
import { createTerminalConsent, keychainValues } from '../../src/terminal/ask/sourceConsent.ts';
import type { Streams } from '../../src/terminal/output/streams.ts';
import type { SecretStore } from '../../src/base/secretStore.ts';
import { contextOf, failureOf, json, listen, obtainer, type TestServer } from '../oauth/support.ts';
import { createMemorySecretStore } from '../token/memorySecretStore.ts';
import { profileOf } from '../token/support.ts';

// The keychain is a store in memory: what the command keeps there outlasts it.

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** An issuer that names one server, and another one from the second time on that it is asked. */
async function movingIssuer() {
  const receivers = await Promise.all(
    [0, 1].map(() =>
      listen((_request, response) => json(response, 200, { access_token: 'issued', token_type: 'bearer' })),
    ),
  );
  const [before, after] = receivers;
  let asked = 0;
  const issuer = await listen((_request, response) => {
    const at = asked++ === 0 ? before : after;
    json(response, 200, { issuer: issuer.origin, token_endpoint: `${at?.origin ?? ''}/token` });
  });
  servers.push(issuer, ...receivers);
  return { issuer: issuer.origin, before: before!, after: after! };
}

/** One call of the command, with a person who types this where there is a terminal. */
function call(keychain: SecretStore, env: Record<string, string> = {}, typed: string | null = null) {
  const input = Object.assign(new PassThrough(), { isTTY: typed !== null });
  const err = Object.assign(new PassThrough(), { isTTY: typed !== null });
  let said = '';
  err.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.endsWith('(n)? ')) input.write(typed ?? '');
  });
  const streams: Streams = { in: input, out: new PassThrough(), err, env, cwd: '/', sandboxEntry: '' };
  const permissions = createTerminalConsent(streams, keychain, () => undefined, { record: () => undefined });
  const obtain = obtainer({ clock: systemClock, consent: permissions });
  return { obtain, said: () => said };
}

it('is refused without a terminal, and allowed by KEYTURN_ALLOW_RECEIVERS alone', async () => {
  const { issuer, before, after } = await movingIssuer();
  const keychain = createMemorySecretStore();
  const profile = profileOf({ issuer, declaredIn: '/w/keyturn.json' });
  await call(keychain).obtain(profile, contextOf());
  expect([before.requests.length, after.requests.length]).toEqual([1, 0]);
  const line = `${issuer} ${after.origin}`;
  for (const env of [{}, { KEYTURN_ALLOW_RECEIVERS: `${issuer} ${before.origin}\n${issuer}` }]) {
    const error = await failureOf(call(keychain, env).obtain(profile, contextOf({ waiting: false })));
    expect(error.code).toBe('receiver_not_allowed');
    expect(error.hint).toContain(`set KEYTURN_ALLOW_RECEIVERS to this line: ${line}`);
  }
  expect(after.requests.length).toBe(0);
  await call(keychain, { KEYTURN_ALLOW_RECEIVERS: `x y\n${line}` }).obtain(profile, contextOf());
  expect(after.requests.length).toBe(1);
});

it('is asked about at a terminal, with the servers before and now', async () => {
  const { issuer, before, after } = await movingIssuer();
  const keychain = createMemorySecretStore();
  const profile = profileOf({ issuer, declaredIn: '/w/keyturn.json' });
  await call(keychain).obtain(profile, contextOf());
  const refused = call(keychain, {}, 'n\n');
  expect((await failureOf(refused.obtain(profile, contextOf()))).code).toBe('receiver_not_allowed');
  expect(refused.said()).toContain(
    `Keyturn is about to send the secrets of token "viewer" to ${after.origin}.`,
  );
  expect(refused.said()).toContain(`Until now it sent them to ${before.origin}.`);
  expect(refused.said()).toContain(`${issuer} now names these servers.`);
  await call(keychain, {}, 'a\n').obtain(profile, contextOf());
  await call(keychain).obtain(profile, contextOf());
  expect(after.requests.length).toBe(2);
  expect(await keptConsents(keychainValues(keychain))).toMatchObject([
    { subject: { kind: 'new_receiver', at: issuer, known: [before.origin], receivers: [after.origin] } },
  ]);
});
