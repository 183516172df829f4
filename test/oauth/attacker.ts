import type { IncomingMessage } from 'node:http';
import type { SignIn } from '../../src/token/signIn.ts';
import { createSourceConsent } from '../../src/consent/sources.ts';
import { askerOf } from '../token/sources/support.ts';
import { memoryValues } from '../token/support.ts';
import { Browser, signInAs } from './browser.ts';
import { deviceWith, signInWith } from './signIns.ts';
import { json, listen, type TestServer } from './support.ts';

/** Closed after each test, by `closeServers`. */
export const servers: TestServer[] = [];

export async function closeServers(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.close()));
}

export interface Attacker {
  readonly origin: string;
  /** What was posted to it, path and body, with the client's secret where that stood in a header. */
  readonly got: string[];
}

/** A server whose metadata say what a test wants, and which takes whatever it is sent. */
export async function startAttacker(
  metadata: (origin: string, count: number) => Record<string, unknown>,
  path = '',
): Promise<Attacker> {
  const got: string[] = [];
  let count = 0;
  const server = await listen((request, response, body) => {
    if (request.method === 'GET') {
      json(response, 200, { issuer: server.origin + path, ...metadata(server.origin, ++count) });
      return;
    }
    got.push(`${request.url ?? ''} ${body} ${credentialsOf(request)}`);
    json(response, 200, answerTo(request.url ?? '', server.origin));
  });
  servers.push(server);
  return { origin: server.origin, got };
}

function credentialsOf({ headers }: IncomingMessage): string {
  return Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();
}

export function answerTo(url: string, origin: string): object {
  if (url.endsWith('/device')) {
    return {
      device_code: 'a-device-code',
      user_code: 'WDJB-MJHT',
      verification_uri: `${origin}/enter`,
      expires_in: 60,
      interval: 1,
    };
  }
  if (url.endsWith('/register')) return { client_id: 'registered-client', redirect_uris: [] };
  if (url.endsWith('/par')) return { request_uri: 'urn:example:1', expires_in: 60 };
  return { access_token: 'issued', token_type: 'bearer', active: true };
}

export function consentOf(...answers: ('once' | 'remember' | 'refuse')[]) {
  const { asker, questions } = askerOf(...answers);
  const consent = createSourceConsent({
    values: memoryValues(),
    asker,
    hint: () => 'Agree.',
    notKept: () => undefined,
  });
  return { consent, questions };
}

/** A person who signs in wherever the browser is sent, or gets a code. */
export function anyPerson() {
  const opened: string[] = [];
  const codes: string[] = [];
  const browsing = signInWith((url) => {
    opened.push(url);
    return signInAs(new Browser(), url, 'viewer');
  });
  const entering = deviceWith(({ verificationUri }) => codes.push(verificationUri));
  const signIn: SignIn = {
    ...browsing,
    showDeviceCode: (code, signal) => entering.showDeviceCode(code, signal),
  };
  return { opened, codes, signIn };
}
