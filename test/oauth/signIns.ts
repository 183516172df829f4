import { systemClock } from '../../src/base/clock.ts';
import { noOptions, type ProfileOptions, type TokenProfile } from '../../src/profile/profile.ts';
import type { DeviceCode, SignIn } from '../../src/token/signIn.ts';
import { profileOf } from '../token/support.ts';
import { contextOf, obtainer } from './support.ts';

type ProfileChanges = Omit<Partial<TokenProfile>, 'options'> & { readonly options?: Partial<ProfileOptions> };

/** The profile of a public client that signs a person in. */
export function signInProfile(
  issuer: string,
  { options = {}, ...changes }: ProfileChanges = {},
): TokenProfile {
  return profileOf({
    name: 'person',
    grant: 'authorization_code',
    issuer,
    clientId: 'person',
    clientAuthentication: 'none',
    scope: 'openid reports:read',
    ...changes,
    options: { ...noOptions, ...options },
  });
}

/** A person at a browser: `browse` gets every address that is to be opened. */
export function signInWith(browse: (url: string) => unknown, changes: Partial<SignIn> = {}): SignIn {
  return {
    openBrowser: (url) => {
      // The browser is another program: whatever happens there, this one goes on.
      void Promise.resolve(browse(url)).catch(() => undefined);
      return Promise.resolve();
    },
    editorRedirect: null,
    loopbackReachable: true,
    showDeviceCode: () => Promise.reject(new Error('No device code is expected here.')),
    ...changes,
  };
}

/** A person who gets a device code, and looks at it until the sign-in is over. */
export function deviceWith(act: (code: DeviceCode) => unknown): SignIn {
  return signInWith(() => undefined, {
    showDeviceCode: (code, signal) => {
      void Promise.resolve(act(code)).catch(() => undefined);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  });
}

/** The grant of a profile at the hands of a person, with the real clock. */
export function obtainAs(
  profile: TokenProfile,
  signIn: SignIn | null,
  changes: Parameters<typeof contextOf>[0] = {},
  options: Parameters<typeof obtainer>[0] = {},
) {
  return obtainer({ clock: systemClock, ...options })(profile, contextOf({ signIn, ...changes }));
}
