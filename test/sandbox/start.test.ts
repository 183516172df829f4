import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/start.ts';
import { bundleSandbox } from './bundle.ts';

let bundle: Awaited<ReturnType<typeof bundleSandbox>>;
beforeAll(async () => {
  bundle = await bundleSandbox();
});
afterAll(() => bundle.remove());

const anyPorts = { issuerPort: 0, apiPort: 0 };

describe('startSandbox', () => {
  test('starts on loopback, says where it is and stops', async () => {
    const sandbox = await startSandbox({ entry: bundle.entry, ...anyPorts });
    expect(sandbox.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(sandbox.api).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(sandbox.clients.map(({ id }) => id)).toEqual(['viewer', 'editor', 'admin']);
    expect((await fetch(sandbox.api)).status).toBe(200);

    await sandbox.stop();
    expect(await sandbox.exited).toBe(0);
    await expect(fetch(sandbox.api)).rejects.toThrow();
    await sandbox.stop();
  });

  test('takes other ports where the preferred ones are taken', async () => {
    const taken = [7420, 7421].map((port) =>
      createServer()
        .listen(port, '127.0.0.1')
        .on('error', () => undefined),
    );
    try {
      const sandbox = await startSandbox({ entry: bundle.entry });
      expect(new URL(sandbox.issuer).port).not.toBe('7420');
      expect(new URL(sandbox.api).port).not.toBe('7421');
      await sandbox.stop();
    } finally {
      for (const server of taken) server.close();
    }
  });

  test('says which port is taken when it was asked for', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const started = startSandbox({ entry: bundle.entry, issuerPort: 0, apiPort: port });
    await expect(started).rejects.toMatchObject({
      code: 'sandbox_failed',
      message: `The sandbox could not listen on port ${port}; it may be taken.`,
    });
    taken.close();
  });

  test('passes on what is wrong with an option', async () => {
    const started = startSandbox({ entry: bundle.entry, ...anyPorts, lifetimeSeconds: 0 });
    await expect(started).rejects.toMatchObject({
      code: 'sandbox_failed',
      message: '--lifetime must be a whole number from 1 to 86400.',
    });
  });

  test('fails when the entry is missing or announces something else', async () => {
    await expect(startSandbox({ entry: `${bundle.entry}.missing` })).rejects.toMatchObject({
      code: 'sandbox_failed',
    });
    const other = join(bundle.entry, '..', 'other.mjs');
    await writeFile(other, 'console.log("hello"); process.stdin.resume();');
    await expect(startSandbox({ entry: other })).rejects.toMatchObject({ code: 'sandbox_failed' });
  });

  test('is cancelled before and while it starts', async () => {
    const cancelled = startSandbox({ entry: bundle.entry, ...anyPorts, signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    const controller = new AbortController();
    const started = startSandbox({ entry: bundle.entry, ...anyPorts, signal: controller.signal });
    setTimeout(() => controller.abort(), 30);
    await expect(started).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('tells when the process dies by itself', async () => {
    const dying = join(bundle.entry, '..', 'dying.mjs');
    const announcement = { issuer: 'a', api: 'b', clients: [], apiKey: 'c', lifetimeSeconds: 1 };
    await writeFile(
      dying,
      `console.log(${JSON.stringify(JSON.stringify(announcement))}); process.exitCode = 7;`,
    );
    const sandbox = await startSandbox({ entry: dying });
    expect(await sandbox.exited).toBe(7);
  });
});

describe('the process', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('ends on %s', async (signal) => {
    const child = spawn(process.execPath, [bundle.entry, '--issuer-port', '0', '--api-port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('announces itself over IPC and ends when the channel closes', async () => {
    const child = spawn(process.execPath, [bundle.entry, '--issuer-port', '0', '--api-port', '0'], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [announcement] = (await once(child, 'message')) as unknown[];
    expect(announcement).toMatchObject({ lifetimeSeconds: 300 });
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('ends when its starter is killed', async () => {
    const starter = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { spawn } from 'node:child_process';
         spawn(process.execPath, [${JSON.stringify(bundle.entry)}, '--issuer-port', '0', '--api-port', '0'],
           { stdio: ['pipe', 'inherit', 'inherit'] });`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const { api } = JSON.parse(line.toString()) as { api: string };
    expect((await fetch(api)).status).toBe(200);
    starter.kill('SIGKILL');
    // Its stdout is shared with the sandbox, so the end of that is the end of both.
    await once(starter, 'close');
    await expect(fetch(api)).rejects.toThrow();
  });
});
