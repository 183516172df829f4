import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../../src/base/errors.ts';
import { type ApiSignInAnswers, terminalQuestions } from '../../../src/terminal/ask/apiQuestions.ts';
import type { Streams } from '../../../src/terminal/output/streams.ts';
import { failureOf } from '../../oauth/support.ts';

const signal = new AbortController().signal;
const nothing: ApiSignInAnswers = {
  issuers: null,
  scope: null,
  name: null,
  clientId: null,
  clientAuthentication: null,
};

/** Questions at a terminal where a person types these lines, or where there is no terminal. */
function asking(options: Partial<ApiSignInAnswers> = {}, typed: readonly string[] | null = null) {
  const lines = [...(typed ?? [])];
  const input = Object.assign(new PassThrough(), { isTTY: typed !== null });
  const err = Object.assign(new PassThrough(), { isTTY: typed !== null });
  let said = '';
  err.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (!/[:)] $/.test(chunk.toString())) return;
    const line = lines.shift();
    if (line === undefined) input.end();
    else input.write(`${line}\n`);
  });
  const streams: Streams = { in: input, out: new PassThrough(), err, env: {}, cwd: '/', sandboxEntry: '' };
  return { questions: terminalQuestions(streams, { ...nothing, ...options }, signal), said: () => said };
}

const api = new URL('https://api.example/reports');
const one = { api, issuers: ['https://id.example'], source: 'named' } as const;
const two = { ...one, issuers: ['https://id.example/a', 'https://id.example/b'] } as const;
const scopes = { api, offered: ['read', 'write', 'admin'], needed: ['read'], isChoice: true };
const name = {
  api,
  proposed: 'reports',
  fault: (text: string) =>
    text === 'viewer' ? ('taken' as const) : text.includes(' ') ? ('invalid' as const) : null,
};
const client = {
  issuer: 'https://id.example',
  registers: false,
  grant: 'authorization_code',
  redirectUri: 'http://127.0.0.1/callback',
  authentications: ['client_secret_basic', 'none'],
} as const;

describe('Sign In to This API at a terminal', () => {
  it('trusts a server only with a yes', async () => {
    for (const [answer, issuer] of [
      ['y', 'https://id.example'],
      ['yes', 'https://id.example'],
      ['', null],
      ['n', null],
    ] as const)
      expect(await asking({}, [answer]).questions.issuer(one)).toBe(issuer);
    expect(await asking({}, []).questions.issuer(one)).toBeNull();
  });

  it('lets the person choose among several servers', async () => {
    const { questions, said } = asking({}, ['2']);
    expect(await questions.issuer(two)).toBe('https://id.example/b');
    expect(said()).toContain('  1  https://id.example/a\n  2  https://id.example/b\n');
    for (const wrong of ['0', '3', 'y', ''])
      expect(await asking({}, [wrong]).questions.issuer(two)).toBeNull();
  });

  it('proposes the scopes that the request needs', async () => {
    const { questions, said } = asking({}, ['']);
    expect(await questions.scopes(scopes)).toEqual(['read']);
    expect(said()).toContain('https://api.example offers the scopes read write admin.');
    expect(await asking({}, ['read  write']).questions.scopes(scopes)).toEqual(['read', 'write']);
    expect(await asking({}, ['{{no}}', 'write']).questions.scopes(scopes)).toEqual(['write']);
    expect(await asking({}, ['']).questions.scopes({ ...scopes, needed: [] })).toEqual([]);
  });

  it('proposes a name, and says why another one cannot be used', async () => {
    expect(await asking({}, ['']).questions.name(name)).toBe('reports');
    const { questions, said } = asking({}, ['viewer', 'a b', 'mine']);
    expect(await questions.name(name)).toBe('mine');
    expect(said()).toContain('This name is taken.');
    expect(said()).toContain('A name has 1 to 100 characters');
  });

  it('asks for a client where none is registered, and how it authenticates', async () => {
    const { questions, said } = asking({}, ['', 'my-client', 'password', 'none']);
    expect(await questions.client(client)).toEqual({ clientId: 'my-client', clientAuthentication: 'none' });
    expect(said()).toContain('Its redirect URI is http://127.0.0.1/callback');
    expect(await asking({}, ['my-client', '']).questions.client(client)).toEqual({
      clientId: 'my-client',
      clientAuthentication: 'client_secret_basic',
    });
  });
});

describe('Sign In to This API in a script', () => {
  it.each([
    ['--allow-issuer URL', () => asking().questions.issuer(one)],
    ['--scope "read"', () => asking().questions.scopes(scopes)],
    ['--scope "read write admin"', () => asking().questions.scopes({ ...scopes, needed: [] })],
    ['--name reports', () => asking().questions.name(name)],
    ['--client-id ID', () => asking().questions.client(client)],
    [
      '--client-authentication client_secret_basic|none',
      () => asking({ clientId: 'my-client' }).questions.client(client),
    ],
  ])('names the option %s for a question without an answer', async (option, ask) => {
    const error = await failureOf(ask());
    expect([error.code, error.hint]).toEqual(['usage', `Add ${option}`]);
  });

  it('takes answers from options', async () => {
    const { questions } = asking({
      issuers: ['https://id.example/'],
      scope: 'write',
      name: 'mine',
      clientId: 'my-client',
      clientAuthentication: 'none',
    });
    expect(await questions.issuer(one)).toBe('https://id.example');
    expect(await questions.scopes({ ...scopes, isChoice: false })).toEqual(['write']);
    expect(await questions.name(name)).toBe('mine');
    const own = { clientId: 'my-client', clientAuthentication: 'none' };
    expect(await questions.client({ ...client, registers: true })).toEqual(own);
  });

  it('asks for nothing that the API decides', async () => {
    const { questions } = asking();
    expect(await questions.scopes({ api, offered: ['read'], needed: [], isChoice: false })).toEqual(['read']);
    expect(await questions.client({ ...client, registers: true })).toBe('register');
  });

  it.each<[Partial<ApiSignInAnswers>, string]>([
    [{ issuers: ['https://other.example'] }, 'receiver_not_allowed'],
    [{ scope: 'a"b' }, 'usage'],
    [{ name: 'viewer' }, 'usage'],
  ])('refuses %j', async (options, code) => {
    const { questions } = asking(options);
    const ask = async () => {
      if (options.name !== undefined) await questions.name(name);
      if (options.scope !== undefined) await questions.scopes(scopes);
      await questions.issuer(one);
    };
    const error = await failureOf(ask());
    expect(KeyturnError.is(error) && error.code).toBe(code);
  });
});
