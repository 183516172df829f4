import { KeyturnError } from '../../base/errors.ts';
import type { HttpResponse } from '../../http/message.ts';
import type { ApiSignIn } from '../../oauth/apiSignIn.ts';
import type { AuthorizationServer } from '../../oauth/server/discovery.ts';
import { type ProtectedResource, undescribed, usableScopes } from '../../oauth/server/protectedResource.ts';
import { offersRegistration, type RegisteredClient } from '../../oauth/client/registration.ts';
import { tokenChallenges } from '../../oauth/challenge.ts';
import { signsIn } from '../../profile/grants/all.ts';
import { tokenKey } from '../../profile/key.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { profileNameFor, type WrittenProperties } from '../../profile/edit.ts';
import { isValidName } from '../../profile/name.ts';
import type { TokenStore } from '../../token/store.ts';
import type { AcquireOptions } from '../../token/acquire.ts';
import { leftOrigin } from '../answerToChallenge.ts';
import { type ProfileTarget, profileWith, writeProfile } from './profileTarget.ts';
import type { ApiSignInQuestions, ApiSignInStep } from './questions.ts';
import { clientAuthentications, type RedirectPlace, type SignInWay, signInWay } from './way.ts';
import { UNREGISTERED, writtenProfile } from './writtenProfile.ts';

export interface ApiSignInParts {
  readonly network: ApiSignIn;
  readonly questions: ApiSignInQuestions;
  /** Shows that Keyturn waits for a server, and lets the person cancel. */
  readonly during: <T>(step: ApiSignInStep, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  readonly tokens: { acquire(profile: TokenProfile, options: AcquireOptions): Promise<unknown> };
  readonly store: Pick<TokenStore, 'delete'>;
  /** The client secret of a profile: kept for the sign-in, dropped where it fails. */
  readonly clientSecrets: {
    keep(profile: TokenProfile, secret: string): Promise<void>;
    drop(profile: TokenProfile): Promise<void>;
  };
  readonly redirectPlace: RedirectPlace;
  /** What asks, for the audit. */
  readonly cause: string;
}

export interface SignedInToApi {
  readonly profile: TokenProfile;
  /** The keyturn.json that declares the profile now. */
  readonly location: string;
  readonly written: WrittenProperties;
}

/**
 * From a 401 to a token: asks the API who issues its tokens (RFC 9728), registers Keyturn there where that is offered
 * (RFC 7591), signs in and writes the profile. Nothing is written before the person has signed in, and a client whose
 * sign-in fails is deleted again where the server lets that be done. `requestUrl` is the address as the file writes it,
 * with its variables. Null when the person left.
 */
export async function signInToApi(
  parts: ApiSignInParts,
  response: Pick<HttpResponse, 'url' | 'headers' | 'redirects'>,
  requestUrl: string,
): Promise<SignedInToApi | null> {
  const { network, questions } = parts;
  const url = new URL(response.url);
  if (leftOrigin(response)) throw redirected(url);
  const target = await questions.file();
  if (target === null) return null;
  const challenges = tokenChallenges(response.headers);
  const metadataUrl =
    challenges.find(({ resourceMetadata }) => resourceMetadata !== null)?.resourceMetadata ?? null;
  const api = await parts.during({ kind: 'describe', at: url.origin }, (signal) =>
    network.describe(url, metadataUrl, signal),
  );
  const found = await findServer(parts, url, api);
  if (found === null) return null;
  const { server } = found;
  const way = signInWay(server, parts.redirectPlace);
  const scopes = await chooseScopes(
    questions,
    url,
    challenges.flatMap((one) => one.scopes),
    api?.scopes ?? [],
  );
  if (scopes === null) return null;
  const name = await askName(questions, target, url);
  if (name === null) return null;
  const profileFor = (client: RegisteredClient) =>
    writtenProfile({ api, server, hasIssuer: found.hasIssuer, way, client, scopes, origin: url.origin });
  const wanted = await profileWith(target, name, profileFor(UNREGISTERED));
  const client = await clientFor(parts, server, way, wanted).catch((error: unknown) => {
    throw found.assumed && KeyturnError.is(error, 'registration_failed') ? undescribed(url) : error;
  });
  if (client === null) return null;
  try {
    const properties = profileFor(client);
    const profile = await profileWith(target, name, properties);
    await signIn(parts, profile, client);
    const written = await keepProfile(parts, target, profile, properties, requestUrl);
    return { profile, location: target.location, written };
  } catch (error) {
    // Made for this sign-in alone. The person waits for the reason, not for this.
    void network.unregister(client);
    throw error;
  }
}

interface FoundServer {
  readonly server: AuthorizationServer;
  /** False where the profile names endpoints instead. */
  readonly hasIssuer: boolean;
  /** Nothing says that there is a server. */
  readonly assumed: boolean;
}

/** The API chose the server; whether to trust it with a sign-in is the person's word. */
async function findServer(
  parts: ApiSignInParts,
  url: URL,
  api: ProtectedResource | null,
): Promise<FoundServer | null> {
  const { questions } = parts;
  if (api === null) return findOwnServer(parts, url);
  const issuer = await questions.issuer({ api: url, issuers: api.authorizationServers, source: 'named' });
  return issuer === null ? null : readServer(parts, url, issuer);
}

async function findOwnServer(parts: ApiSignInParts, url: URL): Promise<FoundServer | null> {
  const { known, server } = await parts.during({ kind: 'describe', at: url.origin }, (signal) =>
    parts.network.ownServer(url, signal),
  );
  const source = known === 'assumed' ? 'assumed' : 'published';
  const issuer = await parts.questions.issuer({ api: url, issuers: [url.origin], source });
  if (issuer === null) return null;
  if (known === 'issuer') return readServer(parts, url, issuer);
  return { server, hasIssuer: false, assumed: known === 'assumed' };
}

async function readServer(
  { network, during }: ApiSignInParts,
  url: URL,
  issuer: string,
): Promise<FoundServer> {
  const server = await during({ kind: 'server', at: issuer }, (signal) =>
    network.server(issuer, signal, url),
  );
  return { server, hasIssuer: true, assumed: false };
}

/** The least that the API asked for is proposed. */
function chooseScopes(
  questions: ApiSignInQuestions,
  api: URL,
  challenged: readonly string[],
  listed: readonly string[],
): Promise<readonly string[] | null> {
  const needed = usableScopes(challenged);
  const offered = usableScopes([...needed, ...listed]);
  const isChoice = offered.length > 1 && offered.length > needed.length;
  return questions.scopes({ api, offered, needed, isChoice });
}

function askName(questions: ApiSignInQuestions, { names }: ProfileTarget, api: URL): Promise<string | null> {
  return questions.name({
    api,
    proposed: profileNameFor(api.host, names),
    fault: (name) => (names.has(name) ? 'taken' : isValidName(name) ? null : 'invalid'),
  });
}

async function clientFor(
  { network, questions, during }: ApiSignInParts,
  server: AuthorizationServer,
  way: SignInWay,
  profile: TokenProfile,
): Promise<RegisteredClient | null> {
  const { grant, registeredUris } = way;
  const registers = signsIn(grant) && offersRegistration(server);
  const client = await questions.client({
    issuer: server.issuer,
    registers,
    grant,
    redirectUri: registeredUris[0] ?? null,
    authentications: clientAuthentications(server, way),
  });
  if (client === null) return null;
  if (client !== 'register') return { ...client, clientSecret: null, management: null };
  if (!registers)
    throw new KeyturnError('registration_failed', `${server.issuer} does not register clients itself.`);
  const { scope, options } = profile;
  const request = { grant, redirectUris: registeredUris, scope, dpop: options.dpop };
  await network.requireRegistration(profile, server, new AbortController().signal);
  return during({ kind: 'register', at: server.issuer }, (signal) =>
    network.register(server, request, signal),
  );
}

/** What was stored for a sign-in that failed is taken away again. */
async function signIn(
  { tokens, clientSecrets, cause }: ApiSignInParts,
  profile: TokenProfile,
  { clientSecret }: RegisteredClient,
): Promise<void> {
  if (clientSecret !== null) await clientSecrets.keep(profile, clientSecret);
  try {
    await tokens.acquire(profile, {
      reauthenticate: { scope: null, acrValues: null, maxAge: null },
      cause,
      markUsed: false,
    });
  } catch (error) {
    if (clientSecret !== null) await clientSecrets.drop(profile);
    throw error;
  }
}

/** A token without a profile could neither be used nor removed. */
async function keepProfile(
  { store, clientSecrets }: ApiSignInParts,
  target: ProfileTarget,
  profile: TokenProfile,
  properties: WrittenProperties,
  requestUrl: string,
): Promise<WrittenProperties> {
  try {
    return await writeProfile(target, profile, properties, requestUrl);
  } catch (error) {
    await store.delete(tokenKey(profile));
    await clientSecrets.drop(profile);
    throw error;
  }
}

function redirected({ origin }: URL): KeyturnError {
  return new KeyturnError('origin_not_allowed', `The request was redirected to ${origin}.`, {
    hint: 'Keyturn does not send a token there after a redirect: write that address into the request, then sign in.',
    data: { origin },
  });
}
