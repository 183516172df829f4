import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Browser, signInAs } from '../oauth/browser.ts';
import { startSandboxServers, type SandboxServers } from '../oauth/sandboxServers.ts';
import { keyturn } from '../terminal/support.ts';
import { Keyring } from './daemon.ts';

let keyring: Keyring;
let sandbox: SandboxServers;
let cwd: string;

beforeAll(async () => {
  Keyring.forget();
  keyring = await Keyring.start('open');
  sandbox = await startSandboxServers();
});

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-api-'));
  return () => rm(cwd, { recursive: true, force: true });
});

afterAll(async () => {
  await sandbox.close();
  await keyring.stop();
});

const surroundings = () => ({
  cwd,
  env: { DBUS_SESSION_BUS_ADDRESS: process.env['DBUS_SESSION_BUS_ADDRESS'] ?? '' },
});

/** Signs in wherever the command sends the browser. */
function login(...options: string[]) {
  let said = '';
  let isOpen = false;
  return keyturn(['token', 'login', '--api', `${sandbox.api}/reports`, '--no-browser', ...options], {
    ...surroundings(),
    heard: (text) => {
      said += text;
      const url = /^ {2}(http\S+)$/m.exec(said)?.[1];
      if (url === undefined || isOpen) return;
      isOpen = true;
      void signInAs(new Browser(), url, 'viewer');
    },
  });
}

const declared = async () => {
  const text = await readFile(join(cwd, 'keyturn.json'), 'utf8').catch(() => '{"tokens":{}}');
  return (JSON.parse(text) as { tokens: Record<string, unknown> }).tokens;
};

describe('keyturn token login --api', () => {
  it('leads from a URL to a token that requests use', async () => {
    const options = ['--allow-issuer', sandbox.issuer, '--scope', 'reports:read', '--name', 'reader'];
    const { code, out, err } = await login(...options);
    expect(err).toContain('Signed in for reader: ');
    expect(err).toContain(`Added the profile reader to ${join(cwd, 'keyturn.json')}:`);
    expect([code, out]).toEqual([0, '']);
    expect((await declared())['reader']).toMatchObject({
      grant: 'authorization_code',
      issuer: sandbox.issuer,
      resource: sandbox.api,
      origins: [sandbox.api],
    });
    await writeFile(join(cwd, 'reports.http'), `# @token reader\nGET ${sandbox.api}/reports\n`);
    expect((await keyturn(['run', 'reports.http'], surroundings())).code).toBe(0);
  });

  it('writes to the file that is named, with the variables that it uses', async () => {
    const env = { $shared: { id: sandbox.issuer, api: sandbox.api } };
    await writeFile(join(cwd, 'http-client.env.json'), JSON.stringify(env));
    const other = { other: { grant: 'static', issuer: '{{id}}', origins: ['{{api}}'] } };
    await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens: other }));
    const options = ['--allow-issuer', sandbox.issuer, '--scope', 'reports:read', '--name', 'reader'];
    const { code, err } = await login(...options, '--file', 'keyturn.json');
    expect([code, err]).toEqual([0, expect.stringContaining('origins: {{api}}')]);
    expect(await declared()).toMatchObject({
      ...other,
      reader: { issuer: '{{id}}', resource: '{{api}}', origins: ['{{api}}'] },
    });
  });

  it.each([
    ['--allow-issuer', []],
    ['--scope', ['issuer']],
    ['--name', ['issuer', 'scope']],
  ])('is wrong use without %s where there is no terminal, and writes nothing', async (missing, given) => {
    const all = { issuer: ['--allow-issuer', sandbox.issuer], scope: ['--scope', 'reports:read'] };
    const { code, err } = await login(...given.flatMap((one) => (one === 'issuer' ? all.issuer : all.scope)));
    expect([code, err]).toEqual([2, expect.stringContaining(`Add ${missing}`)]);
    expect(err).not.toContain('Sign in at');
    expect(await declared()).toEqual({});
  });

  it('does not sign in at a server that is not allowed', async () => {
    const { code, err } = await login(
      '--allow-issuer',
      'https://id.example.com',
      '--scope',
      '',
      '--name',
      'x',
    );
    expect([code, err]).toEqual([1, expect.stringContaining('which --allow-issuer does not name')]);
  });

  it('is wrong use at an address that needs no token', async () => {
    const { code, err } = await keyturn(['token', 'login', '--api', sandbox.api], surroundings());
    expect([code, err]).toEqual([2, expect.stringContaining('answers 200 without a token')]);
  });
});
