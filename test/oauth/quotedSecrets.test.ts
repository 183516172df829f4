import { afterEach, expect, it } from 'vitest';
import { Redactor } from '../../src/redaction/redactor.ts';
import { deviceWith, obtainAs, signInProfile, signInWith } from './signIns.ts';
import { failureOf, json, listen, type TestServer } from './support.ts';

// A server that quotes in its errors what it was sent: none of it may stand in a message.

let server: TestServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** `quoted`: the parameter of a token request that its refusal quotes. */
async function quotingServer(quoted: string): Promise<{ issuer: string; values: string[] }> {
  const values: string[] = [];
  server = await listen((request, response, body) => {
    switch (request.url?.split('?', 1)[0]) {
      case '/.well-known/openid-configuration':
        json(response, 200, {
          issuer: server?.origin,
          authorization_endpoint: `${server?.origin}/authorize`,
          token_endpoint: `${server?.origin}/token`,
          device_authorization_endpoint: `${server?.origin}/device`,
        });
        return;
      case '/device':
        json(response, 200, {
          device_code: 'device-code-of-this-sign-in',
          user_code: 'ABCD',
          verification_uri: `${server?.origin}/enter`,
          expires_in: 60,
          interval: 0.01,
        });
        return;
      case '/token': {
        const value = new URLSearchParams(body).get(quoted) ?? '';
        values.push(value);
        json(response, 400, { error: 'invalid_request', error_description: `no such thing as ${value}` });
        return;
      }
      default:
        json(response, 404, {});
    }
  });
  return { issuer: server.origin, values };
}

function masking() {
  const redactor = new Redactor();
  return {
    mask: (text: string) => redactor.mask(text),
    register: (secret: string, label: string) => redactor.register(secret, label),
  };
}

it.each([
  ['code', 'code of person'],
  ['code_verifier', 'code verifier of person'],
])('the %s of a sign-in', async (parameter, label) => {
  const { issuer, values } = await quotingServer(parameter);
  const signIn = signInWith(async (url) => {
    const asked = new URL(url).searchParams;
    const back = new URLSearchParams({ code: 'code-of-this-sign-in', state: asked.get('state') ?? '' });
    await fetch(`${asked.get('redirect_uri') ?? ''}?${back.toString()}`);
  });
  const profile = signInProfile(issuer, { scope: 'read' });
  const failure = await failureOf(obtainAs(profile, signIn, {}, masking()));
  expect(values[0]?.length).toBeGreaterThan(10);
  expect(failure.message).toContain(`no such thing as •••${label}•••`);
});

it('the state of a sign-in', async () => {
  const { issuer } = await quotingServer('code');
  const signIn = signInWith(async (url) => {
    const asked = new URL(url).searchParams;
    const state = asked.get('state') ?? '';
    const back = new URLSearchParams({ error: 'server_error', error_description: `not ${state}`, state });
    await fetch(`${asked.get('redirect_uri') ?? ''}?${back.toString()}`);
  });
  const profile = signInProfile(issuer, { scope: 'read' });
  const failure = await failureOf(obtainAs(profile, signIn, {}, masking()));
  expect(failure.message).toContain('not •••state of person•••');
});

it('the code of a device', async () => {
  const { issuer, values } = await quotingServer('device_code');
  const profile = signInProfile(issuer, { grant: 'device_code', scope: 'read' });
  const failure = await failureOf(
    obtainAs(
      profile,
      deviceWith(() => undefined),
      {},
      masking(),
    ),
  );
  expect(values).toEqual(['device-code-of-this-sign-in']);
  expect(failure.message).toContain('no such thing as •••device code of person•••');
});
