// Entry of the sandbox process: an OpenID provider and a reports API on 127.0.0.1, until the process that started it ends.
import { fstatSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { KeyturnError } from '../base/errors.ts';
import type { Announcement } from './announcement.ts';
import { createApi } from './api.ts';
import { sandboxApiKey, sandboxClients } from './clients.ts';
import { createIssuer, encryptionAlgorithm } from './issuer.ts';
import { parseSandboxArguments } from './options.ts';

const host = '127.0.0.1';
const preferredPorts = { issuer: 7420, api: 7421 };

/** A server that already has its port, so that its address is known before what answers there is built. */
interface Listening {
  readonly server: Server;
  readonly origin: string;
  handle: RequestListener;
}

async function main(): Promise<void> {
  const options = parseSandboxArguments(process.argv.slice(2));
  const issuer = await listen('issuer', options.issuerPort);
  const api = await listen('api', options.apiPort);
  const encryption = await generateKeyPair(encryptionAlgorithm, { extractable: true });
  issuer.handle = await createIssuer({
    issuer: issuer.origin,
    audience: api.origin,
    lifetimeSeconds: options.lifetimeSeconds,
    encryptionKey: encryption.publicKey,
  });
  api.handle = createApi({
    issuer: issuer.origin,
    audience: api.origin,
    limits: options.limits,
    decryptionKey: encryption.privateKey,
    decryptionJwk: { ...(await exportJWK(encryption.privateKey)), alg: encryptionAlgorithm },
  });

  stopWithStarter(() => {
    for (const { server } of [issuer, api]) {
      server.close();
      server.closeAllConnections();
    }
    process.exit(0);
  });
  announce({
    issuer: issuer.origin,
    api: api.origin,
    clients: [...sandboxClients],
    apiKey: sandboxApiKey,
    lifetimeSeconds: options.lifetimeSeconds,
  });
}

/** Takes `port`, or where that is null the preferred port, or any free one. */
async function listen(role: 'issuer' | 'api', port: number | null): Promise<Listening> {
  const listening = { handle: notReady };
  const server = createServer((request, response) => {
    listening.handle(request, response);
  });
  if (port !== null) await bind(server, port);
  else await bind(server, preferredPorts[role]).catch(() => bind(server, 0));
  const { port: bound } = server.address() as AddressInfo;
  return Object.assign(listening, { server, origin: `http://${host}:${bound}` });
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => {
      reject(
        new KeyturnError('sandbox_failed', `The sandbox could not listen on port ${port}; it may be taken.`, {
          cause,
        }),
      );
    };
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

const notReady: RequestListener = (_request, response) => {
  response.writeHead(503, { 'retry-after': '1' }).end();
};

/** The process that started this one holds its stdin or its IPC channel open; both close even when that one is killed. */
function stopWithStarter(stop: () => void): void {
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
  const stdin = fstatSync(0);
  if (stdin.isFIFO() || stdin.isSocket()) process.stdin.once('close', stop).resume();
}

function announce(announcement: Announcement): void {
  process.stdout.write(`${JSON.stringify(announcement)}\n`);
  process.send?.(announcement);
}

try {
  await main();
} catch (error) {
  const message =
    error instanceof KeyturnError ? error.message : `The sandbox could not start: ${String(error)}`;
  announce({ error: message });
  process.exitCode = 1;
  // A server that already listens would keep the process alive.
  process.stdout.write('', () => process.exit());
}
