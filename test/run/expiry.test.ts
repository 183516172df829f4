import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { fetchThrough } from '../../src/http/fetch.ts';
import { createObtain } from '../../src/oauth/obtain.ts';
import { privateFiles } from '../../src/node/privateFiles.ts';
import { runInOrder } from '../../src/run/batch.ts';
import { createHttpClient } from '../../src/http/client.ts';
import { httpServer, onCleanup } from '../http/support.ts';
import { profileOf } from '../token/support.ts';
import { engineOver } from './support.ts';
import { everythingAllowed } from '../token/sources/support.ts';

const REQUESTS = 4000;
const CONCURRENCY = 64;
/** Makes the batch last longer than a token lives, however fast the machine is: at least 3 s. */
const ANSWER_AFTER_MS = 50;

describe('tokens that end during a batch of 4,000 requests', () => {
  it.each([
    ['when they said they would', 2000, 2],
    ['earlier than they said', 2000, 3600],
    ['without having said when', 2000, null],
  ])(
    'end %s',
    async (_name, livesMs, expiresIn) => {
      const ends = new Map<string, number>();
      const { url } = await httpServer((request, response) => {
        if (request.url === '/token') {
          const token = `token-${ends.size}`;
          ends.set(`Bearer ${token}`, Date.now() + livesMs);
          response.writeHead(200, { 'content-type': 'application/json' });
          const lifetime = expiresIn === null ? {} : { expires_in: expiresIn };
          response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', ...lifetime }));
          return;
        }
        if ((ends.get(request.headers.authorization ?? '') ?? 0) > Date.now()) {
          setTimeout(() => response.end('taken'), ANSWER_AFTER_MS);
        } else {
          response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
          response.end();
        }
      });
      const client = createHttpClient({ proxy: null, caCertificates: [] });
      onCleanup(() => client.close());
      const fetch = fetchThrough(client);
      const obtain = createObtain({
        fetch,
        fetchAs: () => fetch,
        files: privateFiles,
        consent: everythingAllowed,
        clock: systemClock,
        mask: (text) => text,
        register: () => undefined,
      });
      const profile = profileOf({
        origins: ['http://127.0.0.1:*'],
        issuer: null,
        tokenEndpoint: `${url}/token`,
        clientAuthentication: 'none',
      });
      const { run } = engineOver({ profiles: [profile], manager: { clock: systemClock, obtain }, client });
      const startedAt = performance.now();
      const items = Array.from({ length: REQUESTS }, (_, index) => index);
      const work = () => run(`# @token viewer\nGET ${url}/reports\n`);
      const failures = new Map<string, number>();
      for await (const { error, response } of runInOrder(items, work, { concurrency: CONCURRENCY })) {
        const outcome = error?.code ?? String(response?.status);
        if (outcome !== '200') failures.set(outcome, (failures.get(outcome) ?? 0) + 1);
      }
      const tookMs = performance.now() - startedAt;
      expect(Object.fromEntries(failures)).toEqual({});
      // One token for each end of the one before, and for nothing else.
      expect(ends.size).toBeGreaterThan(1);
      expect(ends.size).toBeLessThan(3 + (2 * tookMs) / livesMs);
    },
    60_000,
  );
});
