import { afterEach, describe, expect, it } from 'vitest';
import { createDiscovery } from '../../../src/oauth/server/discovery.ts';
import { secretReceivers, strayReceiversAt } from '../../../src/oauth/receivers/receivers.ts';
import { declaredReceivers } from '../../../src/profile/declaredReceivers.ts';
import { noOptions, type TokenProfile } from '../../../src/profile/profile.ts';
import { profileOf, staticProfile, TestClock } from '../../token/support.ts';
import { json, listen, type TestServer } from '../support.ts';

let server: TestServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** Who gets the secret of a profile whose issuer says this of itself. */
async function receiversAt(
  metadata: Record<string, string>,
  changes: (issuer: string) => Partial<TokenProfile> = () => ({}),
  kind: Parameters<typeof secretReceivers>[1] = 'client_secret',
) {
  const issuer = await listen((_request, response) => {
    const told = Object.entries(metadata).map(([name, url]) => [name, url.replace('ISSUER', issuer.origin)]);
    json(response, 200, { issuer: issuer.origin, ...Object.fromEntries(told) });
  });
  server = issuer;
  const discovery = createDiscovery({
    fetch,
    clock: new TestClock(),
    mask: (text) => text,
    timeoutMs: 2000,
  });
  const profile = profileOf({ issuer: issuer.origin, ...changes(issuer.origin) });
  const found = await secretReceivers(profile, kind, { discovery });
  return found.map((address) => address.replace(issuer.origin, 'ISSUER'));
}

const own = { token_endpoint: 'ISSUER/token', revocation_endpoint: 'ISSUER/revoke' };

describe('who a person is told gets a secret', () => {
  it('is the issuer for endpoints of its own', async () => {
    expect(await receiversAt(own)).toEqual(['ISSUER']);
  });

  it('is the token endpoint where the metadata name one elsewhere', async () => {
    const elsewhere = { ...own, token_endpoint: 'https://tokens.example/token' };
    expect(await receiversAt(elsewhere, undefined, 'password')).toEqual(['https://tokens.example/token']);
  });

  it('is the endpoint that the file names, not the issuer that it names too', async () => {
    const named = () => ({ tokenEndpoint: 'https://evil.example/t' });
    for (const kind of ['password', 'refresh_token'] as const) {
      expect((await receiversAt({ token_endpoint: 'ISSUER/token' }, named, kind))[0]).toBe(
        'https://evil.example/t',
      );
      await server?.close();
    }
  });

  it('names every server that gets it', async () => {
    const metadata = { ...own, introspection_endpoint: 'https://third.example/introspect' };
    const named = (): Partial<TokenProfile> => ({
      grant: 'device_code',
      options: { ...noOptions, deviceAuthorizationEndpoint: 'https://evil.example/device' },
    });
    expect(await receiversAt(metadata, named)).toEqual([
      'ISSUER',
      'https://evil.example/device',
      'https://third.example/introspect',
    ]);
  });

  it('is told apart by the path where issuers share a host', async () => {
    const named = (issuer: string) => ({
      issuer: `${issuer}/alice`,
      tokenEndpoint: `${issuer}/mallory/token`,
    });
    expect(await receiversAt({}, named)).toEqual(['ISSUER/mallory/token']);
  });

  it('is what the file says where the issuer does not answer', async () => {
    const discovery = { find: () => Promise.reject(new Error('down')) };
    const tokenEndpoint = 'https://evil.example/t';
    const profile = profileOf({ tokenEndpoint });
    expect(await secretReceivers(profile, 'password', { discovery })).toEqual([tokenEndpoint]);
    expect(await secretReceivers(profile, 'client_secret', { discovery })).toEqual([tokenEndpoint]);
    expect(await secretReceivers(profileOf(), 'password', { discovery })).toEqual(['https://id.example.com']);
  });

  it('names no server for a key of our own', () => {
    expect(declaredReceivers(staticProfile({ grant: 'self_signed' }))).toEqual([]);
  });

  it('is, as far as the file alone says it, each endpoint that it names and the issuer for the others', () => {
    const device = profileOf({
      grant: 'device_code',
      options: { ...noOptions, deviceAuthorizationEndpoint: 'https://evil.example/device?x=1' },
    });
    expect(declaredReceivers(device)).toEqual(['https://id.example.com', 'https://evil.example/device']);
  });
});

describe('the page where a code is entered, at another host than the endpoints', () => {
  const askedAt = (page: string, device: string, token: string) =>
    strayReceiversAt(
      new URL(page),
      profileOf({ grant: 'device_code', issuer: null, tokenEndpoint: token }),
      { issuer: '', device_authorization_endpoint: device, token_endpoint: token },
      new AbortController().signal,
      { discovery: { find: () => Promise.reject(new Error('not asked')) } },
    );
  const tenant = 'https://login.microsoftonline.com/common/oauth2/v2.0';

  it.each([
    ['https://microsoft.com/devicelogin', `${tenant}/devicecode`, `${tenant}/token`],
    ['https://login.microsoft.com/device', `${tenant}/devicecode`, `${tenant}/token`],
    [
      'https://www.google.com/device',
      'https://oauth2.googleapis.com/device/code',
      'https://oauth2.googleapis.com/token',
    ],
  ])('is not asked about where it is the vendor’s own: %s', async (page, device, token) => {
    expect(await askedAt(page, device, token)).toBeNull();
  });

  it.each([
    ['https://www.google.com/device', 'https://evil.example/device', 'https://evil.example/token'],
    ['https://www.google.com/device', `${tenant}/devicecode`, `${tenant}/token`],
    [
      'https://www.google.com/url',
      'https://oauth2.googleapis.com/device/code',
      'https://oauth2.googleapis.com/token',
    ],
    ['https://microsoft.com.evil.example/devicelogin', `${tenant}/devicecode`, `${tenant}/token`],
  ])('is asked about otherwise: %s for %s', async (page, device, token) => {
    expect(await askedAt(page, device, token)).toMatchObject({
      kind: 'sign_in',
      redeemedAt: new URL(token).origin,
    });
  });
});
