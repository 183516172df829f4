import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import type { BodySink } from '../../src/http/message.ts';
import {
  bodyFaultOf,
  failureOf,
  http2Server,
  certificate,
  httpServer,
  newClient,
  newRequest,
  onCleanup,
} from './support.ts';

const MIB = 1024 * 1024;

function sink(delayMs = 0): BodySink & { bytes: number; closed: number; mostAtOnce: number } {
  let writing = 0;
  const state = {
    bytes: 0,
    closed: 0,
    mostAtOnce: 0,
    async write(chunk: Uint8Array) {
      writing += 1;
      state.mostAtOnce = Math.max(state.mostAtOnce, writing);
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      state.bytes += chunk.byteLength;
      writing -= 1;
    },
    close() {
      state.closed += 1;
      return Promise.resolve();
    },
  };
  return state;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });
}

describe('a body in memory', () => {
  it('is cut off at the limit, and the connection closed', async () => {
    const server = await httpServer((_request, response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(200_000, 'a')), 1);
      response.on('close', () => clearInterval(timer));
    });
    const response = await newClient().send(newRequest({ url: server.url, maxBodyBytes: 1_234_567 }));
    expect(response).toMatchObject({ status: 200, bodyTruncated: true, sizeBytes: 1_234_567 });
    expect(response.body.byteLength).toBe(1_234_567);
    const [socket] = server.sockets;
    if (socket !== undefined) await closed(socket);
  });

  it('is whole when it is just as long as the limit', async () => {
    const server = await httpServer((_request, response) => response.end(Buffer.alloc(1000)));
    const client = newClient();
    const whole = await client.send(newRequest({ url: server.url, maxBodyBytes: 1000 }));
    expect(whole).toMatchObject({ bodyTruncated: false, sizeBytes: 1000 });
    const cut = await client.send(newRequest({ url: server.url, maxBodyBytes: 999 }));
    expect(cut).toMatchObject({ bodyTruncated: true, sizeBytes: 999 });
    expect((await client.send(newRequest({ url: server.url, maxBodyBytes: 0 }))).body.byteLength).toBe(0);
  });

  it('is cut off after it was unpacked', async () => {
    const random = Buffer.from(Array.from({ length: 500_000 }, (_, i) => (i * 7919) % 251));
    const server = await httpServer((_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(zlib.gzipSync(random));
    });
    const client = newClient();
    const response = await client.send(newRequest({ url: server.url, maxBodyBytes: 400_000 }));
    expect(response).toMatchObject({ bodyTruncated: true, sizeBytes: 400_000 });
    expect(Buffer.from(response.body).equals(random.subarray(0, 400_000))).toBe(true);
  });
});

describe('a body for a sink', () => {
  it('goes there, 200 MB of it, one chunk at a time and no more than is taken', async () => {
    // In a process of its own, so that only what this one holds is measured.
    const child = spawn(process.execPath, [
      '-e',
      `
      const chunk = Buffer.alloc(65536, 1);
      require('node:http').createServer((request, response) => {
        response.setHeader('content-length', 3200 * chunk.length);
        let left = 3200;
        const more = () => { while (left > 0) { left -= 1; if (!response.write(chunk)) return response.once('drain', more); } response.end(); };
        more();
      }).listen(0, '127.0.0.1', function () { process.stdout.write(String(this.address().port)); });
    `,
    ]);
    onCleanup(() => child.kill());
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    const target = sink();
    const before = process.memoryUsage().rss;
    const response = await newClient().send(
      newRequest({ url: `http://127.0.0.1:${port.toString()}/`, maxBodyBytes: 10, saveBodyTo: target }),
    );
    expect(response).toMatchObject({ status: 200, sizeBytes: 200 * MIB, bodyTruncated: false });
    expect(response.body.byteLength).toBe(0);
    expect(target).toMatchObject({ bytes: 200 * MIB, closed: 1, mostAtOnce: 1 });
    expect(process.memoryUsage().rss - before).toBeLessThan(120 * MIB);
  });

  it.each(['h1', 'h2'])('holds the server back when it is slow (%s)', async (protocol) => {
    const pems = await certificate();
    let sent = 0;
    const listener = (_request: unknown, response: NodeJS.WritableStream) => {
      const timer = setInterval(() => {
        if (sent < 60 * MIB && response.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024;
        else if (sent >= 60 * MIB) response.end();
      }, 0);
      onCleanup(() => clearInterval(timer));
    };
    const server = protocol === 'h1' ? await httpServer(listener) : await http2Server(listener, pems);
    const target = sink(25);
    const stop = new AbortController();
    const client = newClient({ caCertificates: [pems.cert] });
    const error = failureOf(client.send(newRequest({ url: server.url, saveBodyTo: target }), stop.signal));
    await new Promise((resolve) => setTimeout(resolve, 600));
    stop.abort();
    expect(await error).toMatchObject({ code: 'cancelled' });
    expect(target.bytes).toBeGreaterThan(0);
    expect(target.closed).toBe(1);
    expect(target.mostAtOnce).toBe(1);
    expect(sent).toBeLessThan(20 * MIB);
  });

  it('is unpacked on the way', async () => {
    const text = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7919) % 251));
    const server = await httpServer((_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(zlib.gzipSync(text));
    });
    const target = sink(1);
    const response = await newClient().send(newRequest({ url: server.url, saveBodyTo: target }));
    expect(response.sizeBytes).toBe(text.length);
    expect(target).toMatchObject({ bytes: text.length, closed: 1, mostAtOnce: 1 });
  });

  it('is closed once, whatever fails', async () => {
    const client = newClient();
    for (const request of [
      { url: 'http://no-such-host.invalid/' },
      { url: 'ftp://localhost/' },
      { url: 'http://localhost/', headers: [['A', 'b\n']] as const },
    ]) {
      const target = sink();
      await failureOf(client.send(newRequest({ ...request, saveBodyTo: target })));
      expect(target.closed).toBe(1);
    }
  });

  it('that cannot be written ends the request', async () => {
    const server = await httpServer((_request, response) => response.end(Buffer.alloc(300_000)));
    const client = newClient();
    const full: BodySink = {
      write: () => Promise.reject(new Error('ENOSPC')),
      close: () => Promise.resolve(),
    };
    const error = await bodyFaultOf(client.send(newRequest({ url: server.url, saveBodyTo: full })));
    expect((error as Error).message).toBe("Couldn't save the body of the response.");
    const known = new KeyturnError('file_unreadable', 'No.');
    const notClosed: BodySink = { write: () => Promise.resolve(), close: () => Promise.reject(known) };
    expect(await bodyFaultOf(client.send(newRequest({ url: server.url, saveBodyTo: notClosed })))).toBe(
      known,
    );
  });
});

describe('time', () => {
  it('is limited until the headers come, and until the body ends', async () => {
    const server = await httpServer((request, response) => {
      if (request.url?.startsWith('/body') === true) {
        const timer = setInterval(() => response.write('more '), 5);
        response.on('close', () => clearInterval(timer));
      }
    });
    const client = newClient();
    for (const path of ['/silent?hush', '/body?hush']) {
      const startedAt = performance.now();
      const sent = client.send(newRequest({ url: `${server.url}${path}`, totalTimeoutMs: 150 }));
      const error = path.startsWith('/body') ? await bodyFaultOf(sent) : await failureOf(sent);
      expect(error).toMatchObject({ code: 'timeout', data: { timeoutMs: 150 } });
      expect((error as Error).message).toContain('within 0.15 s');
      expect((error as Error).message).not.toContain('hush');
      expect(performance.now() - startedAt).toBeLessThan(2000);
    }
    for (const socket of server.sockets) await closed(socket);
  });

  it('is not limited when the limit is 0', async () => {
    const server = await httpServer((_request, response) => setTimeout(() => response.end('ok'), 60));
    const request = newRequest({ url: server.url, totalTimeoutMs: 0, connectTimeoutMs: 0 });
    expect(await newClient().send(request)).toMatchObject({ status: 200 });
  });

  it('to connect is limited', async () => {
    // An address of TEST-NET-1, which never answers; a network that says so at once is right as well.
    const startedAt = performance.now();
    const error = await failureOf(
      newClient().send(newRequest({ url: 'http://192.0.2.1/', connectTimeoutMs: 100 })),
    );
    expect(['connect_timeout', 'connection_failed', 'connection_refused']).toContain(
      (error as KeyturnError).code,
    );
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

describe('cancelling', () => {
  it.each([
    ['before it starts', '/silent', 'now'],
    ['while it connects', '/silent', 'tick'],
    ['before the headers', '/silent', 60],
    ['in the middle of the body', '/body', 60],
    ['while a redirect is followed', '/redirect', 60],
  ] as const)('works %s', async (_title, path, when) => {
    const server = await httpServer((request, response) => {
      if (request.url === '/redirect') response.writeHead(302, { Location: '/silent' }).end();
      if (request.url?.startsWith('/body') === true) {
        const timer = setInterval(() => response.write('more '), 5);
        response.on('close', () => clearInterval(timer));
      }
    });
    const stop = new AbortController();
    if (when === 'now') stop.abort();
    const error = failureOf(newClient().send(newRequest({ url: `${server.url}${path}` }), stop.signal));
    if (when === 'tick') setImmediate(() => stop.abort());
    else if (when !== 'now') setTimeout(() => stop.abort(), when);
    expect(await error).toMatchObject({ code: 'cancelled' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const socket of server.sockets) await closed(socket);
  });

  it('after the end changes nothing, and no listener stays', async () => {
    const server = await httpServer((_request, response) => response.end('ok'));
    const stop = new AbortController();
    let listeners = 0;
    const add = stop.signal.addEventListener.bind(stop.signal);
    const remove = stop.signal.removeEventListener.bind(stop.signal);
    stop.signal.addEventListener = (...parameters: Parameters<typeof add>) => {
      listeners += 1;
      add(...parameters);
    };
    stop.signal.removeEventListener = (...parameters: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...parameters);
    };
    const client = newClient();
    for (let i = 0; i < 5; i += 1) await client.send(newRequest({ url: server.url }), stop.signal);
    expect(listeners).toBe(0);
    stop.abort();
    expect(await client.send(newRequest({ url: server.url }))).toMatchObject({ status: 200 });
    expect(server.sockets.size).toBe(1);
  });
});
