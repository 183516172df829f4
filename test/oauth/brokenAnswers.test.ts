import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fetchThrough } from '../../src/http/fetch.ts';
import { newClient, rawServer } from '../http/support.ts';
import { contextOf, endpointProfile, failureOf, obtainer } from './support.ts';

const TOKEN = '{"access_token":"fresh-and-unknown","token_type":"Bearer"}';
const packed = gzipSync(TOKEN);

async function obtained(head: string, body: string | Uint8Array) {
  const server = await rawServer((socket) => {
    socket.once('data', () => socket.end(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(body)])));
  });
  const obtain = obtainer({ fetch: fetchThrough(newClient()) });
  return obtain(endpointProfile(`${server.url}/token`), contextOf());
}

describe('a token answer over an old or odd connection', () => {
  it.each<[string, string, (string | Uint8Array)?]>([
    ['HTTP/1.0, closed at its end', 'HTTP/1.0 200 OK'],
    ['closed after each request', 'HTTP/1.1 200 OK\r\nConnection: close'],
    ['a 100 first', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close'],
    [
      'early hints first',
      'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close',
    ],
    [
      'in chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked',
      `${TOKEN.length.toString(16)}\r\n${TOKEN}\r\n0\r\n\r\n`,
    ],
    ['packed', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip', packed],
    ['packed in a coding that is none', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: utf-8'],
    ['with two types', 'HTTP/1.1 200\r\nContent-Type: text/plain\r\nContent-Type: application/json'],
  ])('is taken: %s', async (_name, head, body = TOKEN) => {
    expect((await obtained(head, body)).accessToken).toBe('fresh-and-unknown');
  });

  it.each<[string, string, string | Uint8Array, RegExp]>([
    [
      'is packed and cut off',
      'HTTP/1.1 200 OK\r\nContent-Encoding: gzip',
      packed.subarray(0, -9),
      /not valid gzip/,
    ],
    ['is not packed as it says', 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip', TOKEN, /not valid gzip/],
    [
      'has a status that does not exist',
      'HTTP/1.1 600 Odd\r\nConnection: close',
      TOKEN,
      /600, which does not exist/,
    ],
    ['has two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Length: 8', TOKEN, /Content-Length/],
  ])(
    'that %s names the endpoint, and gives no advice for requests of one’s own',
    async (_name, head, body, words) => {
      const { message, hint } = await failureOf(obtained(head, body));
      expect(message).toMatch(/^The token endpoint http:\S+\/token sent an answer that cannot be read\./);
      expect(message).toMatch(words);
      expect(hint).toBe('Report this to the people who run the server.');
      expect(message).not.toContain('fresh');
    },
  );
});
