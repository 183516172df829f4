import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandFolder, Terminal } from '../pty.ts';
import { keyturn } from '../support.ts';

const bin = commandFolder();
const CLEAR = '\r\u001b[2K';
const slow = { timeout: 120_000 };
let server: Server;
let folder: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    const path = request.url ?? '';
    if (path === '/missing') response.statusCode = 404;
    const body =
      path === '/big'
        ? JSON.stringify(Array.from({ length: 60_000 }, String))
        : '{"id":12345678901234567890}';
    setTimeout(() => response.end(body), path === '/slow' ? 2500 : 0);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'keyturn-terminal-'));
  await writeFile(
    join(folder, 'a.http'),
    [
      `# @name quick\nGET ${origin}/quick\n`,
      `# @name slow\nGET ${origin}/slow\n`,
      `# @name missing\nGET ${origin}/missing\n`,
      `# @name off\n# @disabled\nGET ${origin}/off\n`,
    ].join('\n###\n'),
  );
  await writeFile(join(folder, 'big.http'), `# @name big\nGET ${origin}/big\n`);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a run at a terminal', () => {
  it('shows progress while a request is slow, clears it, and ends with a summary', slow, async () => {
    await using terminal = new Terminal('keyturn run a.http', folder, bin);
    expect(await terminal.ended()).toBe(0);
    const { heard } = terminal;
    expect(heard).toMatch(/1 of 4 done · [\d.]+ s · GET http:\/\/127\.0\.0\.1:\d+\/slow/);
    // The result of the slow request stands where the progress was.
    expect(heard).toMatch(/\r\u001b\[2K\u001b\[32m✓\u001b\[39m GET [^\n]*\/slow/);
    const [, summary] = /\n(.*2 passed.*)\r\n$/.exec(heard) ?? [];
    expect(summary).toContain('\u001b[33m1 with status 400 or above\u001b[39m');
    expect(summary).toContain('1 not run (1 disabled)');
  });

  it('formats and colours the body of the chosen request', slow, async () => {
    await using terminal = new Terminal('keyturn run a.http --name quick', folder, bin);
    expect(await terminal.ended()).toBe(0);
    expect(terminal.heard).toContain(
      '{\r\n  \u001b[36m"id"\u001b[39m: \u001b[33m12345678901234567890\u001b[39m\r\n}\r\n',
    );
    expect(terminal.heard).not.toContain('passed');
  });

  it('writes no colours with NO_COLOR, and no progress with --json', slow, async () => {
    await using plain = new Terminal('keyturn run a.http --name quick', folder, bin, { NO_COLOR: '1' });
    expect(await plain.ended()).toBe(0);
    expect(plain.heard).toContain('{\r\n  "id": 12345678901234567890\r\n}\r\n');
    await using json = new Terminal('keyturn run a.http --name slow --json', folder, bin);
    expect(await json.ended()).toBe(0);
    expect(json.heard).not.toContain(CLEAR);
    expect(json.heard).toMatch(/^\{.*\}\r\n$/);
  });

  it('shows the beginning of a long body, and says how to get all of it', slow, async () => {
    await using terminal = new Terminal('keyturn run big.http --name big', folder, bin, { NO_COLOR: '1' });
    expect(await terminal.ended()).toBe(0);
    expect(terminal.heard.length).toBeLessThan(130_000);
    expect(terminal.heard).toContain(
      'This is the beginning of 720 kB. Pipe the body, or write it to a file with',
    );
  });
});

describe('a run in a pipe', () => {
  it('leaves a body as it came, however long', async () => {
    const quick = await keyturn(['run', 'a.http', '--name', 'quick'], { cwd: folder });
    expect(quick.out).toBe('{"id":12345678901234567890}');
    const big = await keyturn(['run', 'big.http', '--name', 'big'], { cwd: folder });
    expect(big.out).toHaveLength(720_001);
  });

  it('ends with the summary too, but not with --json', async () => {
    const fail = await keyturn(['run', 'a.http', '--fail'], { cwd: folder });
    expect(fail.code).toBe(1);
    expect(fail.out).toMatch(/\n\n2 passed · 1 failed · 1 not run \(1 disabled\) · [\d.]+ s\n$/);
    const json = await keyturn(['run', 'a.http', '--json'], { cwd: folder });
    expect(json.out).not.toContain('passed');
  });
});
