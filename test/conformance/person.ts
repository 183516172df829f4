import { systemClock } from '../../src/base/clock.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { createConsentStore } from '../../src/consent/origins.ts';
import { createSourceConsent } from '../../src/consent/sources.ts';
import { createHttpClient } from '../../src/http/client.ts';
import { fetchThrough } from '../../src/http/fetch.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import { privateFiles } from '../../src/node/privateFiles.ts';
import { createApiSignIn } from '../../src/oauth/apiSignIn.ts';
import { createDpopProver } from '../../src/oauth/client/dpopProver.ts';
import { createGrantTools, createObtain, type ObtainOptions } from '../../src/oauth/obtain.ts';
import type { AskedSecret } from '../../src/profile/key.ts';
import { secretKey } from '../../src/profile/key.ts';
import type { TokenProfile } from '../../src/profile/profile.ts';
import { Redactor } from '../../src/redaction/redactor.ts';
import type { ApiSignInParts } from '../../src/run/apiSignIn/signInToApi.ts';
import { createEngine } from '../../src/run/createEngine.ts';
import type { RequestResult } from '../../src/run/result.ts';
import { KeptSecrets } from '../../src/token/keptSecrets.ts';
import { createTokenManager } from '../../src/token/createManager.ts';
import type { SignIn } from '../../src/token/signIn.ts';
import type { TokenManager } from '../../src/token/manager.ts';
import { createTokenStore } from '../../src/token/tokenStore.ts';
import { createUsageRecord } from '../../src/token/usage.ts';
import { memoryFiles } from '../httpfile/memoryFiles.ts';
import { memoryTarget, willing } from '../run/apiSignIn/support.ts';
import { createMemorySecretStore } from '../token/memorySecretStore.ts';
import { memoryValues } from '../token/support.ts';

export interface PersonKnows {
  /** A client that was registered beforehand. */
  readonly clientId: string | null;
  readonly secrets: Readonly<Partial<Record<AskedSecret, string | null>>>;
}

export interface Person {
  readonly parts: ApiSignInParts;
  readonly tokens: TokenManager;
  /** Sends the request that this text of an .http file holds. */
  run(text: string, profile: TokenProfile | null): Promise<RequestResult>;
}

/** The engine with everything in memory, and a person who allows all servers, scopes and questions. */
export function createPerson({ clientId, secrets }: PersonKnows): Person {
  const client = createHttpClient({ proxy: null, caCertificates: [] });
  const redactor = new Redactor();
  const store = createTokenStore(createMemorySecretStore());
  const keptSecrets = new KeptSecrets(store, redactor);
  const options: ObtainOptions = {
    fetch: fetchThrough(client),
    fetchAs: (clientCertificate) => fetchThrough(client, { clientCertificate }),
    locate: (url) => client.locate(url),
    files: privateFiles,
    // Nothing may get a secret but what the API and its issuer answer for.
    consent: createSourceConsent({
      values: memoryValues(),
      asker: { ask: () => Promise.resolve('refuse') },
      hint: () => 'The scenarios ask for nothing else.',
      notKept: () => undefined,
    }),
    clock: systemClock,
    mask: (text) => redactor.mask(text),
    register: (secret, label, near) => redactor.registerGiven(secret, label, near),
  };
  const tools = createGrantTools(options);
  const tokens = createTokenManager({
    store,
    clock: systemClock,
    redactor,
    keptSecrets,
    usage: createUsageRecord(memoryValues()),
    leadMs: () => 60_000,
    obtain: createObtain(options, tools),
    askSecret: (_profile, { kind }) => Promise.resolve(secrets[kind] ?? null),
    signIn: () => browsing,
  });
  let known: TokenProfile | null = null;
  const engine = createEngine({
    files: memoryFiles({}),
    clock: systemClock,
    client,
    tokens,
    redactor,
    dpop: createDpopProver(keptSecrets),
    certificates: { of: () => Promise.reject(new KeyturnError('unsupported', 'There is no certificate.')) },
    asker: {
      allowOrigin: () => Promise.resolve('refuse'),
      confirmSend: () => Promise.resolve(false),
      value: () => Promise.resolve(null),
      sendUnverified: () => Promise.resolve(false),
    },
    consent: createConsentStore(memoryValues()),
    processEnv: {},
    findProfile: (_file, name) =>
      known?.name === name
        ? Promise.resolve(known)
        : Promise.reject(new KeyturnError('profile_unknown', `There is no token ${name}.`)),
    openSink: () => Promise.reject(new KeyturnError('unsupported', 'Nothing is saved here.')),
  });
  return {
    tokens,
    parts: {
      network: createApiSignIn(tools),
      questions: willing({
        // As MCP's scope selection has it: what the challenge names, else all that the API lists.
        scopes: ({ needed, offered }) => Promise.resolve(needed.length > 0 ? needed : offered),
        client: ({ registers, authentications: [likeliest = 'none'] }) =>
          Promise.resolve(
            clientId === null && registers
              ? 'register'
              : { clientId: clientId ?? 'none', clientAuthentication: likeliest },
          ),
        file: () => Promise.resolve(target),
      }),
      during: (_step, work) => work(new AbortController().signal),
      tokens,
      store,
      clientSecrets: {
        keep: (profile, secret) => store.setSecret(secretKey('client_secret', profile), secret),
        drop: (profile) => store.deleteSecret(secretKey('client_secret', profile)),
      },
      redirectPlace: { loopback: true, editorUri: null },
      cause: 'conformance',
    },
    run(text, profile) {
      known = profile;
      const tree = parseHttpFile(text);
      const [node] = tree.requests;
      if (node === undefined) throw new Error('There is no request in the text.');
      return engine.run({
        file: '/project/requests.http',
        tree,
        node,
        environment: new Map(),
        overrides: {},
        tokenName: null,
        options: {
          followRedirects: true,
          connectTimeoutMs: 5_000,
          totalTimeoutMs: 10_000,
          maxBodyBytes: 1_000_000,
          insecureHosts: [],
          trusted: true,
          saveBodyTo: null,
        },
      });
    },
  };
}

const target = memoryTarget();

/** A browser whose person is signed in already, and allows everything: it only follows redirects. */
const browsing: SignIn = {
  async openBrowser(url) {
    const answer = await fetch(url, { redirect: 'manual' });
    const back = answer.headers.get('location');
    // The browser is another program: whatever happens there, this one goes on.
    if (back !== null) void fetch(new URL(back, url)).catch(() => undefined);
  },
  editorRedirect: null,
  loopbackReachable: true,
  showDeviceCode: () => Promise.reject(new KeyturnError('cancelled', 'No code is expected here.')),
};
