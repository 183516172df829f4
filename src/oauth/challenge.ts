import { type Challenge, readChallenges } from '../http/auth/challenges.ts';
import type { HeaderList } from '../http/message.ts';
import { isSecureUrl } from '../profile/origin.ts';

/** What a server says of the token it was given. */
export interface TokenChallenge {
  readonly scheme: 'bearer' | 'dpop';
  readonly realm: string | null;
  /** RFC 6750 section 3.1 (`invalid_token`, `insufficient_scope`, …), RFC 9470, RFC 9449; null when no token came. */
  readonly error: string | null;
  readonly errorDescription: string | null;
  /** The scopes that the request needs. */
  readonly scopes: readonly string[];
  /** RFC 9470: the authentication that is asked for. */
  readonly acrValues: readonly string[];
  readonly maxAgeSeconds: number | null;
  /** RFC 9728: where the resource describes itself; https, or http on loopback. The server chose it: ask first. */
  readonly resourceMetadata: string | null;
}

/** The challenges that are about access tokens, those that name an error first. */
export function tokenChallenges(headers: HeaderList): TokenChallenge[] {
  return readChallenges(headers)
    .map(toTokenChallenge)
    .filter((challenge) => challenge !== null)
    .sort((a, b) => Number(a.error === null) - Number(b.error === null));
}

function toTokenChallenge({ scheme, params }: Challenge): TokenChallenge | null {
  const name = scheme.toLowerCase();
  if (name !== 'bearer' && name !== 'dpop') return null;
  const list = (key: string) => (params.get(key) ?? '').split(' ').filter((word) => word !== '');
  const maxAge = params.get('max_age') ?? '';
  return {
    scheme: name,
    realm: params.get('realm') ?? null,
    error: params.get('error') ?? null,
    errorDescription: params.get('error_description') ?? null,
    scopes: list('scope'),
    acrValues: list('acr_values'),
    maxAgeSeconds: /^\d{1,10}$/.test(maxAge) ? Number(maxAge) : null,
    resourceMetadata: metadataUrl(params.get('resource_metadata') ?? null),
  };
}

function metadataUrl(value: string | null): string | null {
  if (value === null || !URL.canParse(value)) return null;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') return null;
  return isSecureUrl(url) ? url.href : null;
}

/** RFC 9449 section 8: the server wants the request again, with the nonce of its `DPoP-Nonce` header. */
export function wantsDpopNonce(challenges: readonly TokenChallenge[]): boolean {
  return challenges.some(({ error }) => error === 'use_dpop_nonce');
}
