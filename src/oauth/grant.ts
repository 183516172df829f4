import type { Clock } from '../base/clock.ts';
import type { GrantContext, GrantResult } from '../token/grant.ts';
import type { Grant, TokenProfile } from '../profile/profile.ts';
import type { AddressSpace } from '../http/addressSpace.ts';
import type { ClientCertificate } from '../http/message.ts';
import type { PrivateFiles } from '../base/privateFiles.ts';
import type { GrantConsent } from '../consent/sources.ts';
import type { Discovery } from './server/discovery.ts';
import type { DpopHandles } from './client/dpop.ts';
import type { ClientHabits } from './client/habits.ts';
import type { KeySets } from './verify/keySets.ts';
import type { ServerClocks } from './server/clock.ts';
import type { Fetch } from './server/boundedFetch.ts';

/** What every grant has at hand, the same for the whole program. */
export interface GrantTools {
  /** Sends the requests; follows no redirect. */
  readonly fetch: Fetch;
  /** The same, showing a certificate of ours to the server that is asked (RFC 8705). */
  readonly fetchAs: (certificate: ClientCertificate) => Fetch;
  /** Where the server of a URL is, its name resolved. Fails with `host_not_found`. */
  readonly locate: (url: URL) => Promise<AddressSpace>;
  readonly files: PrivateFiles;
  /** What a keyturn.json may use of the person's only with their word: see `consent/sources.ts`. */
  readonly consent: GrantConsent;
  readonly clock: Clock;
  readonly discovery: Discovery;
  readonly keySets: KeySets;
  readonly dpop: DpopHandles;
  readonly clocks: ServerClocks;
  readonly habits: ClientHabits;
  /** Masks secrets in what a server says. */
  readonly mask: (text: string) => string;
  /** Makes a secret known that a grant read or made, before it can be shown; see `Redactor.registerGiven`. */
  readonly register: (secret: string, label: string, near?: readonly string[]) => void;
  /** For one answer, from the request to its last byte. */
  readonly timeoutMs: number;
}

/** One way to obtain a token; one file each in `grants/`. */
export interface GrantPerformer {
  readonly grant: Grant;
  /**
   * Fails with `discovery_failed`, `issuer_mismatch`, `secret_missing`, `token_endpoint_failed`,
   * `token_response_invalid`, `invalid_client`, `invalid_grant`, `invalid_scope`, `oauth_error`, `profile_invalid`,
   * `key_invalid`, `file_unreadable`, `access_denied`, `cancelled`, or a code of the `http` group.
   */
  obtain(profile: TokenProfile, context: GrantContext, tools: GrantTools): Promise<GrantResult>;
}
