import type { Clock } from '../clock.ts';
import { KeyturnError } from '../errors.ts';
import type { GrantContext, GrantResult } from '../token/grant.ts';
import type { Grant, TokenProfile } from '../token/profile.ts';
import { createDiscovery } from './discovery.ts';
import type { Fetch, GrantPerformer, GrantTools } from './grant.ts';
import { clientCredentials } from './grants/clientCredentials.ts';
import { refreshToken } from './grants/refreshToken.ts';

/** Every grant that asks a server, by its name in keyturn.json. A static token is only ever pasted. */
const grants: Readonly<Partial<Record<Grant, GrantPerformer>>> = {
  client_credentials: clientCredentials,
  refresh_token: refreshToken,
};

export interface ObtainOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly mask: (text: string) => string;
  /** For one answer of a server, from the request to its last byte; 30 s by default. */
  readonly timeoutMs?: number;
}

export type Obtain = (profile: TokenProfile, context: GrantContext) => Promise<GrantResult>;

const DEFAULT_TIMEOUT_MS = 30_000;

/** Performs the grant of a profile. Metadata of issuers is kept between calls. */
export function createObtain(options: ObtainOptions): Obtain {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const { fetch, clock, mask } = options;
  const discovery = createDiscovery({ fetch, clock, mask, timeoutMs });
  const tools: GrantTools = { fetch, clock, discovery, mask, timeoutMs };
  return async (profile, context) => {
    if (profile.grant === 'static') {
      throw new KeyturnError(
        'token_missing',
        `The token "${profile.name}" is pasted, not obtained from a server.`,
      );
    }
    const performer = grants[profile.grant];
    if (performer === undefined)
      throw new KeyturnError('unsupported', `The grant ${profile.grant} is not supported.`);
    return performer.obtain(profile, context, tools);
  };
}
