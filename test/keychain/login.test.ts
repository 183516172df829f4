import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, type Seen, signInAs } from '../oauth/browser.ts';
import { startSandboxServers, type SandboxServers } from '../oauth/sandboxServers.ts';
import { main } from '../../src/terminal/main.ts';
import { keyturn } from '../terminal/support.ts';
import { Keyring } from './daemon.ts';

let keyring: Keyring;
let sandbox: SandboxServers;
let cwd: string;

beforeAll(async () => {
  Keyring.forget();
  keyring = await Keyring.start('open');
  sandbox = await startSandboxServers();
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-login-'));
  const shared = { issuer: sandbox.issuer, origins: [sandbox.api] };
  const scope = 'openid offline_access reports:read';
  const tokens = {
    person: { ...shared, grant: 'authorization_code', clientId: 'person', scope },
    parent: { ...shared, grant: 'authorization_code', clientId: 'person', scope: `${scope} reports:write` },
    machine: { ...shared, grant: 'client_credentials', clientId: 'viewer', scope: 'reports:read' },
    screen: { ...shared, grant: 'device_code', clientId: 'device', scope: 'reports:read' },
  };
  await writeFile(join(cwd, 'keyturn.json'), JSON.stringify({ tokens }));
  await writeFile(
    join(cwd, 'requests.http'),
    ['person', 'screen'].map((name) => `# @token ${name}\nGET ${sandbox.api}/reports\n`).join('\n###\n'),
  );
});

afterAll(async () => {
  await sandbox.close();
  await keyring.stop();
  await rm(cwd, { recursive: true, force: true });
});

/** The command in this process; `act` gets what it has said so far, and returns true once it has done its part. */
function login(args: readonly string[], act: (said: string) => boolean, env: Record<string, string> = {}) {
  let said = '';
  let acted = false;
  return keyturn(['token', 'login', ...args], {
    cwd,
    env: { DBUS_SESSION_BUS_ADDRESS: process.env['DBUS_SESSION_BUS_ADDRESS'] ?? '', ...env },
    heard: (text) => {
      said += text;
      acted ||= act(said);
    },
  });
}

const inKeychain = () => ({
  cwd,
  env: { DBUS_SESSION_BUS_ADDRESS: process.env['DBUS_SESSION_BUS_ADDRESS'] ?? '' },
});

describe('keyturn token login', () => {
  it('signs in by the browser, whose answer comes to a listener on this computer', async () => {
    const browser = new Browser();
    const pages: Promise<Seen>[] = [];
    const { code, out, err } = await login(['person', '--no-browser'], (said) => {
      const url = /^ {2}(http\S+)$/m.exec(said)?.[1];
      if (url === undefined) return false;
      pages.push(signInAs(browser, url, 'viewer'));
      return true;
    });
    expect(err).toContain('Sign in at this address:');
    expect(err).toContain('Signed in for person: ');
    expect(code).toBe(0);
    expect(out).toBe('');
    expect((await pages[0])?.html).toContain('You can close this page');
    const { code: ran } = await keyturn(['run', 'requests.http', '--line', '2'], inKeychain());
    expect(ran).toBe(0);
  });

  it('tells what was not granted', async () => {
    const browser = new Browser();
    const { code, err } = await login(['parent', '--no-browser'], (said) => {
      const url = /^ {2}(http\S+)$/m.exec(said)?.[1];
      if (url === undefined) return false;
      void signInAs(browser, url, 'viewer');
      return true;
    });
    expect(code).toBe(0);
    expect(err).toContain(`Allowed origins of parent: ${sandbox.api}.`);
    expect(err).toContain('Scopes not granted: reports:write.');
  });

  it('starts a browser with the address as its only argument, and without our secrets', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyturn-browser-'));
    const seen = join(folder, 'seen');
    await writeFile(join(folder, 'xdg-open'), `#!/bin/sh\n{ echo "$#"; echo "$1"; env; } > '${seen}'\n`);
    await chmod(join(folder, 'xdg-open'), 0o755);
    const before = process.env['PATH'];
    try {
      process.env['PATH'] = `${folder}:${before ?? ''}`;
      const browser = new Browser();
      const { code } = await login(
        ['person'],
        (said) => {
          const url = /^ {2}(http\S+)$/m.exec(said)?.[1];
          if (url === undefined) return false;
          void signInAs(browser, url, 'viewer');
          return true;
        },
        { PATH: process.env['PATH'], KEYTURN_CLIENT_SECRET_OTHER: 'not-for-the-browser' },
      );
      expect(code).toBe(0);
      const [count, url, ...env] = (await readFile(seen, 'utf8')).split('\n');
      expect(count).toBe('1');
      expect(url).toContain(sandbox.issuer);
      expect(env.join('\n')).not.toContain('not-for-the-browser');
    } finally {
      process.env['PATH'] = before;
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('signs in by a code that is entered elsewhere', async () => {
    const browser = new Browser();
    const { code, err } = await login(['screen', '--no-browser'], (said) => {
      const url = /^or open (\S+)$/m.exec(said)?.[1];
      if (url === undefined) return false;
      void (async () => {
        let page = await browser.open(url);
        page = await browser.submit(page, { confirm: 'yes' });
        page = await browser.submit(page, { person: 'viewer' });
        await browser.submit(page, { allow: 'yes' });
      })();
      return true;
    });
    expect(err).toMatch(/enter the code [A-Z]{4}-[A-Z]{4}/);
    expect(err).toContain('Signed in for screen: ');
    expect(code).toBe(0);
    const { code: ran } = await keyturn(['run', 'requests.http', '--line', '6'], inKeychain());
    expect(ran).toBe(0);
  });

  it('keeps what was held when the person refuses', async () => {
    const browser = new Browser();
    const { code, err } = await login(['person', '--no-browser'], (said) => {
      const url = /^ {2}(http\S+)$/m.exec(said)?.[1];
      if (url === undefined) return false;
      void browser.open(url).then((page) => browser.submit(page, { refuse: 'yes' }));
      return true;
    });
    expect(code).toBe(1);
    expect(err).toContain('refused');
    const { out } = await keyturn(['token', 'list'], inKeychain());
    expect(out).toMatch(/^person .*expires/m);
  });

  it('says how to delete a token here that its server does not end', async () => {
    const surroundings = inKeychain();
    const env = { ...surroundings.env, KEYTURN_CLIENT_SECRET_MACHINE: 'viewer-secret' };
    expect((await keyturn(['token', 'refresh', 'machine'], { cwd, env })).code).toBe(0);
    const revoked = await keyturn(['token', 'revoke', 'machine'], { cwd, env });
    expect(revoked).toMatchObject({ code: 1 });
    expect(revoked.err).toContain(
      'Keyturn keeps it here. `keyturn token remove machine` deletes it only here.',
    );
    expect((await keyturn(['token', 'remove', 'machine'], surroundings)).code).toBe(0);
    const again = await keyturn(['token', 'revoke', 'machine'], { cwd, env });
    expect(again).toMatchObject({ code: 1 });
    expect(again.err).toContain('No token is stored for machine.');
  });

  it('keeps a client secret that was asked for at a terminal', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
    const err = Object.assign(new PassThrough(), { isTTY: true });
    let asked = 0;
    err.on('data', (chunk: Buffer) => {
      if (!chunk.toString().startsWith('The client secret for machine at')) return;
      asked++;
      input.write('viewer-secret\r');
    });
    const env = { ...inKeychain().env, XDG_STATE_HOME: cwd };
    const streams = { in: input, out: new PassThrough(), err, env, cwd, sandboxEntry: '' };
    expect(await main(['token', 'refresh', 'machine'], streams)).toBe(0);
    expect(asked).toBe(1);
    expect((await keyturn(['token', 'refresh', 'machine'], inKeychain())).code).toBe(0);
  });

  it('says so when an environment variable stands above what was signed in for', async () => {
    const { code, err } = await login(['person', '--no-browser'], () => true, {
      KEYTURN_TOKEN_PERSON: 'from-the-environment',
    });
    expect(code).toBe(1);
    expect(err).toContain('KEYTURN_TOKEN_PERSON');
    expect(err).not.toContain('Sign in at');
  });
});
