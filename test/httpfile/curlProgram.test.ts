import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolve } from './support.ts';

/** Whether curl and bash are installed; where they are not, curl.test.ts alone says how commands are read. */
const isInstalled =
  spawnSync('curl', ['--version']).status === 0 && spawnSync('bash', ['--version']).status === 0;

const files = {
  'lines.txt': 'first line\r\nsecond & line\n',
  'data.bin': new Uint8Array([0, 13, 10, 255, 37]),
  'a b.json': '{"a": 1}\n',
};
/** What the program sends of its own, or says in another way. */
const ofCurl = new Set(['host', 'content-length', 'connection', 'expect', 'accept', 'user-agent']);

interface Sent {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly headers: readonly string[];
  readonly body: string;
}

function normal(
  method: string | undefined,
  target: string | undefined,
  headers: readonly (readonly [string, string])[],
  body: string,
): Sent {
  const boundary = headers.map(([, value]) => /; boundary=(\S+)$/.exec(value)?.[1]).find(Boolean);
  const plain = (text: string) => (boundary === undefined ? text : text.replaceAll(boundary, 'BOUNDARY'));
  const kept = headers.filter(([name, value]) => {
    return (
      !ofCurl.has(name.toLowerCase()) ||
      (name.toLowerCase() === 'accept' && value !== '*/*') ||
      value === 'agent'
    );
  });
  return {
    method,
    target: new URL(target ?? '', 'http://a').href.replace(/%[\da-f]{2}/gi, (escape) => escape.toUpperCase()),
    headers: kept
      .map(([name, value]) => plain(`${name.toLowerCase()}: ${value.replace(/\s+/g, ' ').trim()}`))
      .sort(),
    body: plain(body),
  };
}

if (isInstalled)
  describe('a command as curl itself runs it', () => {
    let folder = '';
    let origin = '';
    let received: Sent | null = null;
    const server = createServer((request: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const headers = request.rawHeaders.flatMap((name, index) => {
          const pair: [string, string] = [name, request.rawHeaders[index + 1] ?? ''];
          return index % 2 === 0 ? [pair] : [];
        });
        received = normal(request.method, request.url, headers, Buffer.concat(chunks).toString('latin1'));
        response.end();
      });
    });

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'keyturn-curl-'));
      for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });

    afterAll(async () => {
      server.close();
      await rm(folder, { recursive: true });
    });

    /** What the program sends; null where it refuses the command. */
    async function byCurl(command: string): Promise<Sent | null> {
      received = null;
      const env = { PATH: process.env['PATH'] ?? '', HOME: folder, LC_ALL: 'C.UTF-8' };
      const script = command.replace(/^curl /, 'curl -q -s -m 5 ');
      await new Promise<void>((done) => {
        const child = execFile('bash', ['-c', script], { cwd: folder, env }, () => done());
        child.stdin?.end();
      });
      return received;
    }

    /** What Keyturn would send; null where it refuses. */
    async function byKeyturn(command: string): Promise<Sent | null> {
      const contents = Object.fromEntries(
        Object.entries(files).map(([name, content]) => [`/project/api/${name}`, content]),
      );
      const request = await resolve(command, { contents }).catch(() => null);
      if (request === null) return null;
      const { pathname, search } = new URL(request.url);
      const body = Buffer.from(request.body ?? []).toString('latin1');
      return normal(request.method, pathname + search, request.headers, body);
    }

    test.each([
      `curl ORIGIN/a -d x=1 -d 'y=two words' -d @lines.txt`,
      `curl -sSX PUT ORIGIN/a --data-binary @data.bin -H 'Content-Type: x/y'`,
      `curl ORIGIN/a -d @data.bin --data-raw @lines.txt --data-ascii z -d ''`,
      `curl ORIGIN/a --data-urlencode 'a b' --data-urlencode '=c&d' --data-urlencode "e=f'(g)!*~" --data-urlencode @lines.txt --data-urlencode n@data.bin`,
      `curl -G ORIGIN/a?b=1 -d c=2 --data-urlencode 'd=e f' -d g@h`,
      `curl -G 'ORIGIN/a?#part' -d c=2`,
      `curl -IG ORIGIN/a -d c=2`,
      `curl --json '{"a":' --json '1}' ORIGIN/a -H 'Accept: b/c'`,
      `curl --json @'a b.json' ORIGIN/a`,
      `curl -F a=b -F 'c="d;e";type=text/plain;charset=utf-8' -F 'f=@lines.txt;filename="g\\"h"' -F 'i=<lines.txt' -F '=j' ORIGIN/a`,
      `curl --form-string 'a=@b;type=c' -F 'é"=ü' -F 'f=@data.bin' -F 'g=@a b.json;type=application/json' ORIGIN/a -H 'Content-Type: multipart/form-data'`,
      `curl -T lines.txt ORIGIN/a/ -H 'Content-Type: b/c'`,
      `curl -T 'a b.json' ORIGIN`,
      `curl -Tdata.bin 'ORIGIN/a?b=/'`,
      `curl -u 'eve:two words' ORIGIN/a -A agent -e 'http://b/;auto' -b c=d -b 'e=f; g=h' -r 5`,
      `curl -u zoë:ключ ORIGIN/a`,
      `curl --oauth2-bearer t0ken -u a:b ORIGIN/a`,
      `curl -u a:b -H 'Authorization: c' ORIGIN/a -H 'Cookie: i=j' -b k=l -H 'Range:' -r 0-9`,
      `curl ORIGIN/a -H 'X-A;' -H 'X-B:' -H 'X-C:  d  ' -d e -H 'content-type:'`,
      `curl --user-a agent -X PATCH --HEADER 'X-A: b' --no-insecure --no-location ORIGIN/a --max-t 3 -L --no-keepalive`,
      `curl -vsSfiLkX DELETE -o /dev/null -w '' ORIGIN/a --retry 0 --connect-timeout 3`,
      `curl -g 'ORIGIN/a?b={c}&d=[1-2]'`,
      `curl 'ORIGIN/a?b=\\[c\\]&d=[]'`,
      `curl -- ORIGIN/a`,
      `curl --url ORIGIN/a -d"x=1"'y'z\\ w`,
      `curl ORIGIN/a \\\n  -d 'line\nbreak' # comment\n`,
      `curl ORIGIN/a --data-raw $'\\x{41}\\x{141}\\x{4z\\x{c3}\\xA9'`,
      `curl -F 'a= b ' -F 'c=" d "' -F 'e=@lines.txt ; type=text/x ' -F 'f=@lines.txt; filename= g h ;type=a/b' ORIGIN/a`,
      `curl -T lines.txt 'ORIGIN/a/#b/'`,
      `curl ORIGIN/a --data-raw $'\\u0041\\x42\\103\\t\\e\\cA\\q\\\\\\'\\"\\?\\U0001F511\\xc3\\xa9 \\u21'`,
      `curl ORIGIN/a -d "a\\$b\\"c\\\\d\\e 5$ \\\nf"`,
      `curl ORIGIN/a -d a"b"'c'$'d'$"e"#f`,
      `curl -XPOST ORIGIN/a?b=*`,
      `curl -d '%41%zz é+' ORIGIN/a`,
    ])('%s', async (written) => {
      const command = written.replaceAll('ORIGIN', origin);
      const sent = await byCurl(command);
      expect(sent).not.toBeNull();
      expect(await byKeyturn(command)).toEqual(sent);
    });

    /** Commands put together at random: the same request, or none. */
    const quoted = fc
      .string({ unit: fc.constantFrom(...Array.from('ab1 =&;@<%+\'"\\$\n\t{}[],:.~')), maxLength: 12 })
      .map((text) => `'${text.replaceAll("'", `'\\''`)}'`);
    const option = fc.oneof(
      fc.tuple(
        fc.constantFrom(
          ...[
            '-d ',
            '-d',
            '--data-raw ',
            '--data-binary ',
            '--data-urlencode ',
            '--json ',
            '-F ',
            '--form-string ',
          ],
          ...['-H ', '-u ', '-A ', '-e ', '-b ', '-r ', '-sd ', '--oauth2-bearer ', '-T ', '--nothing '],
        ),
        quoted,
      ),
      fc.constantFrom(
        ...[
          '-s',
          '-G',
          '-I',
          '-L',
          '-k',
          '-g',
          '-d @lines.txt',
          '--data-binary @data.bin',
          '-F f=@lines.txt',
        ],
        ...[
          '-F "a=b;type=text/plain"',
          "-H 'X-A: b'",
          "-H 'Content-Type: x/y'",
          '-X PUT',
          '-i',
          '-u a:b',
          '-F a=<lines.txt',
        ],
      ),
    );

    test('put together at random, sends the same or is refused', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(option, { maxLength: 4 }), fc.nat(4), async (options, at) => {
          const words = options.map((each) => (typeof each === 'string' ? each : each.join('')));
          words.splice(at, 0, `${origin}/a`);
          const command = `curl ${words.join(' ')}`;
          const mine = await byKeyturn(command);
          if (mine !== null) expect(mine, command).toEqual(await byCurl(command));
        }),
        { numRuns: 200, seed: 17 },
      );
    }, 120_000);
  });
else
  test('curl or bash is not installed: commands are not compared with the program', () => {
    expect(isInstalled).toBe(false);
  });
