import * as v from 'valibot';
import { isSecureUrl } from '../../profile/origin.ts';
import { parseUrl } from '../../base/url.ts';
import { boundedFetch } from '../server/boundedFetch.ts';
import type { GrantTools } from '../grant.ts';

/** How a client that was registered can be deleted again (RFC 7592 section 3). Held in memory only, never stored. */
export interface ClientManagement {
  readonly url: string;
  /** The registration access token: a secret. */
  readonly accessToken: string;
}

const managementSchema = v.object({
  registration_client_uri: v.pipe(v.string(), v.maxLength(2000)),
  // What can stand in a header (RFC 6750 section 2.1).
  registration_access_token: v.pipe(v.string(), v.maxLength(20_000), v.regex(/^[\w.~+/-]+=*$/)),
});

/** The deletion of a client runs unseen: no caller waits for it. */
const LONGEST_MS = 5_000;

/**
 * What the answer to a registration says of it; null where it says nothing that can be used. The address has to be at
 * the origin that registered the client: a server has no business with sending us elsewhere.
 */
export async function readManagement(
  response: Response,
  registration: URL,
): Promise<ClientManagement | null> {
  const body: unknown = await response.json().catch(() => null);
  const parsed = v.safeParse(managementSchema, body);
  if (!parsed.success) return null;
  const url = parseUrl(parsed.output.registration_client_uri);
  if (url === null || !isSecureUrl(url) || url.origin !== registration.origin) return null;
  return { url: url.href, accessToken: parsed.output.registration_access_token };
}

/**
 * Deletes a client that is not needed (RFC 7592 section 2.3), within five seconds. Never fails: true when the server
 * says that the client is gone.
 */
export async function unregisterClient(
  { url, accessToken }: ClientManagement,
  { fetch, timeoutMs }: Pick<GrantTools, 'fetch' | 'timeoutMs'>,
): Promise<boolean> {
  const ask = boundedFetch({
    fetch,
    timeoutMs: Math.min(timeoutMs, LONGEST_MS),
    subject: 'The address of the client',
    failed: 'registration_failed',
    tooLong: 'registration_failed',
  });
  try {
    const response = await ask(url, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
      body: undefined,
      redirect: 'manual',
    });
    return response.ok;
  } catch {
    return false;
  }
}
