import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resultHover } from '../../src/editor/results/resultHover.ts';
import { inlineWords } from '../../src/editor/results/resultWords.ts';
import { responseText, waitingText } from '../../src/editor/responses/responseText.ts';
import { engineOver } from '../run/support.ts';
import { keyturn } from '../terminal/support.ts';
import { findSecrets, writtenForms } from './forms.ts';
import { scanFolder } from './scan.ts';
import { newWritten, writtenByHand } from './written.ts';

// Credentials that a person wrote into a file by hand: what the command prints of the file, and what the editor says of
// the same requests, holds none of them. The API answers with all that it gets, in every form.

let server: Server;
/** What arrived, to show what never leaves. */
const arrived: string[] = [];
/** Value of the cookie that the API sets. */
let cookie = '';
let origin: string;
let folder: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    void read(request).then((body) => {
      const { pathname } = new URL(request.url ?? '/', origin);
      const key = String(request.headers['x-api-key'] ?? '');
      arrived.push([request.url ?? '', ...request.rawHeaders, body].join('\n'));
      const isDigest = request.headers.authorization?.startsWith('Digest ') === true;
      if (pathname === '/redirect') {
        response.writeHead(302, { location: `/a?x=${encodeURIComponent(key)}` }).end();
      } else if (pathname === '/cookie') {
        response.setHeader('set-cookie', [`sid=${cookie}; HttpOnly`, `theme="${cookie}"`]);
        response.writeHead(302, { location: '/a' }).end(cookie);
      } else if (pathname === '/basic' || (pathname === '/digest' && !isDigest)) {
        const digest = 'Digest realm="a", nonce="b", qop="auth-int", algorithm=SHA-256';
        response
          .writeHead(401, { 'www-authenticate': pathname === '/basic' ? 'Basic realm="a"' : digest })
          .end();
      } else if (pathname === '/refused') {
        const error = `Bearer error="invalid_token", error_description="${key}"`;
        response.writeHead(401, { 'www-authenticate': error, 'x-ratelimit-limit': key }).end();
      } else {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(echo(request, body)));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'keyturn-canary-'));
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function read(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

/** Each part of a request as an API reads it, in every form. */
function echo({ url = '', headers }: IncomingMessage, body: string): string[] {
  const basic = /^Basic (.*)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  const password = Buffer.from(basic, 'base64')
    .toString()
    .replace(/^[^:]*:/, '');
  const values = [...Object.values(headers).map(String), password, ...`${url}&${body}`.split(/[?&=]/)];
  const plain = [...new Set(values.flatMap((value) => [value, decoded(value)]))].filter(
    (value) => value !== '',
  );
  return [url, body, ...plain.flatMap(writtenForms)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const secretsOf = () => {
  const written = newWritten();
  return { written, secrets: { plain: written.plain, key: written.key } };
};
const names = Object.keys(writtenByHand('http://localhost', newWritten()));

test('the search finds them, and the API gives them back', async () => {
  const { written, secrets } = secretsOf();
  expect(findSecrets(written.encoded, secrets)).toEqual(['plain']);
  const answer = await fetch(`${origin}/a`, { method: 'POST', body: `password=${written.encoded}` });
  expect(findSecrets(await answer.text(), secrets)).toEqual(['plain']);
});

test.each(names)('the command tells nothing of %s', async (name) => {
  const { written, secrets } = secretsOf();
  const cwd = join(folder, String(names.indexOf(name)));
  await mkdir(cwd);
  await writeFile(join(cwd, 'a.http'), `${writtenByHand(origin, written)[name] ?? ''}\n`);
  const env = { KEYTURN_DEBUG: '1', XDG_STATE_HOME: join(cwd, 'state') };
  for (const args of [['run'], ['run', '--json'], ['list'], ['run', '--line', '2']]) {
    const { out, err } = await keyturn([...args, 'a.http'], { cwd, env });
    expect(`${out}${err}`).not.toBe('');
    expect({ args, found: findSecrets(`${out}\n${err}`, secrets), out, err }).toMatchObject({ found: [] });
  }
  const kept = (await scanFolder(cwd, secrets)).filter(({ where }) => where !== join(cwd, 'a.http'));
  expect(kept).toEqual([]);
});

test('what schemes are computed from never arrives', async () => {
  const { written, secrets } = secretsOf();
  arrived.length = 0;
  const computed = Object.entries(writtenByHand(origin, written)).filter(([name]) =>
    /^(?:Digest|AWS)/.test(name),
  );
  const { run } = engineOver({ profiles: [] });
  for (const [, text] of computed) await run(text);
  expect(arrived.filter((text) => text.includes('response=')).length).toBeGreaterThan(3);
  expect(arrived.filter((text) => text.includes('AWS4-HMAC-SHA256')).length).toBe(2);
  expect(findSecrets(arrived.join('\n'), secrets)).toEqual([]);
});

test('the command tells nothing of cookies', async () => {
  const { written, secrets } = secretsOf();
  cookie = encodeURIComponent(written.plain);
  arrived.length = 0;
  const cwd = join(folder, 'cookies');
  await mkdir(cwd);
  await writeFile(join(cwd, 'a.http'), `GET ${origin}/cookie\n\n###\nGET ${origin}/a\n`);
  const env = { KEYTURN_DEBUG: '1', XDG_STATE_HOME: join(cwd, 'state') };
  for (const args of [['run'], ['run', '--json'], ['run', '--line', '1']]) {
    const { out, err } = await keyturn([...args, 'a.http'], { cwd, env });
    expect({ args, found: findSecrets(`${out}\n${err}`, secrets), out, err }).toMatchObject({ found: [] });
  }
  expect(arrived.filter((text) => text.includes(`sid=${cookie}; theme="${cookie}"`))).toHaveLength(5);
  expect(await scanFolder(cwd, secrets)).toEqual([]);
});

test.each(names)('the editor tells nothing of %s', async (name) => {
  const { written, secrets } = secretsOf();
  const questions: string[] = [];
  const { run, redactor } = engineOver({
    profiles: [],
    confirmSend: (question) => {
      questions.push(JSON.stringify(question));
      return Promise.resolve(true);
    },
  });
  const text = writtenByHand(origin, written)[name] ?? '';
  const result = await run(text).catch((error: unknown) => {
    // A line that names no request.
    expect(String(error)).toContain('no such request');
    return null;
  });
  if (result === null) return;
  const mask = (shown: string) => redactor.mask(shown);
  const shown = [
    inlineWords({ kind: 'done', result }, result.finishedAtMs)?.text,
    resultHover({ kind: 'done', result }, result.finishedAtMs, () => 'now'),
    responseText(result, mask, false, 'Sent in the environment dev.').text,
    waitingText(result, mask).text,
    ...questions,
  ];
  // Markdown escapes its signs.
  const all = shown.flatMap((each = '') => [each, each.replace(/\\([^\w\s])/g, '$1')]).join('\n');
  expect({ found: findSecrets(all, secrets), all }).toMatchObject({ found: [] });
});
