import {
  deviceAuthorizationRequest,
  deviceCodeGrantRequest,
  processDeviceAuthorizationResponse,
  processGenericTokenEndpointResponse,
  type Client,
  type DeviceAuthorizationResponse,
} from 'oauth4webapi';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { GrantContext, GrantResult } from '../../token/grant.ts';
import { isSecureUrl } from '../../profile/origin.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { DeviceCode } from '../../token/signIn.ts';
import { parseUrl } from '../../base/url.ts';
import { requireCodePage } from '../receivers/permission.ts';
import { joinedScope } from '../authorization/request.ts';
import { authenticateClient, type ClientAuthenticator } from '../client/authentication.ts';
import { sendAsClient } from '../client/request.ts';
import { asDeviceResponse } from '../server/answerForms.ts';
import type { AuthorizationServer } from '../server/discovery.ts';
import { askedEndpoint, requestOptions } from '../server/endpointRequest.ts';
import { endpointFailure } from '../server/failure.ts';
import type { GrantPerformer, GrantTools } from '../grant.ts';
import { asksForOpenId, checkIdToken, requireIssuer } from '../idToken.ts';
import { errorName } from '../server/knownErrors.ts';
import { neededEndpoints } from '../receivers/receivers.ts';
import { addressesOf, endpointUrl, findUsableServer } from '../server/server.ts';
import { serverText } from '../server/text.ts';
import { signInNeeded } from '../signInNeeded.ts';
import { askTokenEndpoint, requestedAccess, type TokenExchange } from '../tokenEndpoint.ts';

/** RFC 8628 section 3.5. */
const DEFAULT_INTERVAL_MS = 5_000;
const SLOW_DOWN_MS = 5_000;
/** No person enters a code faster. A server that names a shorter interval is asked at this one. */
const SHORTEST_INTERVAL_MS = 1_000;
const LONGEST_INTERVAL_MS = 60_000;
/** A person gives up before this. A longer life that the server names is cut to it. */
const LONGEST_LIFE_MS = 60 * 60_000;
/** RFC 8628 section 6.1: letters and digits, in groups. It goes into the clipboard, so it may be nothing to be run. */
const USER_CODE = /^(?=.{1,24}$)[A-Za-z0-9]+(?:[ -]+[A-Za-z0-9]+)*$/;

/** What the requests of one sign-in have in common. */
interface DeviceSignIn {
  readonly profile: TokenProfile;
  readonly context: GrantContext;
  readonly tools: GrantTools;
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly authenticator: ClientAuthenticator;
  readonly scope: string | null;
}

/**
 * RFC 8628: the person enters a code in a browser anywhere. Fails, beyond what every grant may fail with, with
 * `sign_in_needed`, `authorization_failed`, `device_code_expired`, `access_denied` or `id_token_invalid`.
 */
export const deviceCode: GrantPerformer = {
  grant: 'device_code',
  async obtain(profile, context, tools) {
    const { signIn, signal } = context;
    if (signIn === null) throw signInNeeded(profile);
    const scope = joinedScope(profile.scope, context.reauthenticate?.scope ?? null);
    const openId = asksForOpenId(scope);
    if (openId) requireIssuer(profile);
    const server = await findUsableServer(profile, neededEndpoints(profile, context), signal, tools);
    const client: Client = { client_id: profile.clientId ?? '' };
    const authenticator = await authenticateClient(profile, context, tools);
    const current: DeviceSignIn = { profile, context, tools, server, client, authenticator, scope };
    const askedAtMs = tools.clock.now();
    const device = await requestCode(current);
    tools.register(device.device_code, `device code of ${profile.name}`, addressesOf(server));
    const shown = shownCode(device, askedAtMs, profile, tools.mask);
    await requireCodePage(new URL(shown.verificationUri), profile, server, context, tools);

    const done = new AbortController();
    const polling = AbortSignal.any([signal, done.signal]);
    const givenUp = new Promise<never>((_resolve, reject) => {
      signIn.showDeviceCode(shown, polling).catch(reject);
    });
    try {
      return await Promise.race([poll(current, device, shown.expiresAtMs, polling), givenUp]);
    } finally {
      // Ends what is left of the two: the code on the screen, or the polling.
      done.abort();
    }
  },
};

async function requestCode(current: DeviceSignIn): Promise<DeviceAuthorizationResponse> {
  const { profile, context, tools, server, client, authenticator, scope } = current;
  const url = endpointUrl(server, 'device_authorization_endpoint', tools.mask);
  const asked = askedEndpoint(profile, 'device_authorization_endpoint', url, tools.mask, {
    failed: 'authorization_failed',
    invalid: 'authorization_failed',
    wanted: 'a device code',
    refused: 'Allow the device code grant and these scopes for the client at the server.',
  });
  const parameters = requestedAccess(profile);
  if (scope !== null) parameters.set('scope', scope);
  let response: Response | null = null;
  try {
    const asking = {
      profile,
      server,
      endpoint: 'device_authorization_endpoint',
      authenticator: () => Promise.resolve(authenticator),
    } as const;
    const options = requestOptions(asked, url, context.signal, tools);
    const answer = await sendAsClient(asking, tools, async (authenticate) =>
      deviceAuthorizationRequest(server, client, await authenticate(), parameters, options),
    );
    response = await asDeviceResponse(answer, tools.mask);
    return await processDeviceAuthorizationResponse(server, client, response.clone());
  } catch (error) {
    throw await endpointFailure(error, asked, tools.mask, response);
  }
}

/**
 * What the person is shown: nothing but a short code and addresses that are fit to be opened. An address with the code
 * in it is used only where it leads to the server that is shown.
 */
function shownCode(
  device: DeviceAuthorizationResponse,
  askedAtMs: number,
  { name: tokenName, origins }: TokenProfile,
  mask: (text: string) => string,
): DeviceCode {
  const { user_code: userCode, verification_uri: uri, verification_uri_complete: complete } = device;
  if (!USER_CODE.test(userCode)) {
    throw unfit(
      'The "user_code" of the server is no code to enter: up to 24 letters and digits, in groups with "-" or spaces.',
    );
  }
  const address = safeAddress(uri);
  if (address === null) {
    throw unfit(
      `The "verification_uri" of the server is no https address that can be opened: "${serverText(uri, mask, 100)}".`,
    );
  }
  const direct = complete === undefined ? null : safeAddress(complete);
  return {
    tokenName,
    userCode,
    verificationUri: address.href,
    verificationUriComplete: direct?.origin === address.origin ? direct.href : null,
    expiresAtMs: askedAtMs + Math.min(device.expires_in * 1000, LONGEST_LIFE_MS),
    origins,
  };
}

function safeAddress(text: string): URL | null {
  const url = parseUrl(text);
  // User information makes one server look like another.
  return url !== null && isSecureUrl(url) && url.username === '' && url.password === '' ? url : null;
}

function unfit(message: string): KeyturnError {
  return new KeyturnError('authorization_failed', message, {
    hint: 'Report this to the people who run the server.',
  });
}

/** Asks until the person has decided. A network that fails meanwhile is asked less often, not given up. */
async function poll(
  current: DeviceSignIn,
  device: DeviceAuthorizationResponse,
  expiresAtMs: number,
  signal: AbortSignal,
): Promise<GrantResult> {
  const { clock } = current.tools;
  const { interval } = device;
  // A server that wants more time between two questions says so again (`slow_down`).
  let intervalMs =
    interval === undefined
      ? DEFAULT_INTERVAL_MS
      : Math.min(Math.max(SHORTEST_INTERVAL_MS, interval * 1000), LONGEST_INTERVAL_MS);
  for (;;) {
    await waitUntil(Math.min(clock.now() + intervalMs, expiresAtMs), clock, signal);
    if (clock.now() >= expiresAtMs) throw expired();
    try {
      return await askForToken(current, device.device_code, signal);
    } catch (error) {
      intervalMs = nextInterval(error, intervalMs);
    }
  }
}

function askForToken(current: DeviceSignIn, code: string, signal: AbortSignal): Promise<GrantResult> {
  const { profile, context, tools, server, authenticator, scope } = current;
  const exchange: TokenExchange = {
    request: async (endpoint) =>
      deviceCodeGrantRequest(
        endpoint.server,
        endpoint.client,
        await endpoint.authenticate(),
        code,
        endpoint.options,
      ),
    process: (endpoint, answer) =>
      processGenericTokenEndpointResponse(endpoint.server, endpoint.client, answer),
    idToken: async (answer, { scope: granted }) =>
      asksForOpenId(scope)
        ? checkIdToken(
            profile,
            server,
            answer,
            { nonce: null, maxAge: null, scope: granted },
            { ...context, signal },
            tools,
          )
        : null,
  };
  return askTokenEndpoint(profile, { ...context, signal }, tools, exchange, () =>
    Promise.resolve(authenticator),
  );
}

/** How long to wait after a failure that is none; throws any other. */
function nextInterval(error: unknown, intervalMs: number): number {
  if (!(error instanceof KeyturnError)) throw error;
  const name = error.data['error'];
  switch (typeof name === 'string' ? errorName(name) : null) {
    case 'authorization_pending':
      return intervalMs;
    case 'slow_down':
      return intervalMs + SLOW_DOWN_MS;
    case 'access_denied':
    case 'authorization_declined':
      throw new KeyturnError('access_denied', 'The sign-in was refused.', {
        cause: error,
        hint: 'Sign in again and allow it, or request less scope.',
      });
    case 'expired_token':
      throw expired(error);
  }
  if (error.code === 'invalid_grant') {
    throw new KeyturnError('authorization_failed', error.message, {
      cause: error,
      hint: 'Sign in again: the server no longer knows the code.',
      data: error.data,
    });
  }
  // "Accepted", without a token: there is none yet.
  if (error.code === 'token_response_invalid' && error.data['status'] === 202) return intervalMs;
  if (isPassing(error)) return Math.max(intervalMs, Math.min(intervalMs * 2, LONGEST_INTERVAL_MS));
  throw error;
}

/** No answer, or one from a server in trouble: the next one may be better. */
function isPassing(error: KeyturnError): boolean {
  const status = error.data['status'];
  if (error.code === 'token_endpoint_failed')
    return typeof status !== 'number' || status >= 500 || status === 429;
  return KeyturnError.is(
    error,
    'host_not_found',
    'connection_refused',
    'connection_reset',
    'connection_failed',
    'connect_timeout',
    'timeout',
  );
}

function expired(cause?: unknown): KeyturnError {
  return new KeyturnError('device_code_expired', 'You did not enter the code in time.', {
    cause,
    hint: 'Sign in again for a new code.',
  });
}

function waitUntil(atMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // The clock's own timers let a process end meanwhile.
    const awake = setInterval(() => undefined, LONGEST_LIFE_MS);
    const end = () => {
      clearInterval(awake);
      timer.dispose();
      signal.removeEventListener('abort', cancel);
    };
    const cancel = () => {
      end();
      reject(new KeyturnError('cancelled', 'Cancelled.'));
    };
    const timer = clock.at(atMs, () => {
      end();
      resolve();
    });
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
  });
}
