import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it, test } from 'vitest';
import { httpServer } from '../http/support.ts';
import { engineOver } from './support.ts';

const secret = 'open/1234+secret';

/** Checks a signature over what arrived, by AWS's description of Signature Version 4. */
function isSigned(request: IncomingMessage, body: Buffer): boolean {
  const { headers, method = '', url = '' } = request;
  const found =
    /^AWS4-HMAC-SHA256 Credential=AKID\/(\d{8})\/(.+?)\/(.+?)\/aws4_request, SignedHeaders=(.+?), Signature=(.+)$/.exec(
      headers.authorization ?? '',
    );
  if (found === null) return false;
  const [, date = '', region = '', service = '', names = '', signature = ''] = found;
  const sha = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  const [path = '', query = ''] = url.split('?');
  const lines = names.split(';').map((name) => `${name}:${String(headers[name])}\n`);
  const canonical = [method, path, query, lines.join(''), names, sha(body)].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', String(headers['x-amz-date']), scope, sha(canonical)].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request');
  return hmac(key, toSign).toString('hex') === signature;
}

async function api() {
  const seen: { readonly raw: string; readonly signed: boolean; readonly request: IncomingMessage }[] = [];
  const { url } = await httpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const raw = `${request.url ?? ''} ${request.rawHeaders.join('\n')} ${body.toString()}`;
      seen.push({ raw, request, signed: isSigned(request, body) });
      const location = /[?&]to=([^&]*)/.exec(request.url ?? '')?.[1];
      if (location === undefined) response.end();
      else response.writeHead(307, { location: decodeURIComponent(location) }).end();
    });
  });
  return { origin: new URL(url).origin, seen };
}

describe('Authorization: AWS', () => {
  test.each([
    `AWS AKID ${secret} region:eu-west-1 service:execute-api`,
    `aws {{id}} {{key}} token:{{session}} region:eu-west-1 service:execute-api`,
    `AWS {{pair}}`,
    `AWS AKID ${secret} token: session-token-1 region: eu-west-1 service: execute-api`,
    '{{whole}}',
    '{{$processEnv WHOLE}}',
  ])('signs what is sent: %s', async (value) => {
    const { origin, seen } = await api();
    const whole = `AWS AKID ${secret} service:execute-api region:eu-west-1`;
    const { run } = engineOver({ profiles: [], processEnv: { WHOLE: whole } });
    const variables = [
      '@id = AKID',
      `@key = ${secret}`,
      '@session = session-token-1',
      `@pair = AKID ${secret} region:eu-west-1 service:execute-api`,
      `@whole = ${whole}`,
    ].join('\n');
    const result = await run(
      `${variables}\nPUT ${origin}/a/b?x=1&y=%20\nContent-Type: application/json\nX-Amz-Target: A.B\nAuthorization: ${value}\n\n{"a": 1}`,
    );
    expect(result.error).toBeNull();
    expect(seen.map(({ signed }) => signed)).toEqual([true]);
    expect(seen[0]?.request.headers.authorization).toContain('content-type;host;x-amz-date');
    expect(seen[0]?.request.headers.authorization).toContain('/eu-west-1/execute-api/aws4_request');
    expect(seen[0]?.request.headers['x-amz-security-token']).toBe(
      value.includes('token:') ? 'session-token-1' : undefined,
    );
    expect(seen[0]?.raw).not.toContain(secret);
    expect(JSON.stringify(result.request)).not.toContain(secret);
    expect(result.request?.headers).toContainEqual(['Authorization', 'AWS4-HMAC-SHA256 •••']);
  });

  it('is made anew for a redirect at home, and left behind by one away', async () => {
    const { origin, seen } = await api();
    const other = await api();
    const away = other.origin.replace('127.0.0.1', 'localhost');
    const { run } = engineOver({ profiles: [] });
    const home = encodeURIComponent(`/second?to=${encodeURIComponent(`${away}/x`)}`);
    const header = `Authorization: AWS AKID ${secret} token:session-token-1 region:eu-west-1 service:s`;
    const result = await run(`GET ${origin}/first?to=${home}\n${header}`);
    expect(result.response?.status).toBe(200);
    expect(seen).toHaveLength(2);
    expect(other.seen.map(({ signed }) => signed)).toEqual([false]);
    expect(other.seen[0]?.raw).not.toMatch(/AKID|session-token|x-amz/i);
  });

  test.each([
    [`curl --aws-sigv4 aws:amz:eu-west-1:execute-api -u 'AKID:${secret}' -d x=1`, '/eu-west-1/execute-api/'],
    [`curl --aws-sigv4 aws:amz:{{r}}:execute-api --user "AKID:${secret}" -d x=1`, '/us-west-2/execute-api/'],
  ])('is what %s sends', async (command, scope) => {
    const { origin, seen } = await api();
    const { run } = engineOver({ profiles: [] });
    const result = await run(`@r = us-west-2\n${command} ${origin}/p`);
    expect(result.error).toBeNull();
    expect(seen.map(({ signed }) => signed)).toEqual([true]);
    expect(seen[0]?.request.headers.authorization).toContain(scope);
    expect(seen[0]?.raw).not.toContain(secret);
  });

  it('says what is missing before anything is sent', async () => {
    const { origin, seen } = await api();
    const { run } = engineOver({ profiles: [] });
    const result = await run(`GET ${origin}/\nAuthorization: AWS AKID ${secret}`);
    expect(result.error).toMatchObject({ code: 'request_invalid' });
    expect(JSON.stringify([result.error, result.request])).not.toContain(secret);
    expect(seen).toEqual([]);
  });
});
