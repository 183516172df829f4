import { afterEach, describe, expect, it } from 'vitest';
import { KeyturnError } from '../../../src/base/errors.ts';
import type { ApiSignIn } from '../../../src/oauth/apiSignIn.ts';
import type { RegisteredClient } from '../../../src/oauth/client/registration.ts';
import type { TokenProfile } from '../../../src/profile/profile.ts';
import type { ApiSignInQuestions, ScopesQuestion } from '../../../src/run/apiSignIn/questions.ts';
import { type ApiSignInParts, signInToApi } from '../../../src/run/apiSignIn/signInToApi.ts';
import { failureOf } from '../../oauth/support.ts';
import { memoryTarget, willing } from './support.ts';

const api = 'https://api.example/v1/reports';
const server = {
  issuer: 'https://id.example',
  authorization_endpoint: 'https://id.example/authorize',
  token_endpoint: 'https://id.example/token',
  registration_endpoint: 'https://id.example/register',
};
const registered: RegisteredClient = {
  clientId: 'registered',
  clientSecret: 'a-secret',
  clientAuthentication: 'client_secret_basic',
  management: null,
};

let log: string[] = [];
afterEach(() => {
  log = [];
});

/** A network on which everything works; what happens is noted in `log`. */
function network(changes: Partial<ApiSignIn> = {}): ApiSignIn {
  return {
    describe: () =>
      Promise.resolve({
        resource: 'https://api.example/v1',
        authorizationServers: [server.issuer],
        scopes: ['read', 'write'],
        dpopRequired: false,
      }),
    ownServer: () =>
      Promise.resolve({ known: 'assumed', server: { ...server, issuer: 'https://api.example' } }),
    server: () => Promise.resolve(server),
    requireRegistration: () => Promise.resolve(),
    register() {
      log.push('registered');
      return Promise.resolve(registered);
    },
    unregister() {
      log.push('unregistered');
      return Promise.resolve(true);
    },
    ...changes,
  };
}

function parts(
  questions: Partial<ApiSignInQuestions> = {},
  changes: Partial<ApiSignIn> = {},
  acquire: (profile: TokenProfile) => Promise<unknown> = () => Promise.resolve(),
): ApiSignInParts {
  return {
    network: network(changes),
    questions: willing(questions),
    during: (_step, work) => work(new AbortController().signal),
    tokens: {
      acquire(profile) {
        log.push('signed in');
        return acquire(profile);
      },
    },
    store: {
      delete() {
        log.push('token deleted');
        return Promise.resolve();
      },
    },
    clientSecrets: {
      keep(_profile, secret) {
        log.push(`kept ${secret}`);
        return Promise.resolve();
      },
      drop() {
        log.push('dropped');
        return Promise.resolve();
      },
    },
    redirectPlace: { loopback: true, editorUri: null },
    cause: 'a test',
  };
}

const challenged = (value: string) => ({
  url: api,
  headers: [['www-authenticate', value]] as const,
  redirects: [],
});
const bare = challenged('Bearer');

describe('Sign In to This API', () => {
  it('writes the profile once the person has signed in', async () => {
    const target = memoryTarget();
    const acquire = () => {
      expect(target.text).toBe('');
      return Promise.resolve();
    };
    const done = await signInToApi(parts({ file: () => Promise.resolve(target) }, {}, acquire), bare, api);
    expect(log).toEqual(['registered', 'kept a-secret', 'signed in']);
    expect(done?.location).toBe(target.location);
    expect(JSON.parse(target.text)).toEqual({ tokens: { example: done?.written } });
    expect(done?.written).toEqual({
      grant: 'authorization_code',
      issuer: server.issuer,
      clientId: 'registered',
      clientAuthentication: 'client_secret_basic',
      redirectUri: 'loopback',
      resource: 'https://api.example/v1',
      origins: ['https://api.example'],
    });
  });

  it.each<[string, Omit<ScopesQuestion, 'api'>]>([
    ['Bearer', { offered: ['read', 'write'], needed: [], isChoice: true }],
    ['Bearer scope="write"', { offered: ['write', 'read'], needed: ['write'], isChoice: true }],
    ['Bearer scope="admin"', { offered: ['admin', 'read', 'write'], needed: ['admin'], isChoice: true }],
    ['Bearer scope="read write"', { offered: ['read', 'write'], needed: ['read', 'write'], isChoice: false }],
  ])('proposes the least scopes that the API asks for: %s', async (challenge, expected) => {
    const asked: ScopesQuestion[] = [];
    const scopes = (question: ScopesQuestion) => {
      asked.push(question);
      return Promise.resolve(question.needed);
    };
    const done = await signInToApi(parts({ scopes }), challenged(challenge), api);
    expect(asked).toEqual([{ api: new URL(api), ...expected }]);
    expect(done?.profile.scope).toBe(expected.needed.length === 0 ? null : expected.needed.join(' '));
  });

  it.each(['issuer', 'scopes', 'name', 'client', 'file'] as const)(
    'registers nothing where the person leaves at the question about the %s',
    async (question) => {
      expect(await signInToApi(parts({ [question]: () => Promise.resolve(null) }), bare, api)).toBeNull();
      expect(log).toEqual([]);
    },
  );

  it('takes everything back where the sign-in fails', async () => {
    const target = memoryTarget();
    const refused = () => Promise.reject(new KeyturnError('access_denied', 'No.'));
    const signing = signInToApi(parts({ file: () => Promise.resolve(target) }, {}, refused), bare, api);
    expect((await failureOf(signing)).code).toBe('access_denied');
    expect(log).toEqual(['registered', 'kept a-secret', 'signed in', 'dropped', 'unregistered']);
    expect(target.text).toBe('');
  });

  it('takes everything back where the profile cannot be written', async () => {
    const target = memoryTarget();
    target.write = () => Promise.reject(new KeyturnError('file_unreadable', 'Read only.'));
    const signing = signInToApi(parts({ file: () => Promise.resolve(target) }), bare, api);
    expect((await failureOf(signing)).code).toBe('file_unreadable');
    expect(log.slice(3)).toEqual(['token deleted', 'dropped', 'unregistered']);
  });

  it('goes nowhere after a redirect to another origin', async () => {
    const to = {
      ...bare,
      redirects: [{ status: 302, from: 'https://other.example/', to: api, dropped: [] }],
    };
    expect((await failureOf(signInToApi(parts(), to, api))).code).toBe('origin_not_allowed');
  });
});

describe('Sign In to This API where the API names no server', () => {
  const undescribed = { describe: () => Promise.resolve(null) };

  it('names the endpoints at the origin of the API', async () => {
    const done = await signInToApi(parts({}, undescribed), bare, api);
    expect(done?.written).toMatchObject({
      authorizationEndpoint: server.authorization_endpoint,
      tokenEndpoint: server.token_endpoint,
    });
    expect([done?.profile.issuer, done?.profile.resource]).toEqual([null, null]);
  });

  it('says so where nothing is registered there', async () => {
    const register = () => Promise.reject(new KeyturnError('registration_failed', 'Not found.'));
    const error = await failureOf(signInToApi(parts({}, { ...undescribed, register }), bare, api));
    expect(error.message).toBe('The API https://api.example does not say who issues its tokens.');
  });
});
