import { describe, expect, it } from 'vitest';
import { signInWay } from '../../../src/run/apiSignIn/way.ts';

const issuer = 'https://id.example';
const byCode = { issuer, authorization_endpoint: `${issuer}/auth` };
const byBoth = { ...byCode, device_authorization_endpoint: `${issuer}/device` };
const byDevice = { issuer, device_authorization_endpoint: `${issuer}/device` };

const desktop = { loopback: true, editorUri: 'vscode://keyturn.keyturn/sign-in' };
const remote = { loopback: false, editorUri: 'vscode://keyturn.keyturn/sign-in' };
const web = { loopback: false, editorUri: null };

describe('the way to sign in to an API', () => {
  it('comes back to a listener where the browser reaches it', () => {
    expect(signInWay(byBoth, desktop)).toEqual({
      grant: 'authorization_code',
      redirectUri: 'loopback',
      registeredUris: ['http://127.0.0.1/callback', 'http://[::1]/callback'],
    });
  });

  it("comes back to the editor's address from a remote", () => {
    expect(signInWay(byBoth, remote)).toEqual({
      grant: 'authorization_code',
      redirectUri: 'editor',
      registeredUris: [remote.editorUri],
    });
  });

  it.each([
    ['where no address can be registered', byBoth, web],
    ['where there is no other', byDevice, desktop],
  ])('is a code that is entered %s', (_name, server, place) => {
    expect(signInWay(server, place)).toEqual({
      grant: 'device_code',
      redirectUri: null,
      registeredUris: [],
    });
  });

  it('says what to do where there is none', () => {
    expect(() => signInWay(byCode, web)).toThrow("no way to sign in that works in a browser's editor");
    expect(() => signInWay({ issuer }, desktop)).toThrow('https://id.example offers no way to sign in.');
  });
});
