import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createApiSignIn } from '../../src/oauth/apiSignIn.ts';
import type { AuthorizationServer } from '../../src/oauth/server/discovery.ts';
import { createGrantTools } from '../../src/oauth/obtain.ts';
import { type ApiSignInParts, signInToApi } from '../../src/run/apiSignIn/signInToApi.ts';
import type { GrantResult } from '../../src/token/grant.ts';
import { willing } from '../run/apiSignIn/support.ts';
import { anyPerson, closeServers, consentOf, servers, startAttacker } from './attacker.ts';
import { startSandboxServers, type SandboxServers } from './sandboxServers.ts';
import { obtainAs } from './signIns.ts';
import { failureOf, json, listen, obtainOptions } from './support.ts';

// RFC 9700 section 4.4 for Sign In to This API: the API chooses the server, and the person confirms its address alone.

let honest: SandboxServers;
let honestServer: AuthorizationServer;
beforeAll(async () => {
  honest = await startSandboxServers();
  const network = createApiSignIn(createGrantTools(obtainOptions({ clock: systemClock })));
  honestServer = await network.server(honest.issuer, new AbortController().signal);
});
afterAll(() => honest.close());
afterEach(closeServers);

/** An API that says that its tokens come from this issuer. */
async function startApi(issuer: string): Promise<URL> {
  const api = await listen((request, response) => {
    if (request.url?.startsWith('/.well-known/oauth-protected-resource') !== true) {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
      return;
    }
    json(response, 200, { resource: api.origin, authorization_servers: [issuer] });
  });
  servers.push(api);
  return new URL(`${api.origin}/reports`);
}

/** A page that sends the browser back at once, with these parameters beside code and state. */
async function startPage(answer: Record<string, string> = {}): Promise<string> {
  const page = await listen((request, response) => {
    const asked = new URL(request.url ?? '', 'http://localhost').searchParams;
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({
      code: 'a-code',
      state: asked.get('state') ?? '',
      ...answer,
    }).toString();
    response.writeHead(302, { location: back.href }).end();
  });
  servers.push(page);
  return page.origin;
}

interface Attempt {
  readonly answers?: Parameters<typeof consentOf>;
  /** How the browser gets back; with none the person enters a code. */
  readonly loopback?: boolean;
  /** Between the registration and the sign-in. */
  readonly registered?: () => void;
}

/** From a bare 401 to a token, by a person who confirms the issuer. */
function signInTo(api: URL, { answers = [], loopback = true, registered }: Attempt = {}) {
  const { consent, questions } = consentOf(...answers);
  const { opened, codes, signIn } = anyPerson();
  const signal = AbortSignal.timeout(3000);
  const run = async () => {
    let obtained: GrantResult | null = null;
    const parts: ApiSignInParts = {
      network: createApiSignIn(createGrantTools(obtainOptions({ consent, clock: systemClock }))),
      questions: willing({ scopes: () => Promise.resolve(['reports:read']) }),
      async during({ kind }, work) {
        const result = await work(signal);
        if (kind === 'register') registered?.();
        return result;
      },
      tokens: {
        async acquire(profile) {
          obtained = await obtainAs(profile, signIn, { signal }, { consent });
        },
      },
      store: { delete: () => Promise.resolve() },
      clientSecrets: { keep: () => Promise.resolve(), drop: () => Promise.resolve() },
      redirectPlace: { loopback, editorUri: null },
      cause: 'a test',
    };
    await signInToApi(parts, { url: api.href, headers: [], redirects: [] }, api.href);
    return obtained as GrantResult | null;
  };
  return { outcome: run(), questions, opened, codes };
}

describe('an API whose server leads to an honest page', () => {
  const atHonestPage = () => ({
    authorization_endpoint: honestServer.authorization_endpoint,
    device_authorization_endpoint: honestServer.device_authorization_endpoint,
  });

  it.each([
    ['code', true, false],
    ['code, with a pushed request', true, true],
    ['device code', false, false],
  ])('gets no %s without the person', async (_name, loopback, pushed) => {
    const attacker = await startAttacker((origin) => ({
      ...atHonestPage(),
      token_endpoint: pushed ? honestServer.token_endpoint : `${origin}/token`,
      ...(pushed ? { pushed_authorization_request_endpoint: `${origin}/par` } : {}),
    }));
    const api = await startApi(attacker.origin);
    const before = honest.asked('POST /device/auth');
    const { outcome, questions, opened, codes } = signInTo(api, { loopback });
    expect((await failureOf(outcome)).code).toBe('receiver_not_allowed');
    expect(questions).toMatchObject([
      {
        subject: {
          kind: 'sign_in',
          at: honest.issuer,
          receivers: [attacker.origin],
          issuer: attacker.origin,
          hasPage: true,
        },
        origins: [api.origin],
      },
    ]);
    expect([opened, codes, attacker.got]).toEqual([[], [], []]);
    expect(honest.asked('POST /device/auth')).toBe(before);
  });

  it('registers at the honest server only to be asked about before the sign-in', async () => {
    const attacker = await startAttacker((origin) => ({
      ...atHonestPage(),
      token_endpoint: `${origin}/token`,
      registration_endpoint: honestServer.registration_endpoint,
    }));
    const api = await startApi(attacker.origin);
    const { outcome, questions, opened } = signInTo(api, { answers: ['once', 'refuse'] });
    expect((await failureOf(outcome)).code).toBe('receiver_not_allowed');
    expect(questions.at(-1)).toMatchObject({ subject: { at: honest.issuer, receivers: [attacker.origin] } });
    expect([opened, attacker.got]).toEqual([[], []]);
  });

  it('is asked about at the sign-in though the registration was allowed', async () => {
    const attacker = await startAttacker((origin) => ({
      ...atHonestPage(),
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${origin}/register`,
    }));
    const api = await startApi(attacker.origin);
    const { outcome, questions, opened } = signInTo(api, { answers: ['once', 'refuse'] });
    expect((await failureOf(outcome)).code).toBe('receiver_not_allowed');
    expect(questions.length).toBe(2);
    expect([opened, attacker.got.length]).toEqual([[], 1]);
    expect(attacker.got[0]).toContain('/register');
  });

  it('is asked about where it names other endpoints after the registration', async () => {
    let isHonest = true;
    const attacker = await startAttacker((origin) => ({
      ...atHonestPage(),
      token_endpoint: isHonest ? honestServer.token_endpoint : `${origin}/token`,
      registration_endpoint: honestServer.registration_endpoint,
    }));
    const { outcome, questions, opened } = signInTo(await startApi(attacker.origin), {
      answers: ['once', 'refuse'],
      registered: () => (isHonest = false),
    });
    expect((await failureOf(outcome)).code).toBe('receiver_not_allowed');
    expect(questions.at(-1)).toMatchObject({ subject: { at: honest.issuer, receivers: [attacker.origin] } });
    expect([questions.length, opened, attacker.got]).toEqual([2, [], []]);
  });

  it('gets no code where the honest server says that the answer is its own, whatever was allowed', async () => {
    const attacker = await startAttacker((origin) => ({
      ...atHonestPage(),
      token_endpoint: `${origin}/token`,
      registration_endpoint: honestServer.registration_endpoint,
    }));
    const { outcome, opened } = signInTo(await startApi(attacker.origin), { answers: ['once', 'once'] });
    expect((await failureOf(outcome)).code).toBe('issuer_mismatch');
    expect([opened.length, attacker.got]).toEqual([1, []]);
  });
});

describe('what comes back from the browser', () => {
  async function answering(answer: Record<string, string>, saysIssuer: boolean) {
    const page = await startPage(answer);
    const server = await startAttacker((origin) => ({
      authorization_endpoint: `${page}/authorize`,
      token_endpoint: `${origin}/token`,
      authorization_response_iss_parameter_supported: saysIssuer,
    }));
    const attempt = signInTo(await startApi(server.origin), { answers: ['once'] });
    return { ...attempt, server };
  }

  it('is refused without "iss" where the server says that it sends one', async () => {
    const { outcome, server } = await answering({}, true);
    expect((await failureOf(outcome)).code).toBe('issuer_mismatch');
    expect(server.got).toEqual([]);
  });

  it.each([true, false])('is refused with the "iss" of another issuer, announced: %s', async (saysIssuer) => {
    const { outcome, server } = await answering({ iss: 'https://id.example.com' }, saysIssuer);
    expect((await failureOf(outcome)).code).toBe('issuer_mismatch');
    expect(server.got).toEqual([]);
  });

  it('counts without "iss" where none is announced, once the person allowed the servers', async () => {
    const { outcome, questions, server } = await answering({}, false);
    expect((await outcome)?.accessToken).toBe('issued');
    expect(questions.length).toBe(1);
    expect(server.got).toEqual([expect.stringContaining('code=a-code') as string]);
  });
});

describe('issuers that share a host', () => {
  it('do not speak for each other: metadata of another issuer are refused', async () => {
    const shared = await startAttacker(
      (origin) => ({ authorization_endpoint: `${origin}/alice/authorize` }),
      '/alice',
    );
    const { outcome, opened } = signInTo(await startApi(`${shared.origin}/mallory`));
    expect((await failureOf(outcome)).code).toBe('issuer_mismatch');
    expect([opened, shared.got]).toEqual([[], []]);
  });

  it.each([true, false])('redeem nothing of each other’s pages: with a code %s', async (loopback) => {
    const shared = await startAttacker(
      (origin) => ({
        authorization_endpoint: `${origin}/alice/authorize`,
        device_authorization_endpoint: `${origin}/alice/device`,
        token_endpoint: `${origin}/mallory/token`,
      }),
      '/mallory',
    );
    const api = await startApi(`${shared.origin}/mallory`);
    const { outcome, questions, opened } = signInTo(api, { loopback });
    expect((await failureOf(outcome)).code).toBe('receiver_not_allowed');
    expect(questions[0]?.subject).toMatchObject({ receivers: [`${shared.origin}/mallory/token`] });
    expect([opened, shared.got]).toEqual([[], []]);
  });

  it('register nobody for each other', async () => {
    const shared = await startAttacker(
      (origin) => ({
        authorization_endpoint: `${origin}/alice/authorize`,
        token_endpoint: `${origin}/alice/token`,
        registration_endpoint: `${origin}/mallory/register`,
      }),
      '/mallory',
    );
    const { outcome, questions } = signInTo(await startApi(`${shared.origin}/mallory`));
    expect((await failureOf(outcome)).code).toBe('receiver_not_allowed');
    expect(questions[0]?.subject).toMatchObject({ receivers: [`${shared.origin}/mallory/register`] });
    expect(shared.got).toEqual([]);
  });
});

describe('an honest API', () => {
  it('needs no word beside the issuer', async () => {
    const { outcome, questions, opened } = signInTo(new URL(`${honest.api}/reports`));
    expect((await outcome)?.accessToken).not.toBe('');
    expect([questions, opened.length]).toEqual([[], 1]);
  });
});
