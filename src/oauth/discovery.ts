import {
  allowInsecureRequests,
  customFetch,
  discoveryRequest,
  OperationProcessingError,
  processDiscoveryResponse,
  type AuthorizationServer,
} from 'oauth4webapi';
import type { Clock } from '../clock.ts';
import { KeyturnError } from '../errors.ts';
import { SingleFlight } from '../singleFlight.ts';
import { isSecureUrl } from '../token/origin.ts';
import { readAnswer } from './answerBody.ts';
import { boundedFetch, type BoundedFetch } from './boundedFetch.ts';
import { serverText } from './serverText.ts';
import type { Fetch } from './grant.ts';
import { parseUrl } from '../url.ts';

export type { AuthorizationServer };

/** Finds out what an issuer says of itself. */
export interface Discovery {
  /**
   * Metadata of an issuer (OpenID Connect Discovery 1.0, else RFC 8414), kept for an hour. Checks that the
   * document names the same issuer; endpoints in it are checked where they are used. Fails with
   * `discovery_failed`, `issuer_mismatch` or `cancelled`.
   */
  find(issuer: string, signal: AbortSignal): Promise<AuthorizationServer>;
}

export interface DiscoveryOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly mask: (text: string) => string;
  readonly timeoutMs: number;
}

const LIFETIME_MS = 60 * 60 * 1000;

export function createDiscovery(options: DiscoveryOptions): Discovery {
  const known = new Map<string, { readonly server: AuthorizationServer; readonly untilMs: number }>();
  const flights = new SingleFlight<AuthorizationServer>();
  return {
    find(issuer, signal) {
      const cached = known.get(issuer);
      const now = options.clock.now();
      // A clock that was set back must not make an entry live longer.
      if (cached !== undefined && now < cached.untilMs && cached.untilMs - now <= LIFETIME_MS) {
        return Promise.resolve(cached.server);
      }
      const ask = async (shared: AbortSignal) => {
        const server = await discover(issuer, shared, options);
        known.set(issuer, { server, untilMs: options.clock.now() + LIFETIME_MS });
        return server;
      };
      return flights.run(issuer, ask, signal);
    },
  };
}

async function discover(
  issuer: string,
  signal: AbortSignal,
  options: DiscoveryOptions,
): Promise<AuthorizationServer> {
  const url = parseUrl(issuer);
  if (url === null || !isSecureUrl(url)) {
    throw new KeyturnError('discovery_failed', 'The issuer must be an https URL.', {
      hint: 'Correct the issuer in keyturn.json.',
    });
  }
  const subject = `The issuer ${issuer}`;
  const fetch = boundedFetch({
    ...options,
    subject,
    failed: 'discovery_failed',
    tooLong: 'discovery_failed',
  });
  const answers: string[] = [];
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    const answer = await discoveryRequest(url, {
      algorithm,
      signal,
      [customFetch]: withRedirects(fetch, url),
      [allowInsecureRequests]: url.protocol === 'http:',
    });
    // Any success counts, and JSON that is called something else.
    const response = answer.ok ? new Response(await answer.text()) : answer;
    const copy = response.clone();
    try {
      return await processDiscoveryResponse(url, response);
    } catch (error) {
      if (
        error instanceof OperationProcessingError &&
        error.code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED'
      ) {
        throw await mismatch(issuer, copy, options, error);
      }
      answers.push(await answerWords(copy, url, options));
    }
  }
  const [openid = '', rfc8414 = ''] = answers;
  const said = openid === rfc8414 ? openid : `${openid} and ${rfc8414}`;
  throw new KeyturnError('discovery_failed', `${subject} publishes no metadata: it answered ${said}.`, {
    hint: 'Check the issuer, or write its "tokenEndpoint" into keyturn.json instead.',
    data: { issuer },
  });
}

const MOST_REDIRECTS = 5;

/** Follows redirects inside the origin of the issuer: what lies elsewhere may not speak for it (RFC 8414 section 3). */
function withRedirects(fetch: BoundedFetch, issuer: URL): BoundedFetch {
  return async (address, request) => {
    let url = address;
    for (let count = 0; ; count++) {
      const response = await fetch(url, request);
      const next = redirectTarget(response, url);
      if (next?.origin !== issuer.origin || count === MOST_REDIRECTS) return response;
      url = next.href;
    }
  };
}

function redirectTarget({ status, headers }: Response, from: string): URL | null {
  const location = headers.get('location');
  if (status < 300 || status >= 400 || location === null || !URL.canParse(location, from)) return null;
  return new URL(location, from);
}

async function answerWords(answer: Response, issuer: URL, { mask }: DiscoveryOptions): Promise<string> {
  if (!answer.ok) {
    const target = redirectTarget(answer, issuer.href);
    if (target === null) return String(answer.status);
    return `${answer.status}, a redirect to ${serverText(target.origin + target.pathname, mask)}`;
  }
  const { members, what } = await readAnswer(answer, mask);
  return members === null ? what : 'something that is not metadata';
}

async function mismatch(
  issuer: string,
  response: Response,
  { mask }: DiscoveryOptions,
  cause: unknown,
): Promise<KeyturnError> {
  const body: unknown = await response.json().catch(() => null);
  const named = typeof body === 'object' && body !== null && 'issuer' in body ? body.issuer : null;
  const other = typeof named === 'string' ? serverText(named, mask) : 'another issuer';
  return new KeyturnError('issuer_mismatch', `The metadata of ${issuer} names another issuer: ${other}.`, {
    cause,
    hint: 'Write the issuer exactly as the server names itself.',
    data: { issuer },
  });
}
