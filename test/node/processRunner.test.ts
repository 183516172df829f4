import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessRunner } from '../../src/node/processRunner.ts';
import type { ProcessOptions } from '../../src/sources/processRunner.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-process-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const env = {
  PATH: process.env['PATH'],
  KEYTURN_TOKEN_OTHER: 'secret',
  keyturn_password_x: 'secret',
  PLAIN: 'yes',
};
const run = (script: string, options: Partial<ProcessOptions> = {}) =>
  createProcessRunner(env).run([process.execPath, '-e', script], {
    cwd: folder,
    maxBytes: 1024 * 1024,
    timeoutMs: 15_000,
    signal: new AbortController().signal,
    ...options,
  });
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const eventuallyDead = async (pid: number) => {
  for (let i = 0; i < 50 && isAlive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  return !isAlive(pid);
};

describe('a program', () => {
  it('gives what it printed on both streams, and its code', async () => {
    const output = await run(
      `process.stdout.write('out'); process.stderr.write('err'); process.exitCode = 7`,
    );
    expect({ ...output, stdout: String(output.stdout), stderr: String(output.stderr) }).toEqual({
      exitCode: 7,
      stdout: 'out',
      stderr: 'err',
    });
  });

  it('runs in its folder, without a shell, without input, without the secrets of Keyturn', async () => {
    const script = `let input = ''; process.stdin.on('data', (d) => (input += d)).on('end', () =>
      console.log(JSON.stringify({ cwd: process.cwd(), args: process.argv.slice(1), env: process.env, input })))`;
    const output = await createProcessRunner(env).run(
      [process.execPath, '-e', script, '$HOME; `id` && "x"'],
      {
        cwd: folder,
        maxBytes: 10_000,
        timeoutMs: 15_000,
        signal: new AbortController().signal,
      },
    );
    expect(JSON.parse(String(output.stdout))).toEqual({
      cwd: folder,
      args: ['$HOME; `id` && "x"'],
      env: { PATH: env.PATH, PLAIN: 'yes' },
      input: '',
    });
  });

  it('is found relative to its folder', async () => {
    await writeFile(join(folder, 'print.sh'), '#!/bin/sh\nprintf %s "$1"\n', { mode: 0o755 });
    const output = await createProcessRunner(env).run(['./print.sh', 'hello'], {
      cwd: folder,
      maxBytes: 100,
      timeoutMs: 15_000,
      signal: new AbortController().signal,
    });
    expect(String(output.stdout)).toBe('hello');
  });

  it.each([
    ['is not there', ['keyturn-no-such-program'], 'The program "keyturn-no-such-program" was not found.'],
    ['may not be run', ['./plain.txt'], 'The program "./plain.txt" may not be run.'],
  ])('that %s says so', async (_name, command, message) => {
    await writeFile(join(folder, 'plain.txt'), 'text', { mode: 0o644 });
    await expect(
      createProcessRunner(env).run(command, {
        cwd: folder,
        maxBytes: 100,
        timeoutMs: 15_000,
        signal: new AbortController().signal,
      }),
    ).rejects.toMatchObject({ code: 'command_failed', message });
  });

  it('that prints without end is ended', async () => {
    const script = `const line = 'x'.repeat(65536) + '\\n';
      const on = () => { while (process.stdout.write(line)); process.stdout.once('drain', on); }; on()`;
    await expect(run(script)).rejects.toMatchObject({
      code: 'command_failed',
      message: expect.stringContaining('printed too much') as string,
    });
  });

  it('that prints one huge line is ended', async () => {
    await expect(run(`process.stdout.write('x'.repeat(1024 * 1024 + 1))`)).rejects.toMatchObject({
      code: 'command_failed',
    });
    const { stdout } = await run(`process.stdout.write('x'.repeat(1024 * 1024))`);
    expect(stdout.length).toBe(1024 * 1024);
  });

  it('that complains without end is heard no further than so far', async () => {
    const { stderr, stdout } = await run(
      `process.stderr.write('x'.repeat(5000000), () => process.stdout.write('token'))`,
      { maxBytes: 1000 },
    );
    expect([stderr.length, String(stdout)]).toEqual([1000, 'token']);
  });

  it('that hangs is ended in time, with what it started', async () => {
    const script = `const { spawn } = require('node:child_process');
      process.on('SIGTERM', () => {});
      const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: 'ignore' });
      require('node:fs').writeFileSync('pids', process.pid + ' ' + child.pid);
      setInterval(() => {}, 1000)`;
    const start = performance.now();
    await expect(run(script, { timeoutMs: 1500 })).rejects.toMatchObject({
      code: 'command_failed',
      message: expect.stringContaining('did not end within 2 s') as string,
    });
    expect(performance.now() - start).toBeLessThan(8000);
    const [pid = 0, child = 0] = (await readFile(join(folder, 'pids'), 'utf8')).split(' ').map(Number);
    expect(pid).toBeGreaterThan(1);
    expect(await eventuallyDead(pid)).toBe(true);
    expect(await eventuallyDead(child)).toBe(true);
  });

  it('is ended when the person cancels', async () => {
    const controller = new AbortController();
    const script = `require('node:fs').writeFileSync('pids', String(process.pid)); setInterval(() => {}, 1000)`;
    const running = run(script, { signal: controller.signal });
    const pids = async () => Number(await readFile(join(folder, 'pids'), 'utf8').catch(() => '0'));
    while ((await pids()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(await eventuallyDead(await pids())).toBe(true);
    await expect(run('1', { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('that leaves something behind with its output open is not waited for', async () => {
    const script = `const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20000)'], { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
      child.unref();
      process.stdout.write('token ' + child.pid)`;
    const start = performance.now();
    const { stdout } = await run(script);
    expect(performance.now() - start).toBeLessThan(10_000);
    const [, pid = ''] = /^token (\d+)$/.exec(String(stdout)) ?? [];
    process.kill(Number(pid), 'SIGKILL');
  });
});
