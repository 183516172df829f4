import { grantOf } from '../../profile/grants/all.ts';
import type { AuthorizationServer, ClientAuth } from 'oauth4webapi';
import type { TokenProfile } from '../../profile/profile.ts';
import { readAnswer } from '../server/answerBody.ts';
import type { ClientAuthenticator } from './authentication.ts';
import type { GrantTools } from '../grant.ts';
import { isOAuthCode, knownError } from '../server/knownErrors.ts';
import { endpointUrl, type PostedEndpoint } from '../server/server.ts';
import { serverSaid } from '../server/said.ts';

/** Whom the client asks, and how it proves itself. */
export interface ClientAsking {
  readonly profile: TokenProfile;
  readonly server: AuthorizationServer;
  readonly endpoint: PostedEndpoint;
  /** Called when the first request is made, which may ask a person for a secret. */
  readonly authenticator: () => Promise<ClientAuthenticator>;
}

/** Makes one request; `authenticate` says how the client proves itself this time. */
export type SendAsClient = (authenticate: () => Promise<ClientAuth>) => Promise<Response>;

/** What an answer refuses, where something else could be sent. */
type Refusal =
  /** Who the client is, or the assertion of ours that is exchanged. */
  | 'client'
  /** What we signed: it seems to be of another time. */
  | 'time'
  /** A proof without the nonce that the server wants (RFC 9449 section 8). */
  | 'nonce';

/**
 * Sends a request at which the client proves itself, and sends it again where the server refuses it for a reason that
 * can be mended here: once with the nonce that it wants, once with its time where the clocks differ, and once in each
 * other way that the client can prove itself. What a server takes is remembered. The last answer is returned, whatever
 * it says; where no way was taken, the first refusal.
 */
export async function sendAsClient(
  { profile, server, endpoint, authenticator }: ClientAsking,
  tools: Pick<GrantTools, 'clock' | 'clocks' | 'habits' | 'mask'>,
  send: SendAsClient,
): Promise<Response> {
  const url = endpointUrl(server, endpoint, tools.mask);
  const client = [server.issuer, url.origin, profile.clientId ?? '', profile.clientAuthentication].join(' ');
  let nonceAsked = false;
  let clockAsked = false;
  let refused: Response | null = null;
  const known: { ways: Awaited<ReturnType<ClientAuthenticator['ways']>> | null } = { ways: null };
  for (let index = 0; ;) {
    const askedAtMs = tools.clock.now();
    const response = await send(async () => {
      known.ways ??= tools.habits.inOrder(client, (await authenticator()).ways(server, endpoint));
      return known.ways[index]?.authentication ?? (() => undefined);
    });
    const clockCorrected = tools.clocks.learn(url, response.headers.get('date'), askedAtMs);
    const refusals = await refusalsOf(response.clone(), profile);
    if (!nonceAsked && refusals.has('nonce')) {
      nonceAsked = true;
      continue;
    }
    // An assertion from the future, or one that has ended.
    if (!clockAsked && clockCorrected && refusals.has('time')) {
      clockAsked = true;
      continue;
    }
    const ways = known.ways ?? [];
    if (!refusals.has('client')) {
      const taken = ways[index];
      if (taken !== undefined && ways.length > 1 && response.ok) tools.habits.took(client, taken.name);
      return response;
    }
    refused ??= response;
    index++;
    if (index >= ways.length) return refused;
  }
}

/** What could be at fault, as far as the answer says. */
async function refusalsOf(response: Response, profile: TokenProfile): Promise<ReadonlySet<Refusal>> {
  const found = new Set<Refusal>();
  const body = await readAnswer(response, (text) => text);
  const { error } = serverSaid(body, response.headers);
  if (response.ok && (error === null || body.members?.['access_token'] !== undefined)) return found;
  if (profile.options.dpop && error === 'use_dpop_nonce') found.add('nonce');
  if (profile.options.dpop && error === 'invalid_dpop_proof') found.add('time');
  // Servers that do not say what they mind mostly mind the client.
  const bare = [400, 401, 403].includes(response.status) && !isOAuthCode(error);
  const known = error === null ? undefined : knownError(error)?.code;
  const asserts = grantOf(profile.grant).secrets.includes('private_key');
  const signed = asserts && (known === 'invalid_grant' || bare);
  const client = known === 'invalid_client' || bare;
  if (client || signed) found.add('client');
  const signs =
    profile.clientAuthentication === 'client_secret_jwt' ||
    profile.clientAuthentication === 'private_key_jwt';
  if ((client && signs) || signed) found.add('time');
  return found;
}
