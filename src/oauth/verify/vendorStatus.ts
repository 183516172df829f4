import { KeyturnError } from '../../base/errors.ts';
import { parseExactJson } from '../../base/exactJson.ts';
import { isObject } from '../../inspect/claims.ts';
import { HIDDEN_TOKEN } from '../../inspect/hideTokens.ts';
import { classifyToken } from '../../inspect/kind.ts';
import { formatOriginPattern, isSecureUrl, originAllowed, parseOriginPattern } from '../../profile/origin.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { Introspection } from './inspection.ts';
import { parseUrl } from '../../base/url.ts';
import { boundedFetch, type BoundedRequest } from '../server/boundedFetch.ts';
import type { GrantTools } from '../grant.ts';
import { shownUrl } from '../server/server.ts';
import { firstText, firstTime, isTrue, scopesIn, secondsIn, valuesAt } from './vendorAnswer.ts';
import type { VendorEndpoint } from './vendors/endpoint.ts';
import { VENDOR_ENDPOINTS } from './vendorEndpoints.ts';

export interface FoundVendor {
  readonly endpoint: VendorEndpoint;
  readonly url: URL;
}

/** Kinds that say nothing of a vendor. */
const UNSPECIFIC: readonly string[] = ['opaque', 'jwt'];

/** The vendor's endpoint for a token, at an origin that the token may go to; null when there is none. */
export function findVendor(
  { origins }: Pick<TokenProfile, 'origins'>,
  accessToken: string,
): FoundVendor | null {
  const { id } = classifyToken(accessToken);
  for (const endpoint of VENDOR_ENDPOINTS) {
    if (!endpoint.kinds.includes(id)) continue;
    const bases = endpoint.origin === null ? exactOrigins(origins) : [endpoint.origin];
    for (const base of bases) {
      const url = parseUrl(base + endpoint.path);
      if (url === null || endpoint.hosts?.test(url.hostname) === false) continue;
      if (isSecureUrl(url) && originAllowed(origins, url)) return { endpoint, url };
    }
  }
  return null;
}

/** The vendor who would tell it where the token may not go; null for a token of no vendor's shape. */
export function vendorElsewhere(accessToken: string): { vendor: string; origin: string } | null {
  const { id } = classifyToken(accessToken);
  if (UNSPECIFIC.includes(id)) return null;
  for (const { kinds, vendor, origin } of VENDOR_ENDPOINTS) {
    if (origin !== null && kinds.includes(id)) return { vendor, origin };
  }
  return null;
}

/** Asks a vendor what a token is worth. Fails with `introspection_failed`, `cancelled`, or a code of the `http` group. */
export async function askVendor(
  { endpoint, url }: FoundVendor,
  accessToken: string,
  signal: AbortSignal,
  tools: Pick<GrantTools, 'fetch' | 'timeoutMs' | 'clock' | 'mask'>,
): Promise<Introspection> {
  const shown = shownUrl(url, tools.mask);
  const subject = `${endpoint.vendor} (${shown})`;
  const ask = boundedFetch({
    ...tools,
    subject,
    failed: 'introspection_failed',
    tooLong: 'introspection_failed',
  });
  const { address, request } = requestFor(endpoint, url, accessToken);
  const response = await ask(address, { ...request, signal });
  const { status } = response;
  const checkedAtMs = tools.clock.now();
  const answer = { headers: response.headers, body: await bodyOf(response, accessToken) };
  const fail = (what: string, hint?: string) =>
    new KeyturnError('introspection_failed', `${subject} ${what}`, {
      ...(hint === undefined ? {} : { hint }),
      data: { status },
    });

  const { active, blocked = [], present, refusals = [{ status: 401 }] } = endpoint;
  const refused = refusals.some(
    ({ status: wanted, at, says }) =>
      wanted === status &&
      (at === undefined ||
        says === undefined ||
        valuesAt(answer, at).some((said) => says.test(String(said)))),
  );
  if (!refused && status !== 200) {
    throw fail(
      `answered ${status}.`,
      status >= 500 || status === 429 ? 'Try again later.' : 'The token has no permission for this endpoint.',
    );
  }
  if (!refused && !isObject(answer.body)) throw fail('answered something that is not JSON.');
  const saysActive = active === undefined || valuesAt(answer, active).some(isTrue);
  const isBlocked = blocked.some((place) => valuesAt(answer, place).some(isTrue));
  const saysNothing = present !== undefined && valuesAt(answer, present).length === 0;
  // Where a status of 200 can refuse the token, another reason for it is none that concerns the token.
  const otherReason = !saysActive && refusals.some((refusal) => refusal.status === 200);
  if (!refused && (saysNothing || otherReason)) {
    throw fail('did not say whether the token is active.', 'Try again later.');
  }
  return {
    active: !refused && saysActive && !isBlocked,
    conclusive: true,
    vendor: endpoint.vendor,
    endpoint: shown,
    scopes: refused ? null : scopesIn(answer, endpoint.scopes ?? []),
    expiresAtMs:
      firstTime(answer, endpoint.expires ?? []) ?? endIn(secondsIn(answer, endpoint.expiresIn), checkedAtMs),
    subject: firstText(answer, endpoint.subject ?? []),
    claims: isObject(answer.body) ? answer.body : {},
    signed: false,
    checkedAtMs,
  };
}

/** Null for what is not JSON. A vendor may repeat the token: Vault calls it the token's id. */
async function bodyOf(response: Response, accessToken: string): Promise<unknown> {
  try {
    return parseExactJson(await response.text(), (_name, value: unknown) =>
      value === accessToken ? HIDDEN_TOKEN : value,
    );
  } catch {
    return null;
  }
}

/** Origins without a wildcard: the one place where a person's own server can be. */
function exactOrigins(origins: readonly string[]): string[] {
  return origins.flatMap((text) => {
    const { pattern } = parseOriginPattern(text);
    return pattern === null || pattern.subdomains || pattern.port === '*'
      ? []
      : [formatOriginPattern(pattern)];
  });
}

function requestFor(endpoint: VendorEndpoint, url: URL, accessToken: string) {
  const { send, method } = endpoint;
  const headers: Record<string, string> = {
    accept: 'application/json',
    'user-agent': 'keyturn',
    ...endpoint.headers,
  };
  if (send.scheme !== undefined) headers['authorization'] = `${send.scheme} ${accessToken}`;
  if (send.header !== undefined) headers[send.header] = accessToken;
  const address = new URL(url);
  if (send.query !== undefined) address.searchParams.set(send.query, accessToken);
  const body = send.form === undefined ? endpoint.body : new URLSearchParams({ [send.form]: accessToken });
  const request: BoundedRequest = { method, headers, body, redirect: 'manual' };
  return { address: address.href, request };
}

function endIn(seconds: number | null, nowMs: number): number | null {
  return seconds === null ? null : Math.round(nowMs + seconds * 1000);
}
