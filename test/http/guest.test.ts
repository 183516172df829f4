import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { onCleanup } from './support.ts';

const run = promisify(execFile);
const client = new URL('../../src/http/client.ts', import.meta.url).href;

/** Sends one request to a server in the same process, and compares everything global before and after. */
function program(importPath: string): string {
  return `
    // An import of node:http would read all its getters, and with that load Node's own fetch.
    import { createRequire } from 'node:module';
    const require = createRequire('file:///program.mjs');
    const http = require('node:http');
    const https = require('node:https');
    const symbols = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')];
    const look = () => [
      ...symbols.map((symbol) => [symbol in globalThis, globalThis[symbol]]).flat(),
      Object.getOwnPropertyNames(globalThis).join(),
      Object.getOwnPropertySymbols(globalThis).map(String).join(),
      Object.getOwnPropertyDescriptor(globalThis, 'fetch').value ?? Object.getOwnPropertyDescriptor(globalThis, 'fetch').get,
      http.globalAgent, https.globalAgent, http.request, https.request, http.Agent,
      process.listenerCount('uncaughtException'), process.listenerCount('warning'),
    ];
    const before = look();
    const { createHttpClient } = await import(${JSON.stringify(importPath)});
    const server = http.createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1', async () => {
      const client = createHttpClient({ proxy: null, caCertificates: [] });
      const response = await client.send({
        method: 'GET', url: new URL('http://127.0.0.1:' + server.address().port), headers: [], body: null, secrets: [],
        followRedirects: true, verifyTls: true, connectTimeoutMs: 5000, totalTimeoutMs: 5000, maxBodyBytes: 1000,
      });
      const after = look();
      const changed = before.map((value, i) => (Object.is(value, after[i]) ? null : i)).filter((i) => i !== null);
      console.log(JSON.stringify({ status: response.status, changed }));
      await client.close();
      server.close();
    });
  `;
}

interface Outcome {
  readonly status: number;
  readonly changed: readonly number[];
}

async function outcome(node: string, importPath: string): Promise<Outcome> {
  const { stdout } = await run(node, ['--input-type=module', '-e', program(importPath)]);
  return JSON.parse(stdout) as Outcome;
}

describe('a guest in its process', () => {
  it('leaves everything global as it was', async () => {
    const { status, changed } = await outcome(process.execPath, client);
    expect({ status, changed }).toEqual({ status: 200, changed: [] });
  });

  it('is the same when bundled, also for the oldest Node that is supported', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyturn-guest-'));
    onCleanup(() => rm(folder, { recursive: true }));
    const outfile = join(folder, 'client.mjs');
    const { metafile } = await build({
      entryPoints: [new URL(client).pathname],
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      outfile,
      metafile: true,
      logLevel: 'silent',
      banner: {
        js: "import { createRequire as __makeRequire } from 'node:module'; const require = __makeRequire(import.meta.url);",
      },
    });
    expect(Object.keys(metafile.inputs).filter((path) => path.endsWith('undici/lib/global.js'))).toEqual([]);
    const nodes = [
      process.execPath,
      ...['/usr/bin/node', '/usr/local/bin/node'].filter((path) => existsSync(path)),
    ];
    for (const node of nodes) {
      const { status, changed } = await outcome(node, outfile);
      expect({ node, status, changed }).toEqual({ node, status: 200, changed: [] });
    }
  });
});
