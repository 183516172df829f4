import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TokenProfile } from '../../src/profile/profile.ts';
import { nodeFiles } from '../../src/terminal/session/nodeFiles.ts';
import { ProfileFolder } from '../../src/terminal/session/profileFolder.ts';
import { startProvider, type TestProvider } from '../oauth/provider.mjs';
import { listen, type TestServer } from '../oauth/support.ts';
import { keyturn } from './support.ts';

let provider: TestProvider;
let api: TestServer;
let folder: string;
let sent: string[] = [];

beforeAll(async () => {
  provider = await startProvider();
  api = await listen((request, response) => {
    sent.push(request.headers.authorization ?? '');
    response.writeHead(204).end();
  });
});
afterAll(() => Promise.all([provider.close(), api.close()]));
beforeEach(async () => {
  sent = [];
  folder = await mkdtemp(join(tmpdir(), 'keyturn-foreign-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, content: unknown) =>
  writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));

describe("another tool's files with `keyturn run`", () => {
  beforeEach(async () => {
    const entry = { Type: 'OAuth2', 'Grant Type': 'Client Credentials', 'Client ID': 'basic' };
    const full = { ...entry, 'Token URL': `${provider.issuer}/token`, Scope: 'reports:read' };
    await write('http-client.env.json', { dev: { Security: { Auth: { 'my-api': full } } } });
    await write('a.http', `GET ${api.origin}/x\nAuthorization: Bearer {{$auth.token("my-api")}}\n`);
  });
  const args = ['run', 'a.http', '--env', 'dev', '--json'];

  it('run where the origin is allowed, with the secret of the private file', async () => {
    const secret = 'basic-secret/+%';
    await write('http-client.private.env.json', {
      dev: { Security: { Auth: { 'my-api': { 'Client Secret': secret } } } },
    });
    const refused = await keyturn(args, { cwd: folder });
    expect(refused.code).toBe(1);
    expect(refused.out).toContain('origin_not_allowed');
    expect(sent).toEqual([]);

    const outcome = await keyturn([...args, '--allow-origin', api.origin], { cwd: folder });
    expect(outcome).toMatchObject({ code: 0 });
    expect(sent).toEqual([expect.stringMatching(/^Bearer ey/)]);
    expect(outcome.out + outcome.err).not.toContain(secret);
    expect(outcome.out + outcome.err).not.toContain(sent[0]!.slice(7));
    // A hint for the editor is no note for a build server.
    expect(outcome.err).not.toContain('plain text');
  });

  it('take the secret from the environment where the file holds none', async () => {
    const env = { KEYTURN_CLIENT_SECRET_MY_API: 'basic-secret/+%' };
    const outcome = await keyturn([...args, '--allow-origin', `${api.origin}/`], { cwd: folder, env });
    expect(outcome.code).toBe(0);
    expect(sent).toEqual([expect.stringMatching(/^Bearer ey/)]);
  });

  it.each([
    'api.example.com',
    'http://api.example.com',
    'https://a.example/path',
    'https://u@a.example',
    '*',
  ])('do not take %s for an origin', async (origin) => {
    const outcome = await keyturn([...args, '--allow-origin', origin], { cwd: folder });
    expect(outcome.code).toBe(2);
  });
});

describe('a Microsoft token of a file that names no application', () => {
  const args = () => ['run', 'a.http', '--json', '--allow-origin', api.origin];
  beforeEach(() => write('a.http', `GET ${api.origin}/x\nAuthorization: {{$aadToken contoso.com}}\n`));

  it('is that of the editor: the command says what to do instead, and does not sign in', async () => {
    const outcome = await keyturn(args(), { cwd: folder });
    expect(outcome.code).toBe(1);
    expect(outcome.out).toContain('"code":"unsupported"');
    const [run, file, , ...rest] = args();
    const shown = await keyturn([run ?? '', file ?? '', ...rest], { cwd: folder });
    expect(shown.out + shown.err).toContain('aadV2ClientId');
    expect(sent).toEqual([]);
  });

  it('comes from the environment where that holds one', async () => {
    const outcome = await keyturn(args(), { cwd: folder, env: { KEYTURN_TOKEN_AADTOKEN: 'given-token' } });
    expect(outcome).toMatchObject({ code: 0 });
    expect(sent).toEqual(['Bearer given-token']);
    expect(outcome.out).not.toContain('given-token');
  });
});

describe('the profile that another one names', () => {
  const profile = { grant: 'static', origins: ['{{api}}'] };
  const folderOf = () =>
    new ProfileFolder(nodeFiles, { trusted: true }, { personal: () => Promise.resolve([]) });
  const environment = (api: string) => new Map([['api', api]]);

  it('comes from the same keyturn.json, in the environment of the one that names it', async () => {
    await write('keyturn.json', { tokens: { a: profile, b: profile } });
    await mkdir(join(folder, 'deep'));
    await write('deep/keyturn.json', {
      tokens: { b: { grant: 'static', origins: ['https://deep.example'] } },
    });
    const profiles = folderOf();
    const from = await profiles.find(join(folder, 'x.http'), 'a', environment('https://prod.example'));
    const chosen = () => Promise.resolve(environment('https://dev.example'));
    expect(await profiles.findBeside(from, 'b', chosen)).toMatchObject({
      name: 'b',
      origins: ['https://prod.example'],
      declaredIn: join(folder, 'keyturn.json'),
    });
    // One that was made elsewhere takes the environment that is chosen.
    const copy: TokenProfile = { ...from };
    expect((await profiles.findBeside(copy, 'b', chosen)).origins).toEqual(['https://dev.example']);
    await expect(profiles.findBeside(from, 'c', chosen)).rejects.toMatchObject({ code: 'profile_unknown' });
  });
});
