import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts server.mjs. `origin` is where it listens, `ask(path)` reads /count or /marks. */
export async function startServer() {
  const script = fileURLToPath(new URL('server.mjs', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(child.stdout, 'data');
  const origin = `http://127.0.0.1:${Number(port)}`;
  return {
    origin,
    ask: async (path) => (await fetch(`${origin}${path}`)).json(),
    stop: () => void child.kill(),
  };
}
