import { KeyturnError } from '../base/errors.ts';
import type { GrantContext, GrantResult } from '../token/grant.ts';
import { grantOf, isOAuthGrant, signsIn } from '../profile/grants/all.ts';
import type { Grant, OAuthGrant, TokenProfile } from '../profile/profile.ts';
import { createSelfSigned } from '../sources/selfSigned.ts';
import type { TokenSource } from '../sources/source.ts';
import { requireKeyFile, requireReceivers } from './receivers/permission.ts';
import { withClientCertificate } from './client/certificate.ts';
import { ClientHabits } from './client/habits.ts';
import { createDiscovery, type Discovery } from './server/discovery.ts';
import { DpopHandles } from './client/dpop.ts';
import type { GrantPerformer, GrantTools } from './grant.ts';
import { authorizationCode } from './grants/authorizationCode.ts';
import { clientCredentials } from './grants/clientCredentials.ts';
import { deviceCode } from './grants/deviceCode.ts';
import { jwtBearer } from './grants/jwtBearer.ts';
import { password } from './grants/password.ts';
import { refreshToken } from './grants/refreshToken.ts';
import { tokenExchange } from './grants/tokenExchange.ts';
import { KeySets } from './verify/keySets.ts';
import { locateByName, withinReach } from './receivers/reach.ts';
import { boundTo, obtainOrRefresh, withReceivers } from './refreshGrant.ts';
import { ServerClocks } from './server/clock.ts';

/** Every grant that asks a server, by its name in keyturn.json. A static token is only ever pasted. */
const performers: Readonly<Record<OAuthGrant, GrantPerformer>> = {
  authorization_code: authorizationCode,
  device_code: deviceCode,
  client_credentials: clientCredentials,
  refresh_token: refreshToken,
  password,
  jwt_bearer: jwtBearer,
  token_exchange: tokenExchange,
};

export interface ObtainOptions extends Pick<
  GrantTools,
  'fetch' | 'fetchAs' | 'files' | 'consent' | 'clock' | 'mask' | 'register'
> {
  /** Where the server of a URL is; without this only what its name alone tells. */
  readonly locate?: GrantTools['locate'];
  /** Sources that only one door has, such as the accounts of the editor. */
  readonly sources?: readonly TokenSource[];
  /** For one answer of a server, from the request to its last byte; 30 s by default. */
  readonly timeoutMs?: number;
}

export type Obtain = (profile: TokenProfile, context: GrantContext) => Promise<GrantResult>;

const DEFAULT_TIMEOUT_MS = 30_000;

/** What grants and inspections share. Metadata of issuers is kept between calls. */
export function createGrantTools(options: ObtainOptions): GrantTools {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const { fetch, fetchAs, files, consent, clock, mask, register } = options;
  const clocks = new ServerClocks(clock);
  return {
    fetch,
    fetchAs,
    locate: options.locate ?? locateByName,
    files,
    consent,
    clock,
    discovery: createDiscovery({ fetch, clock, mask, timeoutMs }),
    keySets: new KeySets({ fetch, clock, mask, timeoutMs }),
    dpop: new DpopHandles(clocks),
    clocks,
    habits: new ClientHabits(),
    mask,
    register,
    timeoutMs,
  };
}

/** Performs the grant of a profile. */
export function createObtain(options: ObtainOptions, tools = createGrantTools(options)): Obtain {
  const sources = new Map<Grant, TokenSource>();
  for (const source of [createSelfSigned(tools), ...(options.sources ?? [])])
    sources.set(source.grant, source);
  return async (profile, context) => {
    if (grantOf(profile.grant).refresh === 'never') {
      throw new KeyturnError(
        'token_missing',
        `The token "${profile.name}" is pasted, not obtained from a server.`,
      );
    }
    await requireKeyFile(profile, context, tools);
    const source = sources.get(profile.grant);
    if (source !== undefined) return source.obtain(profile, context);
    if (!isOAuthGrant(profile.grant))
      throw new KeyturnError('unsupported', `The grant ${profile.grant} is not supported.`);
    const performer = performers[profile.grant];
    const own = withOneDiscovery(withClientCertificate(profile, context, withinReach(profile, tools)));
    return obtainOrRefresh(withKnownReceivers(performer), profile, context, own);
  };
}

/** What the person allowed is what is used: metadata that change meanwhile change nothing for this token. */
function withOneDiscovery(tools: GrantTools): GrantTools {
  const found = new Map<string, ReturnType<Discovery['find']>>();
  return {
    ...tools,
    discovery: {
      find(issuer, signal) {
        const known = found.get(issuer) ?? tools.discovery.find(issuer, signal);
        found.set(issuer, known);
        return known;
      },
    },
  };
}

/** Before anything is asked for or sent. A grant that is not supported says so itself. */
function withKnownReceivers(performer: GrantPerformer): GrantPerformer {
  return {
    ...performer,
    async obtain(profile, context, tools) {
      // Without a person the grant itself says what is wrong.
      if (signsIn(profile.grant) && context.signIn === null) return performer.obtain(profile, context, tools);
      const receivers = await requireReceivers(profile, context, tools);
      return withReceivers(await performer.obtain(profile, boundTo(context, receivers), tools), receivers);
    },
  };
}
