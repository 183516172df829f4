import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpServer } from '../http/support.ts';
import { keyturn } from './support.ts';

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-login-'));
  const api = {
    grant: 'request',
    request: 'auth.http#login',
    accessToken: '$.token',
    origins: ['{{host}}'],
  };
  const password = { grant: 'static', origins: ['{{host}}'] };
  await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens: { api, password } }));
  await writeFile(
    join(cwd, 'auth.http'),
    '# @name login\nPOST {{host}}/login\n\n{"password": "{{$token password}}"}\n',
  );
  await writeFile(join(cwd, 'a.http'), '# @token api\nGET {{host}}/reports\n');
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

async function api() {
  const seen: string[] = [];
  const { url } = await httpServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${body.trim()}`.trim());
      if (request.method === 'POST') response.end('{"token": "secret-token-of-login"}');
      else response.end(request.headers.authorization);
    });
  });
  return { url, seen };
}

describe('a login of a file in the command', () => {
  const env = { KEYTURN_TOKEN_PASSWORD: 'hunter2-hunter2' };

  it('obtains the token of a request, once for a run, with the variables of that run', async () => {
    const { url, seen } = await api();
    const args = ['run', 'a.http', 'a.http', '--concurrency', '2', '--var', `host=${url}`];
    const { code, out, err } = await keyturn(args, { cwd, env });
    expect(`${out}${err}`).not.toMatch(/secret-token|hunter2/);
    expect(code).toBe(0);
    expect(seen).toEqual(['POST /login {"password": "hunter2-hunter2"}', 'GET /reports', 'GET /reports']);
  });

  it('is sent by `keyturn token refresh`', async () => {
    const { url, seen } = await api();
    const args = ['token', 'refresh', 'api', '--var', `host=${url}`];
    const { err } = await keyturn(args, { cwd, env });
    expect(seen).toEqual(['POST /login {"password": "hunter2-hunter2"}']);
    expect(err).not.toMatch(/secret-token|hunter2/);
  });

  it('is not sent for files that are not trusted', async () => {
    const { url, seen } = await api();
    const args = ['run', 'a.http', '--untrusted', '--var', `host=${url}`];
    const { code, out, err } = await keyturn(args, { cwd, env });
    expect(code).toBe(1);
    expect(`${out}${err}`).toContain('trusted workspace');
    expect(seen).toEqual([]);
  });
});
