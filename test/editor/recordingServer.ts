import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordingServer {
  readonly origin: string;
  /** Everything that was sent to it: lines, headers and bodies. */
  received(): string;
  close(): void;
}

/** A server that answers everything and keeps what it is sent. */
export async function recordingServer(): Promise<RecordingServer> {
  let received = '';
  const server = createServer((request, response) => {
    received += `${request.method} ${request.url}\n${JSON.stringify(request.headers)}\n`;
    request.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    request.on('end', () => response.end('ok'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => received,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
