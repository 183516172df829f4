import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GrantContext } from '../../src/token/grant.ts';
import type { ProfileOptions } from '../../src/profile/profile.ts';
import { Redactor } from '../../src/redaction/redactor.ts';
import { commandSource, type CommandParts } from '../../src/sources/command.ts';
import { createSourceConsent } from '../../src/consent/sources.ts';
import { createProcessRunner } from '../../src/node/processRunner.ts';
import { contextOf } from '../oauth/support.ts';
import { memoryValues, TestClock } from '../token/support.ts';
import { everythingAllowed, askerOf, localProfile } from '../token/sources/support.ts';

let folder: string;
let redactor: Redactor;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-command-'));
  redactor = new Redactor();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function source(changes: Partial<CommandParts> = {}) {
  return commandSource({
    runner: createProcessRunner({ PATH: process.env['PATH'] }),
    consent: everythingAllowed,
    clock: new TestClock(),
    folderOf: dirname,
    mask: (text) => redactor.mask(text),
    register: (secret, label) => redactor.register(secret, label),
    ...changes,
  });
}

const profileOf = (command: readonly string[] | null, options: Partial<ProfileOptions> = {}) =>
  localProfile('command', { command, ...options }, { declaredIn: join(folder, 'keyturn.json') });

/** What a program with this text as its script gives. */
const obtain = (
  script: string,
  {
    context = {},
    parts = {},
    options = {},
  }: {
    context?: Partial<GrantContext>;
    parts?: Partial<CommandParts>;
    options?: Partial<ProfileOptions>;
  } = {},
) => source(parts).obtain(profileOf([process.execPath, '-e', script], options), contextOf(context));

describe('what a command prints', () => {
  it('is the token', async () => {
    expect(await obtain(`console.log('gho_0123456789')`)).toEqual({
      accessToken: 'gho_0123456789',
      refreshToken: null,
      idToken: null,
      tokenType: 'bearer',
      scope: null,
      expiresAtMs: null,
    });
  });

  it('is JSON with the token and its end, counted from before it ran', async () => {
    const clock = new TestClock();
    const result = await obtain(
      `console.log(JSON.stringify({ access_token: 'T', expires_in: 60, scope: 'read' }))`,
      {
        parts: { clock },
      },
    );
    expect(result).toMatchObject({ accessToken: 'T', expiresAtMs: clock.nowMs + 60_000, scope: 'read' });
  });

  it('is read at a pointer', async () => {
    const result = await obtain(`console.log('{"data":{"data":{"key":"T"}}}')`, {
      options: { tokenPointer: '/data/data/key' },
    });
    expect(result.accessToken).toBe('T');
  });

  it('comes from the folder of keyturn.json', async () => {
    await writeFile(join(folder, 'token.txt'), 'from-the-folder');
    const result = await obtain(`process.stdout.write(require('node:fs').readFileSync('token.txt'))`);
    expect(result.accessToken).toBe('from-the-folder');
  });

  it.each([
    ['nothing', ``, 'is empty'],
    ['several lines', `console.log('one'); console.log('two')`, 'has several lines'],
    [
      'binary',
      `process.stdout.write(Buffer.from([0x89, 0x50, 0xff, 0x00, 0xfe]))`,
      'holds characters that no token has',
    ],
    [
      'other JSON',
      `console.log('{"user":"zoe"}')`,
      'is JSON without access_token, accessToken, AccessToken, token',
    ],
  ])('is refused as %s, unquoted', async (_name, script, fault) => {
    await expect(obtain(script)).rejects.toMatchObject({
      code: 'command_failed',
      message: expect.stringMatching(
        new RegExp(`^What ".*" printed for the token "local" ${fault}\\.$`),
      ) as string,
      hint: expect.stringContaining('tokenPointer') as string,
    });
  });

  it('is bounded in size and time', async () => {
    await expect(
      obtain(`(function on() { process.stdout.write('x'.repeat(65536), on); })()`),
    ).rejects.toMatchObject({
      code: 'command_failed',
      message: expect.stringContaining('printed too much') as string,
    });
    await expect(obtain(`setInterval(() => {}, 1000)`, { parts: { timeoutMs: 200 } })).rejects.toMatchObject({
      code: 'command_failed',
      message: expect.stringContaining('did not end within 1 s') as string,
    });
  });
});

describe('a command that fails', () => {
  it('says why, without colours and line ends', async () => {
    await expect(
      obtain(
        `process.stderr.write('\\u001b[31mYou are not\\r\\nsigned in.\\u001b[0m\\u0007\\n'); process.exit(4)`,
      ),
    ).rejects.toMatchObject({
      code: 'command_failed',
      message: `${JSON.stringify(process.execPath)} ended with code 4: You are not signed in.`,
      hint: expect.stringContaining('-e') as string,
      data: { token: 'local', exitCode: 4 },
    });
  });

  it('shows no secret: neither one that is known, nor its own token, nor what looks like one', async () => {
    redactor.register('known-secret-value', 'other');
    const script = `console.log('its-own-token');
      console.error('tried known-secret-value and its-own-token and ghp_0123456789abcdefghij at https://x.example/cb?code=abcdefghij0123456789 in /users/zoe/.config/tool');
      process.exit(1)`;
    const error: unknown = await obtain(script).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'command_failed',
      message: expect.stringContaining(
        'tried •••other••• and •••local••• and ••• at https://x.example/cb?code=••• in /users/zoe/.config/tool.',
      ) as string,
    });
  });

  it('is quoted at most so far', async () => {
    const error: unknown = await obtain(`console.error('no '.repeat(100000)); process.exit(1)`).catch(
      (e: unknown) => e,
    );
    const { message } = error as Error;
    expect(message.length).toBeLessThan(700);
    expect(message).toMatch(/no…\.?$/);
  });

  it('may be ended by a signal', async () => {
    await expect(obtain(`process.kill(process.pid, 'SIGKILL')`)).rejects.toMatchObject({
      message: expect.stringContaining('was ended by a signal') as string,
    });
  });
});

describe('a program of the folder', () => {
  const always = () => {
    const { asker, questions } = askerOf('remember', 'remember', 'remember', 'refuse');
    const values = memoryValues();
    return {
      questions,
      consent: createSourceConsent({ values, asker, hint: () => '', notKept: () => undefined }),
    };
  };
  const obtainBy = (command: readonly string[], parts: Partial<CommandParts>) =>
    source(parts).obtain(profileOf(command), contextOf({}));
  const writeScript = (name: string, token: string) =>
    writeFile(join(folder, name), `#!/bin/sh\necho ${token}\n`, { mode: 0o755 });

  it.each([
    ['by its path', 't.sh', () => ['./t.sh']],
    ['by its whole path', 't.sh', () => [join(folder, 't.sh')]],
    ['as the script of an interpreter', 't.sh', () => ['sh', 't.sh']],
    ['in an option', 't.sh', () => ['sh', '-c', '. "${1#*=}"', 'sh', '--script=./t.sh']],
  ])('that is named %s is asked about again when it changes', async (_, name, command) => {
    const { consent, questions } = always();
    await writeScript(name, 'one');
    for (let i = 0; i < 2; i++) {
      expect((await obtainBy(command(), { consent })).accessToken).toBe('one');
    }
    expect(questions).toHaveLength(1);
    expect(questions[0]?.subject).toMatchObject({ files: [{ path: join(folder, 't.sh') }] });
    await writeScript(name, 'two');
    await obtainBy(command(), { consent });
    expect(questions).toHaveLength(2);
  });

  it('is not run when it changed while the person was asked', async () => {
    await writeScript('t.sh', 'one');
    const consent = { require: () => writeScript('t.sh', 'two') };
    await expect(obtainBy(['./t.sh'], { consent })).rejects.toMatchObject({ code: 'command_refused' });
  });

  it('takes no place of one on PATH, whatever else PATH holds', async () => {
    const bin = await mkdtemp(join(tmpdir(), 'keyturn-bin-'));
    await writeFile(join(bin, 'tool'), '#!/usr/bin/env helper\n', { mode: 0o755 });
    await writeFile(join(bin, 'helper'), '#!/bin/sh\necho installed\n', { mode: 0o755 });
    await writeScript('tool', 'of-the-folder');
    await writeScript('helper', 'of-the-folder');
    const { consent, questions } = always();
    const runner = createProcessRunner({ PATH: `:.:${bin}:/usr/bin:/bin:` });
    expect((await obtainBy(['tool'], { consent, runner })).accessToken).toBe('installed');
    expect(questions[0]?.subject).toMatchObject({ program: join(bin, 'tool'), files: [] });
    await rm(bin, { recursive: true });
  });
});

describe('before a command is run', () => {
  const ran = () => join(folder, 'ran');
  const script = () => `require('node:fs').writeFileSync(${JSON.stringify(ran())}, ''); console.log('T')`;
  const hasRun = () =>
    rm(ran()).then(
      () => true,
      () => false,
    );
  const consentOf = (asker: ReturnType<typeof askerOf>['asker'], values = memoryValues()) =>
    createSourceConsent({ values, asker, hint: () => 'Agree.', notKept: () => undefined });

  it('the person is asked with the very line, folder and origins', async () => {
    const { asker, questions } = askerOf('once', 'refuse');
    const parts = { consent: consentOf(asker) };
    expect((await obtain(script(), { parts })).accessToken).toBe('T');
    expect(await hasRun()).toBe(true);
    expect(questions).toEqual([
      {
        tokenName: 'local',
        subject: {
          kind: 'command',
          command: [process.execPath, '-e', script()],
          folder,
          program: process.execPath,
          files: [{ path: process.execPath, sha256: expect.stringMatching(/^[\w-]{43}$/) as string }],
        },
        origins: ['https://api.example.com'],
        declaredIn: join(folder, 'keyturn.json'),
      },
    ]);
    await expect(obtain(script(), { parts })).rejects.toMatchObject({
      code: 'command_refused',
      hint: 'Agree.',
    });
    expect(await hasRun()).toBe(false);
    expect(questions.length).toBe(2);
  });

  it('in the background only what was allowed for good is run', async () => {
    const values = memoryValues();
    const { asker, questions } = askerOf('remember');
    const parts = { consent: consentOf(asker, values) };
    const background = { parts, context: { waiting: false } };
    await expect(obtain(script(), background)).rejects.toMatchObject({ code: 'command_refused' });
    expect(questions).toEqual([]);
    await obtain(script(), { parts });
    expect((await obtain(script(), background)).accessToken).toBe('T');
  });

  it('a keyturn.json that is not on this computer is refused', async () => {
    await expect(obtain(script(), { parts: { folderOf: () => null } })).rejects.toMatchObject({
      code: 'unsupported',
    });
    expect(await hasRun()).toBe(false);
  });

  it('a profile without a command is refused', async () => {
    for (const command of [null, [], ['']]) {
      await expect(source().obtain(profileOf(command), contextOf())).rejects.toMatchObject({
        code: 'profile_invalid',
      });
    }
  });
});

it('a command that is cancelled fails with cancelled', async () => {
  const controller = new AbortController();
  const running = obtain(`setInterval(() => {}, 1000)`, { context: { signal: controller.signal } });
  setTimeout(() => controller.abort(), 100);
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
});

it('a line that is too long to be reviewed is not asked about', async () => {
  const { asker, questions } = askerOf('remember');
  const consent = createSourceConsent({
    values: memoryValues(),
    asker,
    hint: () => 'Agree.',
    notKept: () => undefined,
  });
  const padded = profileOf([process.execPath, '-e', `1${' '.repeat(2000)};console.log('gho_0123456789')`]);
  await expect(source({ consent }).obtain(padded, contextOf())).rejects.toMatchObject({
    code: 'command_refused',
  });
  expect(questions).toEqual([]);
});
