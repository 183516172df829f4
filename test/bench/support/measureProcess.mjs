import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const reporter = fileURLToPath(new URL('reportUsage.cjs', import.meta.url));

/**
 * Runs `node` with the arguments, from start to exit, its output thrown away.
 * Returns wall and CPU time in seconds and the peak of the resident memory in MiB; throws where the exit is not 0.
 */
export async function measureNode(args, { cwd, env = {} } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
  const usage = join(folder, 'usage');
  try {
    const from = performance.now();
    const child = spawn(process.execPath, args, {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        ...env,
        NO_COLOR: '1',
        NODE_OPTIONS: `--require=${JSON.stringify(reporter)}`,
        KEYTURN_BENCH_USAGE: usage,
      },
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (complaint = `${complaint}${text}`.slice(-2000)));
    const ended = once(child, 'close');
    const [code] = await once(child, 'exit');
    const wallSeconds = (performance.now() - from) / 1000;
    await ended;
    if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}: ${complaint}`);
    // One line a process: a command may start others of its own.
    const used = (await readFile(usage, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return {
      wallSeconds,
      cpuSeconds: used.reduce((sum, one) => sum + one.cpuSeconds, 0),
      peakRssMiB: Math.max(...used.map((one) => one.peakRssKiB)) / 1024,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
