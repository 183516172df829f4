import { allowInsecureRequests, customFetch } from 'oauth4webapi';
import type { TokenProfile } from '../../profile/profile.ts';
import { boundedFetch, type BoundedFetch } from './boundedFetch.ts';
import type { AskedEndpoint } from './failure.ts';
import type { GrantTools } from '../grant.ts';
import { endpointWords, shownUrl, type PostedEndpoint } from './server.ts';

/** What `oauth4webapi` needs for a request to an endpoint. */
export interface RequestOptions {
  readonly signal: AbortSignal;
  readonly [customFetch]: BoundedFetch;
  readonly [allowInsecureRequests]: boolean;
}

/** An endpoint at which the client of a profile proves itself, as messages speak of it. */
export function askedEndpoint(
  { clientAuthentication }: TokenProfile,
  endpoint: PostedEndpoint,
  url: URL,
  mask: (text: string) => string,
  about: Pick<AskedEndpoint, 'failed' | 'invalid' | 'wanted' | 'refused'>,
): AskedEndpoint {
  return {
    ...about,
    name: endpointWords(endpoint),
    address: shownUrl(url, mask),
    client: clientAuthentication,
  };
}

export function requestOptions(
  { name, address, failed, invalid }: AskedEndpoint,
  url: URL,
  signal: AbortSignal,
  { fetch, timeoutMs }: Pick<GrantTools, 'fetch' | 'timeoutMs'>,
): RequestOptions {
  return {
    signal,
    [customFetch]: boundedFetch({
      fetch,
      timeoutMs,
      subject: `The ${name} ${address}`,
      failed,
      tooLong: invalid,
    }),
    [allowInsecureRequests]: url.protocol === 'http:',
  };
}
