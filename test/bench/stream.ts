// Streams 1 GB into a sink and prints how far memory grew, and how fast it went.
// Run with: node --expose-gc test/bench/stream.ts
import { createHttpClient } from '../../src/http/client.ts';
import { startServer } from './support/httpServer.ts';

const MIB = 1024 * 1024;
const server = await startServer();
const client = createHttpClient({ proxy: null, caCertificates: [] });

async function stream(path: string): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  let bytes = 0;
  const startedAt = performance.now();
  const response = await client.send({
    method: 'GET',
    url: new URL(path, server.url),
    headers: [],
    body: null,
    secrets: [],
    followRedirects: true,
    verifyTls: true,
    connectTimeoutMs: 10_000,
    totalTimeoutMs: 0,
    maxBodyBytes: MIB,
    saveBodyTo: {
      write: (chunk) => {
        bytes += chunk.byteLength;
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    },
  });
  const seconds = (performance.now() - startedAt) / 1000;
  clearInterval(timer);
  if (response.sizeBytes !== bytes || bytes !== 1024 * MIB) throw new Error(`Wrong size: ${bytes}`);
  const rate = bytes / MIB / seconds;
  console.log(
    `${path}: 1 GiB in ${seconds.toFixed(1)} s (${rate.toFixed(0)} MiB/s), memory grew by at most ${((peak - before) / MIB).toFixed(0)} MiB`,
  );
}

await stream('/large');
await stream('/large');
await stream('/large-gzip');
await client.close();
server.stop();
