import { expect, it } from 'vitest';
import type { SendAs } from '../../src/profile/profile.ts';
import { applyToken } from '../../src/run/sendAs.ts';

const apply = (
  sendAs: SendAs,
  token: string,
  url = 'https://api.example.com/a',
  headers: [string, string][] = [],
) => applyToken({ url: new URL(url), headers }, { name: 'viewer', sendAs }, token);

it('sends a bearer token, in place of what stood there', () => {
  const { headers, secrets } = apply({ scheme: 'Bearer' }, 'tok-123', undefined, [
    ['Accept', '*/*'],
    ['authorization', 'Basic old'],
    ['X', '1'],
    ['AUTHORIZATION', 'again'],
  ]);
  expect(headers).toEqual([
    ['Accept', '*/*'],
    ['authorization', 'Bearer tok-123'],
    ['X', '1'],
  ]);
  expect(secrets).toEqual(['tok-123']);
  expect(apply({ scheme: 'Token' }, 'abc').headers).toEqual([['Authorization', 'Token abc']]);
});

it('sends a header of its own', () => {
  expect(apply({ header: 'X-API-Key' }, 'k').headers).toEqual([['X-API-Key', 'k']]);
});

it('refuses headers that proxies read, and those that Connection names', () => {
  const refused = expect.objectContaining({ code: 'token_invalid' }) as Error;
  expect(() => apply({ header: 'Proxy-Authorization' }, 'k')).toThrow(refused);
  const connection: [string, string][] = [['connection', 'close , X-Mine']];
  expect(() => apply({ header: 'x-mine' }, 'k', undefined, connection)).toThrow(refused);
  expect(() => apply({ scheme: 'Bearer' }, 'k', undefined, [['Connection', 'authorization']])).toThrow(
    refused,
  );
  expect(apply({ header: 'X-Other' }, 'k', undefined, connection).header).toBe('x-other');
});

it('sends Basic credentials, and tells what was derived', () => {
  const { headers, secrets } = apply({ basic: { username: 'zoë' } }, 'p:w');
  const encoded = Buffer.from('zoë:p:w').toString('base64');
  expect(headers).toEqual([['Authorization', `Basic ${encoded}`]]);
  expect(secrets).toEqual(['p:w', encoded]);
  expect(apply({ basic: {} }, 'user:pw').headers).toEqual([['Authorization', `Basic ${btoa('user:pw')}`]]);
  expect(apply({ basic: {} }, 'user:p:w').secrets).toEqual(['user:p:w', btoa('user:p:w'), 'p:w']);
  expect(() => apply({ basic: {} }, 'no-colon')).toThrow(expect.objectContaining({ code: 'token_invalid' }));
});

it('replaces a query parameter and leaves the spelling of the others alone', () => {
  const { url, headers, secrets } = apply(
    { query: 'api key' },
    'a+b/c&d',
    'https://api.example.com/p?q=x%20y+z&api%20key=old&empty=&api+key=older#frag',
  );
  expect(url.href).toBe('https://api.example.com/p?q=x%20y+z&empty=&api%20key=a%2Bb%2Fc%26d#frag');
  expect(url.searchParams.get('api key')).toBe('a+b/c&d');
  expect(headers).toEqual([]);
  expect(secrets).toEqual(['a+b/c&d', 'a%2Bb%2Fc%26d']);
});

it.each(['a\r\nX: y', 'a\0b', '日本'])('refuses %j in a header, without repeating it', (token) => {
  let message = '';
  try {
    apply({ scheme: 'Bearer' }, token);
  } catch (error) {
    expect(error).toMatchObject({ code: 'token_invalid' });
    message = (error as Error).message;
  }
  expect(message).not.toBe('');
  expect(message).not.toContain(token);
});

it('does not change what it was given', () => {
  const url = new URL('https://api.example.com/?a=1');
  const headers = [['A', 'b']] as const;
  applyToken({ url, headers }, { name: 'x', sendAs: { query: 't' } }, 'v');
  expect(url.href).toBe('https://api.example.com/?a=1');
  expect(headers).toEqual([['A', 'b']]);
});

it.each(['Proxy-Authorization', 'proxy_authorization', 'X-Forwarded-For', 'Connection', 'Host', 'Via', 'TE'])(
  'puts no token into %s, which proxies read',
  (header) => {
    const send = () => apply({ header }, 'tok-123');
    expect(send).toThrow(expect.objectContaining({ code: 'token_invalid' }));
    expect(send).toThrow(`cannot be sent in the header ${header}`);
    expect(send).not.toThrow('tok-123');
  },
);
