import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandFolder, Terminal } from '../pty.ts';
import { keyturn } from '../support.ts';

let server: Server;
let origin: string;
let folder: string;
let seen: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request.url ?? '');
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  seen = [];
  folder = await mkdtemp(join(tmpdir(), 'keyturn-input-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const text = () =>
  `GET ${origin}/first\n\n###\n# @prompt user Who?\n# @secret code\nGET ${origin}/{{user}}?code={{code}}\n`;

async function run(text: string, ...args: string[]) {
  await writeFile(join(folder, 'a.http'), text);
  return keyturn(['run', 'a.http', ...args], { cwd: folder });
}

describe('requests that ask for values', () => {
  it('are wrong use where nobody can be asked: nothing is sent', async () => {
    const { code, err } = await run(text(), '--var', 'user=zoe');
    expect({ code, seen }).toEqual({ code: 2, seen: [] });
    expect(err).toContain('a.http: The request on line 6 asks for "code".');
    expect(err).toContain('Pass --var "code=VALUE", or run the command at a terminal.');
  });

  it('are answered by --var, and a secret stays masked', async () => {
    const { code, out } = await run(text(), '--var', 'user=zoe', '--var', 'code=hunter2hunter2');
    expect({ code, seen }).toEqual({ code: 0, seen: ['/first', '/zoe?code=hunter2hunter2'] });
    expect(out).toContain('/zoe?code=•••code•••');
    expect(out).not.toContain('hunter2');
  });

  it('do not stop a call that does not send them', async () => {
    expect((await run(text(), '--line', '1')).code).toBe(0);
    expect((await run(`# @disabled\n# @prompt a\nGET ${origin}/{{a}}`)).code).toBe(0);
  });

  it('fail by themselves where only a file of the body asks', async () => {
    await writeFile(join(folder, 'body.txt'), '{{$input Name}}');
    const { code, out } = await run(`POST ${origin}/a\n\n<@ ./body.txt`, '--json');
    expect({ code, seen }).toEqual({ code: 1, seen: [] });
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'input_needed' } });
  });
});

describe('at a terminal', () => {
  const bin = commandFolder();
  const slow = { timeout: 120_000 };

  it('Keyturn asks, without an echo for a secret', slow, async () => {
    await writeFile(join(folder, 'a.http'), text());
    await using terminal = new Terminal('keyturn run a.http', folder, bin);
    await terminal.until(/Who\? \(user\): /);
    terminal.type('zoe\n');
    await terminal.until(/code: /);
    terminal.type('hunter2hunter2\n');
    expect(await terminal.ended()).toBe(0);
    expect(seen).toEqual(['/first', '/zoe?code=hunter2hunter2']);
    expect(terminal.heard).not.toContain('hunter2');
  });

  it(
    'Keyturn lets choose, proposes what the file does, and asks again after a wrong number',
    slow,
    async () => {
      const file = `GET ${origin}/{{$pick Which? $value: red,green}}/{{$input Size $value: big}}\n`;
      await writeFile(join(folder, 'a.http'), file);
      await using terminal = new Terminal('keyturn run a.http', folder, bin);
      await terminal.until(/Which\?\r\n {3}1 {2}red\r\n {3}2 {2}green\r\nNumber \(1 to 2\): /);
      terminal.type('3\n');
      await terminal.until(/3\r\nNumber \(1 to 2\): /);
      terminal.type('2\n');
      await terminal.until(/Size \[big\]: /);
      terminal.type('\n');
      expect(await terminal.ended()).toBe(0);
      expect(seen).toEqual(['/green/big']);
    },
  );

  it('--no-input asks nothing', slow, async () => {
    await writeFile(join(folder, 'a.http'), text());
    await using terminal = new Terminal('keyturn run a.http --no-input', folder, bin);
    expect(await terminal.ended()).toBe(2);
    await writeFile(join(folder, 'a.http'), `# @note Sure?\nGET ${origin}/a\n`);
    await using noted = new Terminal('keyturn run a.http --no-input', folder, bin);
    expect(await noted.ended()).toBe(1);
    expect(noted.heard).toContain('needs a confirmation');
    expect(seen).toEqual([]);
  });
});
