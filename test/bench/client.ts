// Sequential requests by Keyturn's client against a bare loop of undici, alternating in one process.
// Run with: node test/bench/client.ts
import { Agent, request } from 'undici';
import { createHttpClient } from '../../src/http/client.ts';
import { startServer } from './support/httpServer.ts';

const ROUNDS = 7;
const server = await startServer();
const url = `${server.url}/small`;
const headers: [string, string][] = [
  ['Accept', 'application/json'],
  ['Authorization', 'Bearer benchmark'],
  ['Accept-Encoding', 'identity'],
  ['User-Agent', 'bench'],
];

const agent = new Agent();
async function bare(count: number): Promise<number> {
  const startedAt = performance.now();
  for (let i = 0; i < count; i += 1) {
    const { statusCode, body } = await request(url, { dispatcher: agent, headers: headers.flat() });
    const bytes = await body.arrayBuffer();
    if (statusCode !== 200 || bytes.byteLength === 0) throw new Error('Wrong response');
  }
  return performance.now() - startedAt;
}

const client = createHttpClient({ proxy: null, caCertificates: [] });
async function keyturn(count: number): Promise<number> {
  const startedAt = performance.now();
  for (let i = 0; i < count; i += 1) {
    const { status, body } = await client.send({
      method: 'GET',
      url: new URL(url),
      headers,
      body: null,
      secrets: [],
      followRedirects: true,
      verifyTls: true,
      connectTimeoutMs: 10_000,
      totalTimeoutMs: 60_000,
      maxBodyBytes: 10_000_000,
    });
    if (status !== 200 || body.byteLength === 0) throw new Error('Wrong response');
  }
  return performance.now() - startedAt;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

await bare(500);
await keyturn(500);
for (const count of [1000, 10_000]) {
  const times: { bare: number; keyturn: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = round % 2 === 0 ? await bare(count) : 0;
    const own = await keyturn(count);
    times.push({ bare: first || (await bare(count)), keyturn: own });
  }
  const bareMs = median(times.map((time) => time.bare));
  const keyturnMs = median(times.map((time) => time.keyturn));
  const ratio = median(times.map((time) => time.keyturn / time.bare));
  console.log(
    `${count} requests: undici ${bareMs.toFixed(0)} ms, keyturn ${keyturnMs.toFixed(0)} ms, ratio ${ratio.toFixed(2)}`,
  );
}
await client.close();
await agent.close();
server.stop();
