import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';

const CHUNK = Buffer.from(Array.from({ length: 256 * 1024 }, (_, i) => (i * 2_654_435_761) >>> 24));
const GIB = 1024 * 1024 * 1024;

/** The server of the HTTP benchmarks, in a process of its own: `/small`, `/large` (1 GiB), `/large-gzip`. */
export async function startServer(): Promise<{ url: string; stop(): void }> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `http://127.0.0.1:${port.toString().trim()}`, stop: () => child.kill() };
}

function serve(request: http.IncomingMessage, response: http.ServerResponse): void {
  if (request.url === '/small') {
    response.writeHead(200, { 'Content-Type': 'application/json', 'X-RateLimit-Limit': '5000' });
    response.end('{"id":1,"name":"a small response","tags":["x","y"]}');
    return;
  }
  const gzip = request.url === '/large-gzip';
  if (gzip) response.setHeader('Content-Encoding', 'gzip');
  else response.setHeader('Content-Length', GIB);
  const target = gzip ? zlib.createGzip({ level: 1 }) : response;
  if (target !== response) target.pipe(response);
  let left = GIB / CHUNK.length;
  const more = (): void => {
    for (; left > 0; left -= 1) {
      if (!target.write(CHUNK)) {
        left -= 1;
        target.once('drain', more);
        return;
      }
    }
    target.end();
  };
  more();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = http.createServer(serve).listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`);
  });
}
