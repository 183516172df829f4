import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { acceptEncoding } from '../../src/http/decode.ts';
import { bodyFaultOf, httpServer, newClient, newRequest, type TestServer } from './support.ts';

const text = Buffer.from(
  JSON.stringify(Array.from({ length: 5000 }, (_, i) => ({ id: i, name: `name ${i}` }))),
);

/** Answers every request with the same bytes, in pieces. */
async function serve(encoding: string, bytes: Buffer, pieceBytes = 10_000): Promise<TestServer> {
  return await httpServer((_request, response) => {
    response.setHeader('Content-Encoding', encoding);
    for (let at = 0; at < bytes.length; at += pieceBytes) response.write(bytes.subarray(at, at + pieceBytes));
    response.end();
  });
}

type Case = readonly [encoding: string, bytes: Buffer];

const hasZstd = 'zstdCompressSync' in zlib;

describe('content codings', () => {
  it.each<Case>([
    ['gzip', zlib.gzipSync(text)],
    ['x-gzip', zlib.gzipSync(text)],
    ['GZIP', zlib.gzipSync(text)],
    ['deflate', zlib.deflateSync(text)],
    ['deflate', zlib.deflateRawSync(text)],
    ['br', zlib.brotliCompressSync(text, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } })],
    ...(hasZstd ? [['zstd', zlib.zstdCompressSync(text)] as const] : []),
    ['identity', text],
    ['deflate, gzip', zlib.gzipSync(zlib.deflateSync(text))],
    ['gzip, identity, gzip, gzip', zlib.gzipSync(zlib.gzipSync(zlib.gzipSync(text)))],
    ['gzip', Buffer.concat([zlib.gzipSync(text.subarray(0, 999)), zlib.gzipSync(text.subarray(999))])],
  ])('%s is undone', async (encoding, bytes) => {
    const server = await serve(encoding, bytes);
    const response = await newClient().send(newRequest({ url: server.url }));
    expect(response.sizeBytes).toBe(text.length);
    expect(Buffer.from(response.body).equals(text)).toBe(true);
  });

  it('that are unknown leave the body as it came, from there on', async () => {
    const bytes = zlib.gzipSync(text);
    const client = newClient();
    const unknown = await client.send(newRequest({ url: (await serve('gzip, magic', bytes)).url }));
    expect(Buffer.from(unknown.body).equals(bytes)).toBe(true);
    const outer = await client.send(newRequest({ url: (await serve('magic, gzip', bytes)).url }));
    expect(Buffer.from(outer.body).equals(text)).toBe(true);
  });

  it('are offered as far as this Node has them', () => {
    expect(acceptEncoding).toBe(hasZstd ? 'gzip, deflate, br, zstd' : 'gzip, deflate, br');
  });

  it('of an empty body, and of a piece of one, are left alone', async () => {
    const client = newClient();
    const empty = await client.send(newRequest({ url: (await serve('gzip', Buffer.alloc(0))).url }));
    expect(empty).toMatchObject({ status: 200, sizeBytes: 0 });
    const piece = zlib.gzipSync(text).subarray(100, 200);
    const server = await httpServer((_request, response) => {
      response.writeHead(206, { 'Content-Encoding': 'gzip' }).end(piece);
    });
    expect(await client.send(newRequest({ url: server.url }))).toMatchObject({ status: 206, sizeBytes: 100 });
  });

  it.each<Case>([
    ['gzip', Buffer.from('not gzip at all')],
    ['gzip', zlib.gzipSync(text).subarray(0, -20)],
    ['deflate', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['br', Buffer.from('not brotli at all, is it?')],
    ['br', zlib.brotliCompressSync(text).subarray(0, -20)],
    ...(hasZstd ? [['zstd', Buffer.from('not zstd at all')] as const] : []),
    ...(hasZstd ? [['zstd', zlib.zstdCompressSync(text).subarray(0, -20)] as const] : []),
    ['gzip, gzip', zlib.gzipSync(text)],
  ])('of broken data (%s) are told', async (encoding, bytes) => {
    const server = await serve(encoding, bytes);
    const client = newClient();
    const error = await bodyFaultOf(client.send(newRequest({ url: server.url })));
    expect(error).toMatchObject({ code: 'decompression_failed' });
    expect((error as { hint: string }).hint).toContain('Accept-Encoding: identity');
  });

  it('of a body that was cut off by the network are a broken connection', async () => {
    const bytes = zlib.gzipSync(text);
    const server = await httpServer((_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': bytes.length });
      response.write(bytes.subarray(0, 500), () => setTimeout(() => response.socket?.destroy(), 10));
    });
    const error = await bodyFaultOf(newClient().send(newRequest({ url: server.url })));
    expect(error).toMatchObject({ code: 'connection_reset' });
  });
});

describe('bombs', () => {
  const zeros = Buffer.alloc(64 * 1024 * 1024);

  it.each<Case>([
    ['gzip', zlib.gzipSync(zeros)],
    ['deflate', zlib.deflateSync(zeros)],
    ['br', zlib.brotliCompressSync(zeros, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ['gzip, gzip', zlib.gzipSync(zlib.gzipSync(zeros))],
    ...(hasZstd ? [['zstd', zlib.zstdCompressSync(zeros)] as const] : []),
  ])('(%s) are not read further', async (encoding, bytes) => {
    const server = await serve(encoding, bytes);
    const client = newClient();
    for (const request of [
      newRequest({ url: server.url, maxBodyBytes: 5_000_000 }),
      newRequest({ url: server.url, maxBodyBytes: 1_000_000_000 }),
      newRequest({
        url: server.url,
        saveBodyTo: { write: () => Promise.resolve(), close: () => Promise.resolve() },
      }),
    ]) {
      expect(await bodyFaultOf(client.send(request))).toMatchObject({ code: 'decompression_limit' });
    }
  });

  it('are not seen in a body that is only well compressed', async () => {
    const repeated = Buffer.alloc(3_000_000, 'all work and no play ');
    const server = await serve('gzip', zlib.gzipSync(repeated));
    const response = await newClient().send(newRequest({ url: server.url }));
    expect(response).toMatchObject({ sizeBytes: repeated.length, bodyTruncated: false });
  });

  it('may not hide under many codings', async () => {
    const server = await serve('gzip,gzip,gzip,gzip,gzip,gzip', zlib.gzipSync(text));
    const error = await bodyFaultOf(newClient().send(newRequest({ url: server.url })));
    expect(error).toMatchObject({ code: 'decompression_limit' });
  });
});

describe('a body that cannot be decoded', () => {
  const plain = Buffer.from('{"error":"not compressed at all"}');

  it.each<Case>([
    ['gzip', plain],
    ['x-gzip', Buffer.concat([plain, Buffer.alloc(100_000, ' ')])],
    ['deflate', plain],
    ['br', plain],
    ...(hasZstd ? [['zstd', plain] as const] : []),
    ['gzip', zlib.gzipSync(text).subarray(0, -20)],
    ['gzip', Buffer.concat([zlib.gzipSync(text).subarray(0, -8), Buffer.alloc(8)])],
    ['gzip, gzip', zlib.gzipSync(text)],
    ['gzip,gzip,gzip,gzip,gzip,gzip', zlib.gzipSync(text)],
  ])('(%s) is kept as it came, beside status and headers', async (encoding, bytes) => {
    const server = await httpServer((_request, response) => {
      response.writeHead(429, { 'Content-Encoding': encoding, 'Retry-After': '30' });
      for (let at = 0; at < bytes.length; at += 5000) response.write(bytes.subarray(at, at + 5000));
      response.end();
    });
    const client = newClient();
    const response = await client.send(newRequest({ url: server.url }));
    expect(response).toMatchObject({ status: 429, bodyTruncated: false, sizeBytes: bytes.length });
    expect(response.headers).toContainEqual(['Retry-After', '30']);
    expect(['decompression_failed', 'decompression_limit']).toContain(response.bodyFault?.code);
    expect(Buffer.from(response.body).equals(bytes)).toBe(true);
    expect(await client.send(newRequest({ url: server.url, maxBodyBytes: 10 }))).toMatchObject({
      status: 429,
      sizeBytes: 10,
      bodyTruncated: true,
    });
  });

  it('is saved as it came', async () => {
    const server = await serve('br', plain, 7);
    const saved: Uint8Array[] = [];
    const response = await newClient().send(
      newRequest({
        url: server.url,
        saveBodyTo: {
          write: (chunk) => {
            saved.push(chunk);
            return Promise.resolve();
          },
          close: () => Promise.resolve(),
        },
      }),
    );
    expect(response).toMatchObject({ status: 200, bodyFault: { code: 'decompression_failed' } });
    expect(Buffer.concat(saved).toString()).toBe(plain.toString());
  });

  it('leaves no redirect to be followed', async () => {
    const server = await httpServer((_request, response) => {
      response.writeHead(302, { Location: '/next', 'Content-Length': '100' }).write('half');
      setTimeout(() => response.socket?.destroy(), 20);
    });
    const response = await newClient().send(newRequest({ url: server.url }));
    expect(response).toMatchObject({ status: 302, redirects: [], bodyFault: { code: 'connection_reset' } });
  });
});

it.each<Case>([
  ['gzip', zlib.gzipSync(text)],
  ['deflate', zlib.deflateRawSync(text)],
  ['br', zlib.brotliCompressSync(text)],
  ...(hasZstd ? [['zstd', zlib.zstdCompressSync(text)] as const] : []),
  ['gzip, deflate', zlib.deflateSync(zlib.gzipSync(text))],
])('what came of a body before it broke off is decoded (%s)', async (encoding, bytes) => {
  const server = await httpServer((_request, response) => {
    response.writeHead(200, { 'Content-Encoding': encoding, 'Content-Length': bytes.length });
    response.write(bytes.subarray(0, -30), () => setTimeout(() => response.socket?.destroy(), 20));
  });
  for (const saving of [false, true]) {
    const saved: Uint8Array[] = [];
    const sink = {
      write: async (chunk: Uint8Array) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        saved.push(chunk);
      },
      close: () => Promise.resolve(),
    };
    const response = await newClient().send(
      newRequest({ url: server.url, ...(saving ? { saveBodyTo: sink } : {}) }),
    );
    expect(response).toMatchObject({ status: 200, bodyFault: { code: 'connection_reset' } });
    const body = saving ? Buffer.concat(saved) : Buffer.from(response.body);
    expect(body.length).toBeGreaterThan(text.length / 2);
    expect(text.subarray(0, body.length).equals(body)).toBe(true);
  }
});
