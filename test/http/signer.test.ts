import { describe, expect, it } from 'vitest';
import type { HeaderList, RequestSigner } from '../../src/http/message.ts';
import { failureOf, httpServer, newClient, newRequest, rawServer } from './support.ts';

function counting() {
  const signed: string[] = [];
  const answers: string[] = [];
  const signer: RequestSigner = {
    shown: [],
    sign(method, url) {
      signed.push(`${method} ${url.pathname}`);
      return Promise.resolve([['X-Signed', String(signed.length)]]);
    },
    answered: (url, headers: HeaderList) =>
      void answers.push(
        `${url.pathname} ${headers.find(([name]) => name.toLowerCase() === 'x-hop')?.[1] ?? ''}`,
      ),
  };
  return { signer, signed, answers };
}

describe('a signer', () => {
  it('signs every message to the first origin and sees its answer, and none after that was left', async () => {
    const seen: string[] = [];
    let home = '';
    const { url: away } = await httpServer((request, response) => {
      seen.push(`away ${request.url ?? ''} ${String(request.headers['x-signed'] ?? '-')}`);
      response.writeHead(302, { location: `${home}/back` });
      response.end();
    });
    const { url } = await httpServer((request, response) => {
      seen.push(`home ${request.url ?? ''} ${String(request.headers['x-signed'] ?? '-')}`);
      response.setHeader('X-Hop', String(seen.length));
      const to = { '/one': '/two', '/two': away.replace('127.0.0.1', 'localhost') }[request.url ?? ''];
      if (to === undefined) response.end();
      else response.writeHead(302, { location: to }).end();
    });
    home = url;
    const { signer, signed, answers } = counting();
    await newClient().send(newRequest({ url: `${url}/one`, signer }));
    expect(seen).toEqual(['home /one 1', 'home /two 2', 'away / -', 'home /back -']);
    expect(signed).toEqual(['GET /one', 'GET /two']);
    expect(answers).toEqual(['/one 1', '/two 2']);
  });

  it('signs anew what goes out again on another connection', async () => {
    let connections = 0;
    const { url } = await rawServer((socket) => {
      const first = ++connections === 1;
      let requests = 0;
      socket.on('data', (data) => {
        requests++;
        if (first && requests === 2) {
          socket.destroy();
          return;
        }
        const signed = /X-Signed: (\d+)/i.exec(data.toString('latin1'))?.[1] ?? '-';
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${signed.length}\r\n\r\n${signed}`);
      });
    });
    const client = newClient();
    const { signer } = counting();
    await client.send(newRequest({ url, signer }));
    const response = await client.send(newRequest({ url, signer }));
    expect(connections).toBe(2);
    expect(Buffer.from(response.body).toString()).toBe('3');
  });

  it('fails the request when it cannot sign', async () => {
    const { url } = await httpServer((_request, response) => response.end());
    const failure = new Error('no key');
    const signer = { shown: [], sign: () => Promise.reject(failure), answered: () => undefined };
    expect(await failureOf(newClient().send(newRequest({ url, signer })))).toBe(failure);
  });
});

describe('a body that is held', () => {
  it('stays in memory, decoded and within its limit, and leaves the sink open', async () => {
    const { url } = await httpServer((request, response) => {
      response.statusCode = request.url === '/held' ? 401 : 200;
      response.end('x'.repeat(100));
    });
    const sink = { text: '', closed: 0 };
    const saveBodyTo = {
      write(chunk: Uint8Array) {
        sink.text += Buffer.from(chunk).toString();
        return Promise.resolve();
      },
      close() {
        sink.closed++;
        return Promise.resolve();
      },
    };
    const holdsBody = ({ status }: { status: number }) => status === 401;
    const client = newClient();
    const request = { saveBodyTo, holdsBody, maxBodyBytes: 10 };
    const held = await client.send(newRequest({ url: `${url}/held`, ...request }));
    expect(held).toMatchObject({ status: 401, bodyTruncated: true, sizeBytes: 10 });
    expect(held.body.byteLength).toBe(10);
    expect(sink).toEqual({ text: '', closed: 0 });
    const saved = await client.send(newRequest({ url: `${url}/saved`, ...request }));
    expect(saved).toMatchObject({ status: 200, bodyTruncated: false, sizeBytes: 100 });
    expect(saved.body.byteLength).toBe(0);
    expect(sink).toEqual({ text: 'x'.repeat(100), closed: 1 });
  });
});
