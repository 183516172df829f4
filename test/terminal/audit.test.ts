import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createAuditLog } from '../../src/audit/auditLog.ts';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { stateFolder } from '../../src/terminal/session/stateFolder.ts';
import { eventOf } from '../audit/support.ts';
import { keyturn } from './support.ts';

let cwd: string;
let env: Record<string, string>;
let folder: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'keyturn-command-audit-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  env = { XDG_STATE_HOME: join(cwd, 'state'), LOCALAPPDATA: join(cwd, 'state') };
  folder = join(stateFolder(env), 'audit');
});

async function tokensOf(): Promise<string[]> {
  const { out } = await keyturn(['token', 'audit', '--json'], { cwd, env });
  return (JSON.parse(out) as { token: string }[]).map(({ token }) => token);
}

function logOf(clock: Clock) {
  return createAuditLog({
    folder,
    clock,
    mask: (text) => text,
    secrets: () => null,
    retentionDays: () => 90,
    report: (error) => {
      throw error;
    },
  });
}

async function fill(): Promise<void> {
  const log = logOf(systemClock);
  log.record(eventOf());
  log.record(eventOf({ tokenName: 'admin', action: 'refused', status: null, error: 'origin_not_allowed' }));
  log.record(eventOf({ origin: 'https://other.example.com', cause: '=cmd()' }), Date.now() - 8 * 86_400_000);
  await log.flush();
}

describe('keyturn token audit', () => {
  it('checks the whole log or shows some of it, not both', async () => {
    for (const args of [['--csv'], ['--since', '7d'], ['--unusual'], ['viewer']]) {
      const { code, err } = await keyturn(['token', 'audit', '--verify', ...args], { cwd, env });
      expect([code, err]).toEqual([
        2,
        'keyturn: `--verify` checks the whole log. Only `--json` goes with it.\n',
      ]);
    }
  });

  it('does not call obtained what was not', async () => {
    const log = logOf(systemClock);
    log.record(eventOf({ action: 'obtained', error: 'secret_missing' }));
    log.record(eventOf({ action: 'obtained', error: null }));
    await log.flush();
    const lines = (await keyturn(['token', 'audit'], { cwd, env })).out.trimEnd().split('\n');
    expect(lines.map((line) => /(?:not )?obtained/.exec(line)?.[0])).toEqual(['not obtained', 'obtained']);
  });

  it('takes an origin as people write it, and nothing else for one', async () => {
    await fill();
    const find = (origin: string) => keyturn(['token', 'audit', '--origin', origin, '--json'], { cwd, env });
    expect(JSON.parse((await find('HTTPS://Other.Example.com/')).out)).toHaveLength(1);
    for (const origin of ['other.example.com', 'https://other.example.com/reports']) {
      expect(await find(origin)).toMatchObject({ code: 2, out: '' });
    }
  });

  it('says that nothing is recorded', async () => {
    const { code, out } = await keyturn(['token', 'audit'], { cwd, env });
    expect([code, out]).toEqual([0, 'There are no such events.\n']);
    const verified = await keyturn(['token', 'audit', '--verify'], { cwd, env });
    expect([verified.code, verified.out]).toEqual([0, expect.stringContaining('The audit log is empty.')]);
    // No keychain is at hand here: a log that was deleted would look the same.
    expect(verified.out).toContain('tell whether a log was deleted');
  });

  it('shows events for people, and only those that are asked for', async () => {
    await fill();
    const all = await keyturn(['token', 'audit'], { cwd, env });
    expect(all.code).toBe(0);
    expect(all.out.split('\n')).toHaveLength(4);
    expect(all.out).toMatch(
      /used +viewer +GET https:\/\/api\.example\.com\/reports\/\{id\} +200 +\/w\/tour\.http:12/,
    );
    expect(all.out).toMatch(/refused +admin .*origin_not_allowed.*! refused/);
    const lines = async (...args: string[]) =>
      (await keyturn(['token', 'audit', ...args], { cwd, env })).out.trimEnd().split('\n').length;
    expect(await lines('--token', 'viewer')).toBe(2);
    expect(await lines('--token', 'viewer', '--since', '7d')).toBe(1);
    expect(await lines('--action', 'refused', '--action', 'used')).toBe(3);
    expect(await lines('--origin', 'https://other.example.com')).toBe(1);
    expect(await lines('--unusual')).toBe(2);
    expect(await lines('TOUR.http')).toBe(2);
  });

  it('gives JSON and CSV', async () => {
    await fill();
    const json = await keyturn(['token', 'audit', '--json', '--token', 'admin'], { cwd, env });
    expect(JSON.parse(json.out)).toMatchObject([{ token: 'admin', action: 'refused', unusual: ['refused'] }]);
    const csv = await keyturn(['token', 'audit', '--csv'], { cwd, env });
    expect(csv.out).toContain(`,'=cmd(),`);
  });

  it('verifies, and its exit code tells', async () => {
    await fill();
    const whole = await keyturn(['token', 'audit', '--verify', '--json'], { cwd, env });
    expect([whole.code, JSON.parse(whole.out)]).toMatchObject([0, { state: 'whole', lines: 3 }]);
    const file = join(folder, 'audit-000001.jsonl');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"admin"', '"other"'));
    const broken = await keyturn(['token', 'audit', '--verify'], { cwd, env });
    expect(broken.code).toBe(1);
    expect(broken.out).toContain('The audit log is broken at line 3 of audit-000001.jsonl.');
  });

  it('is kept for as many days as the variable says, and rejects a value that is not valid', async () => {
    await writeFile(
      join(cwd, 'keyturn.json'),
      JSON.stringify({ tokens: { a: { grant: 'static', origins: ['https://a.example'] } } }),
    );
    await writeFile(join(cwd, 'a.http'), '# @token a\nGET https://b.example/\n');
    const ages = [40, 20, 5];
    for (const days of ages) {
      const clock = { now: () => Date.now() - days * 86_400_000, at: () => ({ dispose: () => undefined }) };
      const log = logOf(clock);
      log.record(eventOf({ tokenName: `${days} days` }));
      await log.flush();
    }
    const runWith = (days: string) =>
      keyturn(['run', 'a.http'], {
        cwd,
        env: { ...env, KEYTURN_TOKEN_A: 'a-token-0123456789', KEYTURN_AUDIT_DAYS: days },
      });
    for (const wrong of ['0', '3651', '-1', '1.5', 'ninety', '1e3', '99999999999999999999']) {
      const { code, err } = await runWith(wrong);
      expect([wrong, code]).toEqual([wrong, 2]);
      expect(err).toContain('KEYTURN_AUDIT_DAYS takes a whole number of days from 1 to 3650.');
    }
    expect(await tokensOf()).toEqual(ages.map((days) => `${days} days`));
    await runWith('30');
    expect(await tokensOf()).toEqual(['20 days', '5 days', 'a']);
    const verified = await keyturn(['token', 'audit', '--verify', '--json'], { cwd, env });
    expect(JSON.parse(verified.out)).toMatchObject({ state: 'whole', expired: 1 });
  });

  it('refuses wrong use', async () => {
    for (const args of [['--action', 'eaten'], ['--since', 'soon'], ['--json', '--csv'], ['--what']]) {
      expect((await keyturn(['token', 'audit', ...args], { cwd, env })).code).toBe(2);
    }
    expect((await keyturn(['token', 'audit', '--help'], { cwd, env })).out).toContain('--verify');
  });
});

describe('keyturn run', () => {
  it('records where tokens went and where they were refused, without a keychain and without the token', async () => {
    const server = createServer((_, response) => void response.end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const token = 'secret-token-of-the-environment';
    await writeFile(
      join(cwd, 'keyturn.json'),
      JSON.stringify({ tokens: { viewer: { grant: 'static', origins: [`http://127.0.0.1:${port}`] } } }),
    );
    await writeFile(
      join(cwd, 'a.http'),
      `# @token viewer\nGET http://127.0.0.1:${port}/reports/77?x=1\n\n###\n# @token viewer\nGET https://elsewhere.example/x\n`,
    );
    const run = await keyturn(['run', 'a.http'], { cwd, env: { ...env, KEYTURN_TOKEN_VIEWER: token } });
    expect(run.code).toBe(1);
    const { out } = await keyturn(['token', 'audit', '--json'], { cwd, env });
    expect(JSON.parse(out)).toMatchObject([
      {
        action: 'used',
        token: 'viewer',
        fingerprint: null,
        origin: `http://127.0.0.1:${port}`,
        method: 'GET',
        path: '/reports/{id}',
        status: 200,
        cause: `${join(cwd, 'a.http')}:2`,
      },
      {
        action: 'refused',
        error: 'origin_not_allowed',
        origin: 'https://elsewhere.example',
        unusual: ['refused'],
      },
    ]);
    for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (file.isFile())
        expect(await readFile(join(file.parentPath, file.name), 'utf8')).not.toContain(token);
    }
  });
});

describe('keyturn token export and import', () => {
  it('says what is missing, and fails without a keychain', async () => {
    expect((await keyturn(['token', 'export'], { cwd, env })).code).toBe(2);
    expect((await keyturn(['token', 'import'], { cwd, env })).code).toBe(2);
    expect((await keyturn(['token', 'import', 'none.keyturn'], { cwd, env })).err).toContain(
      'There is no file',
    );
    const exported = await keyturn(['token', 'export', 'x.keyturn'], { cwd, env, stdin: 'a passphrase' });
    expect(exported.code).toBe(1);
    expect(exported.err).toContain('keychain');
  });

  it('refuses a file that is none', async () => {
    await writeFile(join(cwd, 'x.keyturn'), 'hello');
    const { code, err } = await keyturn(['token', 'import', 'x.keyturn'], {
      cwd,
      env,
      stdin: 'a passphrase',
    });
    expect(code).toBe(1);
    expect(err).toContain('This file is not an export of tokens.');
  });
});
