import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyturn } from '../terminal/support.ts';
import { canaryValue, findSecrets } from './forms.ts';
import { scanFolder } from './scan.ts';

// Secrets in files that declare tokens, environments and certificates, where they do not belong or cannot be read: what
// the command says of the mistake holds none of them.

const origins = ['http://127.0.0.1:1'];
const server = { grant: 'client_credentials', clientId: 'c', origins };

/** By what is wrong, the profile `a` of a keyturn.json. */
const profiles: Readonly<Record<string, (secret: string) => unknown>> = {
  'a client secret': (secret) => ({ ...server, clientSecret: secret }),
  'a token in the place of a profile': (secret) => secret,
  'a password in an endpoint': (secret) => ({
    ...server,
    tokenEndpoint: `https://zoe:${encodeURIComponent(secret)}@a.example/token?client_secret=${secret}`,
  }),
  'a password in an issuer': (secret) => ({
    ...server,
    issuer: `https://zoe:${encodeURIComponent(secret)}@a.example/?key=${secret}`,
  }),
  'a password in an origin': (secret) => ({
    grant: 'static',
    origins: [`https://zoe:${encodeURIComponent(secret)}@a.example`, `https://a.example/?key=${secret}`],
  }),
  'a token as grant': (secret) => ({ grant: secret, origins }),
  'a command with a password': (secret) => ({
    grant: 'command',
    command: ['no-such-tool', '--password', secret],
    origins,
  }),
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-canary-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function look(cwd: string, secrets: Readonly<Record<string, string>>, ...args: string[]) {
  const env = { KEYTURN_DEBUG: '1', XDG_STATE_HOME: join(cwd, 'state') };
  const { code, out, err } = await keyturn(args, { cwd, env });
  expect({ args, found: findSecrets(`${out}\n${err}`, secrets), out, err }).toMatchObject({ found: [] });
  const kept = await scanFolder(join(cwd, 'state'), secrets).catch(() => []);
  expect(kept).toEqual([]);
  return { code, text: `${out}${err}` };
}

async function fresh(name: string): Promise<string> {
  const cwd = join(folder, name);
  await mkdir(cwd);
  await writeFile(
    join(cwd, 'a.http'),
    '# @token a\nGET http://127.0.0.1:1/{{x}}\nX-B: {{$dotenv PASSWORD}}\n',
  );
  return cwd;
}

test.each(Object.keys(profiles))('keyturn.json with %s', async (name) => {
  const secret = canaryValue('declared');
  const cwd = await fresh(name);
  await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens: { a: profiles[name]?.(secret) } }));
  for (const args of [
    ['run', 'a.http'],
    ['token', 'list', '--json'],
    ['token', 'refresh', 'a'],
    ['token', 'audit', '--json'],
  ]) {
    await look(cwd, { secret }, ...args);
  }
});

test.each([
  ['that ends too early', (secret: string) => `{"tokens": {"a": {"clientSecret": "${secret}"`],
  ['that is a secret', (secret: string) => secret],
  ['in other quotes', (secret: string) => `{"dev": {'password': '${secret}'}}`],
])('a file %s', async (name, text) => {
  const secret = canaryValue('unreadable');
  const cwd = await fresh(name);
  for (const file of ['keyturn.json', 'http-client.env.json', 'http-client.private.env.json']) {
    await writeFile(join(cwd, file), text(secret));
  }
  await writeFile(join(cwd, '.env'), `export ${secret}\n= ${secret}\nPASSWORD="${secret}\n`);
  const runs = [
    ['run', 'a.http'],
    ['run', 'a.http', '--json', '--env', 'dev'],
    ['list', 'a.http'],
    ['token', 'list'],
  ];
  for (const args of runs) await look(cwd, { secret }, ...args);
});

test.each(['key.pem', 'certificate.pem', 'token.txt'])('%s in the place of certificates', async (name) => {
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'pem',
    type: 'pkcs8',
  });
  const line = pem.toString().split('\n')[1] ?? '';
  const token = canaryValue('token');
  const cwd = await fresh(name);
  await writeFile(join(cwd, 'key.pem'), pem);
  await writeFile(
    join(cwd, 'certificate.pem'),
    `-----BEGIN CERTIFICATE-----\n${line}\n-----END CERTIFICATE-----\n`,
  );
  await writeFile(join(cwd, 'token.txt'), token);
  await writeFile(join(cwd, 'b.http'), 'GET https://127.0.0.1:1/?q={{apiKey}}\n');
  const { code } = await look(
    cwd,
    { line, token },
    'run',
    'b.http',
    '--ca',
    name,
    '--var',
    `apiKey=${token}`,
  );
  expect(code).toBe(1);
});
