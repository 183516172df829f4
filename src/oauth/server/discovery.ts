import { processDiscoveryResponse, type AuthorizationServer } from 'oauth4webapi';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { SingleFlight } from '../../base/singleFlight.ts';
import { isSecureUrl } from '../../profile/origin.ts';
import { readAnswer } from './answerBody.ts';
import { boundedFetch, type Fetch } from './boundedFetch.ts';
import { redirectsWithin, statusWords } from './redirectsWithin.ts';
import { asMetadata, metadataAddresses } from './metadata.ts';
import { serverText } from './text.ts';
import { parseUrl } from '../../base/url.ts';

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
  const fetch = redirectsWithin(
    url.origin,
    boundedFetch({ ...options, subject, failed: 'discovery_failed', tooLong: 'discovery_failed' }),
  );
  const answers = new Set<string>();
  let other: KeyturnError | null = null;
  for (const address of metadataAddresses(url)) {
    const answer = await fetch(address, {
      method: 'GET',
      headers: { accept: 'application/json' },
      body: undefined,
      redirect: 'manual',
      signal,
    });
    if (!answer.ok) {
      answers.add(statusWords(answer, address, options.mask));
      continue;
    }
    const { members, what } = await readAnswer(answer, options.mask);
    const named = members?.['issuer'];
    if (members === null || typeof named !== 'string' || !URL.canParse(named)) {
      answers.add(members === null ? what : `JSON whose "issuer" ${cameAs(named, options.mask)}`);
      continue;
    }
    try {
      return await processDiscoveryResponse(url, Response.json(asMetadata(members)));
    } catch (error) {
      other ??= mismatch(issuer, named, options, error);
    }
  }
  if (other !== null) throw other;
  throw new KeyturnError(
    'discovery_failed',
    `${subject} publishes no metadata: it answered ${[...answers].join(' and ')}.`,
    {
      hint: 'Check the issuer, or write its "tokenEndpoint" into keyturn.json instead.',
      data: { issuer },
    },
  );
}

function cameAs(value: unknown, mask: (text: string) => string): string {
  return value === undefined ? 'is missing' : `is ${serverText(JSON.stringify(value), mask, 60)}`;
}

function mismatch(issuer: string, named: string, { mask }: DiscoveryOptions, cause: unknown): KeyturnError {
  return new KeyturnError(
    'issuer_mismatch',
    `The metadata of ${issuer} names another issuer: ${serverText(named, mask)}.`,
    {
      cause,
      hint: 'Write the issuer exactly as the server names itself.',
      data: { issuer },
    },
  );
}
