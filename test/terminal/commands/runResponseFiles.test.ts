import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keyturn } from '../support.ts';

let server: Server;
let origin: string;
let folder: string;

beforeAll(async () => {
  server = createServer((request, response) => response.end(`you asked for ${request.url ?? ''}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-written-'));
  await mkdir(join(folder, 'api'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(text: string, ...args: string[]) {
  await writeFile(join(folder, 'api', 'a.http'), text);
  return keyturn(['run', 'api/a.http', ...args], { cwd: folder });
}

describe('`>> file`', () => {
  it('writes the response beside the request file, and says where', async () => {
    const { code, out } = await run(
      `GET ${origin}/a\n\n>> ./out.txt\n\n###\nGET ${origin}/b\n\n>> ./out.txt`,
      '--fail',
    );
    expect(code).toBe(0);
    expect(out).toContain('note: Keyturn wrote the response to out.txt.');
    expect(out).toContain('note: Keyturn wrote the response to out-1.txt.');
    expect(await readFile(join(folder, 'api', 'out.txt'), 'utf8')).toBe('you asked for /a');
    expect(await readFile(join(folder, 'api', 'out-1.txt'), 'utf8')).toBe('you asked for /b');
  });

  it('writes above the folder of the request file in a repository only', async () => {
    const text = `GET ${origin}/a\n\n>>! ../out.txt`;
    const refused = await run(text, '--json');
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.out)).toMatchObject({ response: null, error: { code: 'file_unreadable' } });
    await mkdir(join(folder, '.git'));
    expect((await run(text)).code).toBe(0);
    expect(await readFile(join(folder, 'out.txt'), 'utf8')).toBe('you asked for /a');
  });

  it('is refused with --untrusted, and nothing is sent', async () => {
    const { code, out } = await run(`GET ${origin}/a\n\n>> out.txt`, '--untrusted', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ response: null, error: { code: 'untrusted_workspace' } });
    expect(await readdir(join(folder, 'api'))).toEqual(['a.http']);
  });
});
