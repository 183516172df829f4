import { KeyturnError } from '../../base/errors.ts';
import type { JsonObject } from '../../inspect/claims.ts';
import { parseUrl } from '../../base/url.ts';
import { readAnswer } from './answerBody.ts';
import { boundedFetch } from './boundedFetch.ts';
import type { AuthorizationServer } from './discovery.ts';
import type { GrantTools } from '../grant.ts';
import { redirectsWithin } from './redirectsWithin.ts';
import { asMetadata, metadataAddresses } from './metadata.ts';

/** An authorization server at the origin of an API that names none. Each endpoint is of that origin. */
export interface OwnServer {
  /**
   * `issuer`: its metadata name the origin as the issuer. `endpoints`: they name another path as the issuer, so that
   * nothing but their endpoints counts. `assumed`: there are no metadata, and the endpoints are the usual ones.
   */
  readonly known: 'issuer' | 'endpoints' | 'assumed';
  /** Its issuer is the origin of the API. */
  readonly server: AuthorizationServer;
}

type Tools = Pick<GrantTools, 'fetch' | 'timeoutMs' | 'mask'>;

const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'device_authorization_endpoint',
];

/**
 * APIs from before RFC 9728 may be their own authorization server: the authorization of MCP of 2025-03-26 has their
 * metadata at their origin, else their endpoints at `/authorize`, `/token` and `/register`. Such an API gets what is
 * meant for itself alone, since each endpoint has to be of its own origin.
 */
export async function ownServer(api: URL, tools: Tools, signal: AbortSignal): Promise<OwnServer> {
  const { origin } = api;
  const fetch = redirectsWithin(
    origin,
    boundedFetch({
      ...tools,
      subject: `The API ${origin}`,
      failed: 'discovery_failed',
      tooLong: 'discovery_failed',
    }),
  );
  for (const address of metadataAddresses(new URL(origin))) {
    const answer = await fetch(address, {
      method: 'GET',
      headers: { accept: 'application/json' },
      body: undefined,
      redirect: 'manual',
      signal,
    });
    const members = answer.ok ? (await readAnswer(answer, tools.mask)).members : null;
    if (typeof members?.['token_endpoint'] !== 'string') continue;
    return {
      known: isIssuer(members['issuer'], origin) ? 'issuer' : 'endpoints',
      server: read(members, origin),
    };
  }
  const at = (path: string) => `${origin}${path}`;
  const server = {
    issuer: origin,
    authorization_endpoint: at('/authorize'),
    token_endpoint: at('/token'),
    registration_endpoint: at('/register'),
  };
  return { known: 'assumed', server };
}

function isIssuer(named: unknown, origin: string): boolean {
  return typeof named === 'string' && parseUrl(named)?.href === `${origin}/`;
}

function read(members: JsonObject, origin: string): AuthorizationServer {
  const metadata = asMetadata(members);
  for (const name of ENDPOINTS) {
    const given = metadata[name];
    if (given === undefined || (typeof given === 'string' && parseUrl(given)?.origin === origin)) continue;
    throw new KeyturnError('discovery_failed', `The "${name}" of ${origin} is at another origin.`, {
      hint: 'Declare a token profile in keyturn.json with the issuer that the documentation of the API names.',
      data: { origin },
    });
  }
  return { ...metadata, issuer: origin };
}
