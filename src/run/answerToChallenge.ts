import type { Clock } from '../base/clock.ts';
import { asKeyturnError, KeyturnError } from '../base/errors.ts';
import type { DigestSigner } from '../http/auth/digestSigner.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http/message.ts';
import type { AuditRecorder } from '../base/auditEvent.ts';
import { tokenChallenges, wantsDpopNonce, type TokenChallenge } from '../oauth/challenge.ts';
import { tokenKey } from '../profile/key.ts';
import type { AcquiredToken } from '../token/acquire.ts';
import type { Preparation, Prepared } from './prepare.ts';
import type { Refusals } from './refusals.ts';
import type { RetryReason } from './result.ts';
import { useEvent } from './useEvents.ts';

export interface AnswerParts {
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly refusals: Refusals;
  readonly audit?: AuditRecorder;
}

/** A token that was sent so soon after it had been obtained has not ended in between. */
const JUST_OBTAINED_MS = 1000;

/**
 * Sends a request, and again where the answer says that this will help: once with a fresh token after the old one was
 * refused, once with the answer to a Digest challenge, once with the nonce that the server asks for, and once with its time
 * in the proof. The body is in memory, so it can always be sent again.
 */
export class Sending {
  readonly #parts: AnswerParts;
  readonly #preparation: Preparation;
  readonly #signal: AbortSignal | undefined;
  /** As it was sent last. */
  prepared: Prepared;
  retried: RetryReason | null = null;
  /** Why a fresh token was not sent, or did not help. */
  refusal: KeyturnError | null = null;
  #nonceSent = false;
  #clockCorrected = false;
  #refreshed = false;
  #digestAnswered = false;
  #sentAtMs = 0;

  constructor(
    parts: AnswerParts,
    preparation: Preparation,
    prepared: Prepared,
    signal: AbortSignal | undefined,
  ) {
    this.#parts = parts;
    this.#preparation = preparation;
    this.prepared = prepared;
    this.#signal = signal;
  }

  /** The last answer. Fails like `HttpClient.send`, and with `cancelled`. */
  async send(addition: Pick<Prepared['request'], 'saveBodyTo' | 'holdsBody'>): Promise<HttpResponse> {
    for (;;) {
      this.#sentAtMs = this.#parts.clock.now();
      const response = await this.#sendOnce({ ...this.prepared.request, ...addition });
      if (!(await this.#helps(response))) return response;
    }
  }

  async #sendOnce(request: HttpRequest): Promise<HttpResponse> {
    const { client, audit } = this.#parts;
    const { tokens } = this.prepared;
    const record = (status: number | null, error: string | null) => {
      for (const token of tokens)
        audit?.record(useEvent(token, request, { status, error }, this.#preparation.cause));
    };
    try {
      const response = await client.send(request, this.#signal);
      record(response.status, response.bodyFault?.code ?? null);
      return response;
    } catch (thrown) {
      record(null, asKeyturnError(thrown).code);
      throw thrown;
    }
  }

  /** True when the request shall go out once more. */
  async #helps(response: HttpResponse): Promise<boolean> {
    const { primary, signer, digest } = this.prepared;
    if (response.status !== 401 || leftOrigin(response)) return false;
    if (digest !== null && this.#answersDigest(digest, response)) return true;
    if (primary === null) return false;
    const challenges = tokenChallenges(response.headers);
    if (wantsDpopNonce(challenges)) {
      if (this.#nonceSent || signer?.nonceGiven !== true || this.#wasHandled(response)) return false;
      this.#nonceSent = true;
      this.retried ??= 'use_dpop_nonce';
      return true;
    }
    if (challenges.some(({ error }) => error === 'invalid_dpop_proof')) {
      if (this.#clockCorrected || signer?.clockCorrected !== true || this.#wasHandled(response)) return false;
      this.#clockCorrected = true;
      this.retried ??= 'invalid_dpop_proof';
      return true;
    }
    return refusesToken(challenges) && (await this.#refresh(primary, response));
  }

  /** Once: a second challenge says that user name or password are wrong. */
  #answersDigest(digest: DigestSigner, response: HttpResponse): boolean {
    if (this.#digestAnswered) return false;
    if (!digest.takesChallenge(new URL(response.url), response.headers)) {
      // Else it refuses the user name or the password.
      if (!digest.hasAnswered) this.refusal = noDigest(response);
      return false;
    }
    if (this.#wasHandled(response)) return false;
    this.#digestAnswered = true;
    this.retried ??= 'digest';
    return true;
  }

  async #refresh(refused: AcquiredToken, response: HttpResponse): Promise<boolean> {
    const { refusals, clock } = this.#parts;
    const { accessToken } = refused.token;
    const place = `${tokenKey(refused.profile)} ${this.prepared.request.url.origin}`;
    if (this.#refreshed && this.#sentAtMs - refused.token.obtainedAtMs < JUST_OBTAINED_MS) {
      refusals.note(place, accessToken, clock.now());
    }
    if (this.#refreshed || refusals.has(place, accessToken, clock.now())) {
      this.refusal = refusedAgain(refused);
      return false;
    }
    let fresh: Prepared | null;
    try {
      fresh = await this.#preparation.withFreshToken(refused);
    } catch (error) {
      // A person who gives up a sign-in still has the answer.
      if (!(error instanceof KeyturnError) || this.#signal?.aborted === true) throw error;
      this.refusal = error;
      return false;
    }
    if (fresh === null) {
      this.refusal = notRefreshable(refused);
      return false;
    }
    this.#refreshed = true;
    if (this.#wasHandled(response)) {
      this.refusal = handledBefore(refused);
      return false;
    }
    this.prepared = fresh;
    this.retried = 'invalid_token';
    return true;
  }

  /** Behind a redirect that answered a POST, the refused message is another one: the POST itself was done. */
  #wasHandled({ redirects }: HttpResponse): boolean {
    if (SAFE_METHODS.has(this.prepared.request.method)) return false;
    return redirects.some(({ status }) => status < 307);
  }
}

/** RFC 9110 section 9.2.1. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']);

/** `invalid_token`, or a 401 that gives no reason, on a request that carried the token (RFC 6750 section 3.1). */
function refusesToken(challenges: readonly TokenChallenge[]): boolean {
  const errors = challenges.flatMap(({ error }) => (error === null ? [] : [error]));
  return errors.length === 0 || errors.includes('invalid_token');
}

/** Tokens do not go to another origin, so what it says is not about ours. */
export function leftOrigin({ redirects }: Pick<HttpResponse, 'redirects'>): boolean {
  return redirects.some(({ from, to }) => new URL(from).origin !== new URL(to).origin);
}

function noDigest({ url }: HttpResponse): KeyturnError {
  return new KeyturnError(
    'unsupported',
    `${new URL(url).host} does not ask for Digest in a form that Keyturn computes, so Keyturn did not send the password.`,
    { hint: 'Look at the WWW-Authenticate header of the answer, and write the scheme that it names.' },
  );
}

function notRefreshable({ profile }: AcquiredToken): KeyturnError {
  return new KeyturnError(
    'token_invalid',
    `The server refused the token "${profile.name}", and Keyturn cannot refresh it.`,
    {
      hint: `Add a new one with "Keyturn: Add Token" or \`keyturn token add ${profile.name}\`.`,
      data: { token: profile.name },
    },
  );
}

function refusedAgain({ profile }: AcquiredToken): KeyturnError {
  return new KeyturnError(
    'token_invalid',
    `The server refuses the token "${profile.name}" although Keyturn just obtained it.`,
    {
      hint: 'Check its audience and scopes, and that the server trusts the issuer.',
      data: { token: profile.name },
    },
  );
}

function handledBefore({ profile }: AcquiredToken): KeyturnError {
  return new KeyturnError(
    'token_invalid',
    `The token "${profile.name}" was refused after a redirect, when the server had already handled the request.`,
    {
      hint: 'Keyturn refreshed the token. Look for the result, or send the request again if it is safe to repeat.',
      data: { token: profile.name },
    },
  );
}
