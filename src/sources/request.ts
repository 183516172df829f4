import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { withoutScheme } from '../inspect/pastedText.ts';
import type { TokenProfile } from '../profile/profile.ts';
import type { GrantContext, GrantResult } from '../token/grant.ts';
import { readExpiry } from './expiry.ts';
import type { TokenSource } from './source.ts';
import { tokenValue } from './tokenText.ts';

/** Sends a request of a file, as a profile names it: `auth.http#login`. */
export interface RequestRunner {
  /**
   * Fails with `file_unreadable`, `request_not_found`, `untrusted_workspace`, `confirmation_needed` where the request
   * has a `# @note`, and as sending the request fails.
   */
  run(request: string, how: RequestRun): Promise<RequestAnswer>;
}

export interface RequestRun {
  /** The token that the request is sent for. */
  readonly profile: TokenProfile;
  /** What `{{$refreshToken}}` stands for; null in a login. */
  readonly refreshToken: HeldRefreshToken | null;
  readonly signal: AbortSignal;
}

export interface HeldRefreshToken {
  readonly value: string;
  /** Where it may go besides the origins of the profile: those that it came from. */
  readonly origins: readonly string[];
}

/** Nothing in it is masked. */
export interface RequestAnswer {
  readonly status: number;
  /** After redirects. */
  readonly origin: string;
  /**
   * What stands at a place: a JSONPath (RFC 9535) of one value, or `header:Name`. Fails with `variable_unknown` where the
   * answer is no JSON or has nothing there; the message names members, never values.
   */
  value(place: string): Promise<unknown>;
}

export interface RequestSourceParts {
  readonly requests: RequestRunner;
  readonly clock: Clock;
  /** Makes a secret known. */
  readonly register: (secret: string, label: string) => void;
}

/** Answers that a repetition by itself would not change: the request or its secrets are wrong. */
const REFUSALS: readonly number[] = [400, 401, 403, 404, 422];

/** The answer of a login that stands in a `.http` file. A refresh token spares the login, until the API refuses it. */
export function requestSource(parts: RequestSourceParts): TokenSource {
  return {
    grant: 'request',
    async obtain(profile, context) {
      const { request, accessToken, refreshRequest } = profile.options;
      if (request === null || accessToken === null) throw incomplete(profile);
      const held = context.reauthenticate === null ? context.refreshToken : null;
      if (held !== null && refreshRequest !== null) {
        const refreshed = await send(parts, profile, context, refreshRequest, held);
        if (!REFUSALS.includes(refreshed.answer.status)) return read(parts, profile, context, refreshed);
        context.noted?.(`the refresh token was refused (${refreshed.answer.status})`);
      }
      return read(parts, profile, context, await send(parts, profile, context, request, null));
    },
  };
}

interface Answered {
  readonly answer: RequestAnswer;
  /** As the profile names it. */
  readonly request: string;
  /** The refresh token that was sent; null after a login. */
  readonly held: string | null;
  /** Before the request was sent. Milliseconds since the epoch. */
  readonly startedAtMs: number;
}

async function send(
  { requests, clock }: RequestSourceParts,
  profile: TokenProfile,
  { receivers, signal }: GrantContext,
  request: string,
  held: string | null,
): Promise<Answered> {
  const startedAtMs = clock.now();
  const refreshToken = held === null ? null : { value: held, origins: receivers ?? [] };
  return {
    answer: await requests.run(request, { profile, refreshToken, signal }),
    request,
    held,
    startedAtMs,
  };
}

async function read(
  { register }: RequestSourceParts,
  profile: TokenProfile,
  context: GrantContext,
  { answer, request, held, startedAtMs }: Answered,
): Promise<GrantResult> {
  const { name, options } = profile;
  if (answer.status >= 400) throw refused(profile, request, answer.status);
  const before = held === null ? [] : (context.receivers ?? []);
  const receivers = [...new Set([...before, answer.origin])];
  const refreshToken =
    options.refreshToken === null
      ? null
      : await refreshTokenIn(answer, options.refreshToken, profile, request, held !== null);
  if (refreshToken !== null) register(refreshToken, `refresh token of ${name}`);
  try {
    const found = tokenValue(await answer.value(options.accessToken ?? ''));
    const value = found === null ? '' : withoutScheme(found);
    if (value === '') throw odd(profile, request, 'accessToken', 'no token');
    register(value, name);
    return {
      accessToken: value,
      refreshToken,
      idToken: null,
      tokenType: 'bearer',
      scope: null,
      expiresAtMs: await expiryIn(answer, profile, request, startedAtMs),
      receivers,
    };
  } catch (error) {
    // The one that was sent is spent.
    if (held !== null && refreshToken !== null && refreshToken !== held)
      await context.rotated(refreshToken, receivers);
    throw unread(profile, request, error);
  }
}

/** Null where the answer brings none: after a refresh the one that was sent stays. */
async function refreshTokenIn(
  answer: RequestAnswer,
  place: string,
  profile: TokenProfile,
  request: string,
  optional: boolean,
): Promise<string | null> {
  let found: unknown;
  try {
    found = await answer.value(place);
  } catch (error) {
    if (optional) return null;
    throw unread(profile, request, error);
  }
  if (found === null) return null;
  const value = tokenValue(found);
  if (value === null) throw odd(profile, request, 'refreshToken', 'no refresh token');
  return value;
}

/** Null where neither says it: the token itself may. */
async function expiryIn(
  answer: RequestAnswer,
  profile: TokenProfile,
  request: string,
  startedAtMs: number,
): Promise<number | null> {
  const { expiresIn, expiresAt } = profile.options;
  const place = expiresIn ?? expiresAt;
  if (place === null) return null;
  const found = await answer.value(place);
  // Both stand for a token that does not expire.
  if (found === null || found === 0 || found === '0') return null;
  const name = expiresIn === null ? 'expiresAt' : 'expiresIn';
  const time = expiresIn === null ? readExpiry(found, startedAtMs) : secondsFrom(found, startedAtMs);
  if (time === null)
    throw odd(profile, request, name, expiresIn === null ? 'no time' : 'no number of seconds');
  return time;
}

function secondsFrom(found: unknown, startedAtMs: number): number | null {
  const seconds = typeof found === 'string' && /^\d{1,15}(?:\.\d{1,9})?$/.test(found) ? Number(found) : found;
  return typeof seconds === 'number' && seconds > 0 && Number.isFinite(seconds)
    ? Math.round(startedAtMs + seconds * 1000)
    : null;
}

function refused({ name }: TokenProfile, request: string, status: number): KeyturnError {
  const code = REFUSALS.includes(status) ? 'access_denied' : 'token_endpoint_failed';
  return new KeyturnError(
    code,
    `Couldn't obtain the token "${name}": ${request} was answered with ${status}.`,
    {
      hint: 'Send that request in its file to see the response.',
      data: { token: name, status },
    },
  );
}

/** Says where the answer holds something else; never what. */
function odd(
  { name, options }: TokenProfile,
  request: string,
  property: 'accessToken' | 'refreshToken' | 'expiresIn' | 'expiresAt',
  what: string,
): KeyturnError {
  return new KeyturnError(
    'token_response_invalid',
    `Couldn't obtain the token "${name}": the response of ${request} has ${what} at ${options[property]}.`,
    { hint: `Correct "${property}" in keyturn.json.`, data: { token: name } },
  );
}

/** What the answer does not have, with the token that it was wanted for. */
function unread({ name }: TokenProfile, request: string, error: unknown): unknown {
  if (!KeyturnError.is(error, 'variable_unknown', 'variable_invalid')) return error;
  const { message, hint } = error;
  return new KeyturnError(
    'token_response_invalid',
    `Couldn't obtain the token "${name}" with ${request}: ${message}`,
    {
      cause: error,
      data: { token: name },
      ...(hint === undefined ? {} : { hint }),
    },
  );
}

function incomplete({ name }: TokenProfile): KeyturnError {
  return new KeyturnError('profile_invalid', `The token "${name}" names no login.`, {
    hint: 'Add "request" and "accessToken" to its profile.',
    data: { token: name },
  });
}
