import { l10n, type TextDocument, window } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { RequestNode } from '../../httpfile/parse/tree.ts';
import type { ApiSignIn } from '../../oauth/apiSignIn.ts';
import type { AuthorizationServer } from '../../oauth/server/discovery.ts';
import { type ProtectedResource, usableScopes } from '../../oauth/server/protectedResource.ts';
import { offersRegistration, type RegisteredClient } from '../../oauth/client/registration.ts';
import { leftOrigin } from '../../run/answerToChallenge.ts';
import type { RequestResult } from '../../run/result.ts';
import { tokenChallenges } from '../../oauth/challenge.ts';
import { secretKey, tokenKey } from '../../profile/key.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { profileNameFor, type WrittenProperties } from '../../profile/edit.ts';
import { isValidName } from '../../profile/name.ts';
import { requestCommands } from '../requests/commands.ts';
import { withLateProgress } from '../platform/messages.ts';
import type { EditorServices } from '../platform/services.ts';
import { ApiProfileFile, nameToken } from './apiProfileFile.ts';
import { type SignInWay, signInWay } from './signInWay.ts';

export interface ApiRequest {
  readonly document: TextDocument;
  /** The answer with status 401. */
  readonly result: RequestResult;
  /** Where its request stands now: a sign-in takes minutes, in which a person may edit. Null when it is gone. */
  readonly node: () => RequestNode | null;
}

/**
 * From a 401 to a request that works: asks the API who issues its tokens (RFC 9728), registers Keyturn there where
 * that is offered (RFC 7591), signs in, writes the profile and names the token above the request. Nothing is written
 * before the person has signed in, and a client whose sign-in fails is deleted again where the server lets that be
 * done. Returns the line of the request, which can be sent again; null when the person
 * left, or took the request away.
 */
export async function signInToApi(
  services: EditorServices,
  network: ApiSignIn,
  { document, result, node }: ApiRequest,
): Promise<number | null> {
  const { response } = result;
  if (response === null) return null;
  const url = new URL(response.url);
  if (leftOrigin(response)) throw redirected(url);
  const file = await ApiProfileFile.of(services, document);
  const challenges = tokenChallenges(response.headers);
  const metadataUrl =
    challenges.find(({ resourceMetadata }) => resourceMetadata !== null)?.resourceMetadata ?? null;
  const api = await withLateProgress(l10n.t('Asking {0} who issues its tokens', url.origin), (signal) =>
    network.describe(url, metadataUrl, signal),
  );
  const issuer = await confirmServer(url, api);
  if (issuer === null) return null;
  const server = await withLateProgress(l10n.t('Reading what {0} offers', issuer), (signal) =>
    network.server(issuer, signal, url),
  );
  const way = signInWay(server, services.redirectPlace());
  const needed = usableScopes(challenges.flatMap(({ scopes }) => scopes));
  const scopes = needed.length > 0 ? needed : await chooseScopes(url, api.scopes);
  if (scopes === null) return null;
  const name = await askProfileName(services, document, url);
  if (name === null) return null;
  const scope = scopeFor(scopes, server);
  const profileFor = (client: RegisteredClient) =>
    writtenProfile(api, server, way, client, scope, url.origin);
  const wanted = file.profileWith(name, profileFor(UNREGISTERED));
  const client = await clientFor(network, server, way, wanted);
  if (client === null) return null;
  try {
    const written = profileFor(client);
    const profile = file.profileWith(name, written);
    await signIn(services, profile, client);
    await keepProfile(services, file, profile, written);
  } catch (error) {
    // Made for this sign-in alone. The person waits for the reason, not for this.
    void network.unregister(client);
    throw error;
  }
  return nameToken(document, node(), name);
}

/** Stands for the client until there is one. */
const UNREGISTERED: RegisteredClient = {
  clientId: 'unregistered',
  clientSecret: null,
  clientAuthentication: 'none',
  management: null,
};

function writtenProfile(
  api: ProtectedResource,
  server: AuthorizationServer,
  { grant, redirectUri }: SignInWay,
  { clientId, clientAuthentication }: RegisteredClient,
  scope: string | null,
  origin: string,
): WrittenProperties {
  // OpenID Connect Core section 11: without it the server leaves offline_access out.
  const consents = grant === 'authorization_code' && scope?.split(' ').includes('offline_access') === true;
  return {
    grant,
    issuer: server.issuer,
    clientId,
    clientAuthentication,
    ...(redirectUri === null ? {} : { redirectUri }),
    ...(scope === null ? {} : { scope }),
    ...(consents ? { prompt: 'consent' } : {}),
    resource: api.resource,
    ...(api.dpopRequired ? { dpop: true } : {}),
    origins: [origin],
  };
}

/** The API chose the server; whether to trust it with a sign-in is the person's word. */
async function confirmServer(url: URL, api: ProtectedResource): Promise<string | null> {
  const [only, ...more] = api.authorizationServers;
  const issuer =
    more.length === 0
      ? only
      : await window.showQuickPick([...api.authorizationServers], {
          title: l10n.t('Sign In to {0}', url.host),
          placeHolder: l10n.t('Which of its authorization servers do you use?'),
          ignoreFocusOut: true,
        });
  if (issuer === undefined) return null;
  const go = l10n.t('Sign In');
  const answer = await window.showWarningMessage(
    l10n.t('Sign in at {0}?', new URL(issuer).host),
    {
      modal: true,
      detail: l10n.t(
        '{0} says that its tokens come from {1}. Sign in only if you know that server.',
        url.origin,
        issuer,
      ),
    },
    go,
  );
  return answer === go ? issuer : null;
}

/** What the token may do, where the request itself does not say what it needs. Null when the person leaves. */
async function chooseScopes(url: URL, offered: readonly string[]): Promise<string[] | null> {
  if (offered.length < 2) return [...offered];
  const chosen = await window.showQuickPick(
    offered.map((label) => ({ label, picked: true })),
    {
      title: l10n.t('Sign In to {0}', url.host),
      placeHolder: l10n.t('What may the token do? Leave out what you do not need.'),
      canPickMany: true,
      ignoreFocusOut: true,
    },
  );
  return chosen?.map(({ label }) => label) ?? null;
}

/** With what brings a refresh token where the server wants that said (OpenID Connect Core section 11). */
function scopeFor(scopes: readonly string[], server: AuthorizationServer): string | null {
  const asked = new Set(scopes);
  if (server.scopes_supported?.includes('offline_access') === true) {
    asked.add('openid');
    asked.add('offline_access');
  }
  return asked.size === 0 ? null : [...asked].join(' ');
}

async function clientFor(
  network: ApiSignIn,
  server: AuthorizationServer,
  { grant, registeredUris }: SignInWay,
  profile: TokenProfile,
): Promise<RegisteredClient | null> {
  if (offersRegistration(server)) {
    const { scope, options } = profile;
    const request = { grant, redirectUris: registeredUris, scope, dpop: options.dpop };
    await network.requireRegistration(profile, server, new AbortController().signal);
    return withLateProgress(l10n.t('Registering Keyturn at {0}', server.issuer), (signal) =>
      network.register(server, request, signal),
    );
  }
  const [redirectUri] = registeredUris;
  const clientId = await window.showInputBox({
    title: l10n.t('Client Id at {0}', server.issuer),
    prompt:
      redirectUri === undefined
        ? l10n.t(
            'This server does not register clients by itself. Register a public client for the device flow there, and enter its id.',
          )
        : l10n.t(
            'This server does not register clients by itself. Register a public native client there with the redirect URI {0}, and enter its id.',
            redirectUri,
          ),
    ignoreFocusOut: true,
    validateInput: (value) => {
      if (value.trim() === '') return l10n.t('Enter the client id.');
      return value.includes('{{') ? l10n.t('A client id holds no variable.') : undefined;
    },
  });
  if (clientId === undefined) return null;
  return { clientId: clientId.trim(), clientSecret: null, clientAuthentication: 'none', management: null };
}

async function askProfileName(
  { profiles }: EditorServices,
  document: TextDocument,
  url: URL,
): Promise<string | null> {
  const taken = new Set(await profiles.names(document.uri));
  const name = await window.showInputBox({
    title: l10n.t('Sign In to {0}', url.host),
    prompt: l10n.t('Name of the token: requests name it with # @token.'),
    value: profileNameFor(url.host, taken),
    ignoreFocusOut: true,
    validateInput: (value) => {
      if (!isValidName(value)) return l10n.t('1 to 100 characters, without white space, quotes or braces.');
      return taken.has(value) ? l10n.t('This name is taken.') : undefined;
    },
  });
  return name ?? null;
}

/** What was stored for a sign-in that failed is taken away again. */
async function signIn(
  { tokens, store, places, consent, redactor }: EditorServices,
  profile: TokenProfile,
  { clientSecret }: RegisteredClient,
): Promise<void> {
  const key = secretKey('client_secret', profile);
  if (clientSecret !== null) {
    redactor.registerGiven(clientSecret, l10n.t('client secret of {0}', profile.name));
    await store.setSecret(key, clientSecret);
    await places.secretStored(profile, 'client_secret');
  }
  try {
    await tokens.acquire(profile, {
      reauthenticate: { scope: null, acrValues: null, maxAge: null },
      cause: requestCommands.signInToApi,
      markUsed: false,
    });
  } catch (error) {
    if (clientSecret !== null) {
      await store.deleteSecret(key);
      await consent.forget(key);
    }
    throw error;
  }
}

/** A token without a profile could neither be used nor be removed by anybody. */
async function keepProfile(
  { profiles, store }: EditorServices,
  file: ApiProfileFile,
  profile: TokenProfile,
  written: WrittenProperties,
): Promise<void> {
  try {
    await file.write(profile.name, written);
  } catch (error) {
    await store.delete(tokenKey(profile));
    await store.deleteSecret(secretKey('client_secret', profile));
    throw error;
  }
  profiles.reload();
}

function redirected({ origin }: URL): KeyturnError {
  return new KeyturnError('origin_not_allowed', l10n.t('The request was redirected to {0}.', origin), {
    hint: l10n.t('A token does not follow there: write that address into the request, then sign in.'),
    data: { origin },
  });
}
