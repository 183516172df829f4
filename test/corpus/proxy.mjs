import { once } from 'node:events';
import http from 'node:http';
import { isIP } from 'node:net';
import tls from 'node:tls';
import { generate } from 'selfsigned';

const keyType = /** @type {const} */ ({ keyType: 'ec', curve: 'P-256', algorithm: 'sha256' });

/**
 * A proxy that answers for every host itself, https included: each host gets a certificate of an authority that is made
 * for this run. The user name in the proxy's URL tells runs apart.
 * @param {(run: string, seen: Seen) => Answer} answer
 * @typedef {{ method: string, url: string, headers: string[], body: Buffer }} Seen headers: names and values in turn
 * @typedef {{ status: number, headers: Record<string, string | string[]>, body: string }} Answer
 */
export async function startProxy(answer) {
  const authority = await generate([{ name: 'commonName', value: 'Corpus Test Authority' }], {
    ...keyType,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const contexts = new Map();
  const contextOf = (host) => {
    if (!contexts.has(host)) contexts.set(host, makeContext(host, authority));
    return contexts.get(host);
  };

  const server = http.createServer((request, response) => {
    const { keyturnRun: run = runOf(request), keyturnOrigin: origin = '' } = request.socket;
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, rawHeaders } = request;
      const { status, headers, body } = answer(run, {
        method,
        url: origin + url,
        headers: rawHeaders,
        body: Buffer.concat(chunks),
      });
      response.writeHead(status, headers);
      response.end(method === 'HEAD' ? undefined : body);
    });
  });
  // Node's parser knows no CHECKIN and the like.
  server.on('clientError', (error, socket) => {
    const { keyturnRun: run, keyturnOrigin: origin } = socket;
    const [head, ...lines] = (error.rawPacket ?? Buffer.alloc(0))
      .toString('latin1')
      .split('\r\n\r\n')[0]
      .split('\r\n');
    const [method, url] = head.split(' ');
    if (run === undefined || url === undefined) return void socket.destroy();
    const headers = lines.flatMap((line) => [line.split(':')[0], line.slice(line.indexOf(':') + 1).trim()]);
    const { body } = answer(run, { method, url: origin + url, headers, body: Buffer.alloc(0) });
    socket.end(
      `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  });
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', async (request, socket) => {
    socket.on('error', () => socket.destroy());
    const { hostname, port } = new URL(`tunnel://${request.url}`);
    const host = hostname.replace(/^\[|\]$/g, '');
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const secured = new tls.TLSSocket(socket, {
      isServer: true,
      secureContext: await contextOf(host),
      ALPNProtocols: ['http/1.1'],
    });
    secured.keyturnRun = runOf(request);
    secured.keyturnOrigin = `https://${hostname}${port === '443' ? '' : `:${port}`}`;
    server.emit('connection', secured);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    certificate: authority.cert,
    addressFor: (run) => `http://${run}:x@127.0.0.1:${server.address().port}`,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function makeContext(host, authority) {
  const { private: key, cert } = await generate(
    [{ name: 'commonName', value: host.slice(0, 60) || 'host' }],
    {
      ...keyType,
      ca: { key: authority.private, cert: authority.cert },
      extensions: [
        { name: 'subjectAltName', altNames: [isIP(host) ? { type: 7, ip: host } : { type: 2, value: host }] },
      ],
    },
  );
  return tls.createSecureContext({ key, cert });
}

function runOf(request) {
  const [, credentials = ''] = (request.headers['proxy-authorization'] ?? '').split(' ');
  return Buffer.from(credentials, 'base64').toString().split(':')[0];
}
