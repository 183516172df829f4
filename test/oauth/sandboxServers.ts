import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { createApi } from '../../src/sandbox/api.ts';
import { createIssuer, encryptionAlgorithm } from '../../src/sandbox/issuer.ts';

export interface SandboxServers {
  readonly issuer: string;
  readonly api: string;
  readonly decryptionJwk: JWK;
  /** How often the issuer was asked, by method and path. */
  asked(request: string): number;
  /** When the issuer answered, and how, by method and path. */
  answers(request: string): readonly Answer[];
  /** From now on the issuer answers no request, until the returned function is called. */
  holdIssuer(): () => void;
  /** How many wait for that answer and have not given up. */
  waiting(): number;
  close(): Promise<void>;
}

export interface Answer {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly status: number;
}

/** The sandbox's provider and API in this process: a strict certified provider with pages for people. */
export async function startSandboxServers(lifetimeSeconds = 300, apiDelayMs = 0): Promise<SandboxServers> {
  const counts = new Map<string, number>();
  const answers = new Map<string, Answer[]>();
  let held: Promise<void> | null = null;
  let waiting = 0;
  let answerIssuer: RequestListener = () => undefined;
  let answerApi: RequestListener = () => undefined;
  const issuer = await listen((request, response) => {
    const key = `${request.method ?? ''} ${(request.url ?? '').split('?')[0] ?? ''}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    response.once('finish', () => {
      const answer = { atMs: Date.now(), status: response.statusCode };
      answers.set(key, [...(answers.get(key) ?? []), answer]);
    });
    if (held === null) {
      answerIssuer(request, response);
      return;
    }
    waiting += 1;
    response.once('close', () => (waiting -= 1));
    void held.then(() => request.destroyed || answerIssuer(request, response));
  });
  const api = await listen((request, response) => {
    if (apiDelayMs === 0) answerApi(request, response);
    else setTimeout(() => answerApi(request, response), apiDelayMs);
  });
  const { publicKey, privateKey } = await generateKeyPair(encryptionAlgorithm, { extractable: true });
  const decryptionJwk = await exportJWK(privateKey);
  answerIssuer = await createIssuer({
    issuer: issuer.origin,
    audience: api.origin,
    lifetimeSeconds,
    encryptionKey: publicKey,
  });
  answerApi = createApi({
    issuer: issuer.origin,
    audience: api.origin,
    limits: { limit: 1000, windowSeconds: 60, style: 'none' },
    decryptionKey: privateKey,
    decryptionJwk,
  });
  return {
    issuer: issuer.origin,
    api: api.origin,
    decryptionJwk,
    asked: (request) => counts.get(request) ?? 0,
    answers: (request) => answers.get(request) ?? [],
    holdIssuer: () => {
      let release: () => void = () => undefined;
      held = new Promise((resolve) => (release = resolve));
      return () => {
        held = null;
        release();
      };
    },
    waiting: () => waiting,
    close: async () => {
      await Promise.all([close(issuer.server), close(api.server)]);
    },
  };
}

async function listen(handle: RequestListener): Promise<{ server: Server; origin: string }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
