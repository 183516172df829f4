import { generateKeyPairSync } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canaryValue, findSecrets } from './forms.ts';
import { startLeakyIssuer } from './issuer.ts';
import { type Finding, scanFolder, scanOutput } from './scan.ts';
import { commandToScan } from './unmaskedBuild.ts';

// The `keyturn` command as it is shipped, with secrets of known values from the environment and from another program,
// against an issuer and an API that give all of it back. What it prints and writes holds none of them.

/** The same with a build that masks nothing shows what would be found: see unmaskedCommand.spec.ts. */
const isMasked = process.env['CANARY_UNMASKED'] === undefined;
let command: Awaited<ReturnType<typeof commandToScan>>;

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ format: 'pem', type: 'pkcs8' })
  .toString();
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const values = {
  pasted: canaryValue('pasted'),
  clientSecret: canaryValue('client'),
  password: canaryValue('password'),
  refreshed: canaryValue('refreshed'),
  printed: canaryValue('printed'),
  complained: canaryValue('complained1'),
  variable: canaryValue('variable'),
  inFile: canaryValue('inFile'),
};
/** Written into a request by hand. */
const byHand = canaryValue('byHand');
const given: Readonly<Record<string, string>> = {
  ...values,
  'by hand': byHand,
  'pem body': pem.split('\n')[1] ?? '',
  'jwk member': jwk.d ?? '',
};

let folder: string;
let issuer: Awaited<ReturnType<typeof startLeakyIssuer>>;
let env: Record<string, string>;
const findings: Finding[] = [];

beforeAll(async () => {
  issuer = await startLeakyIssuer();
  folder = await mkdtemp(join(tmpdir(), 'keyturn-canary-'));
  await Promise.all(['home', 'tmp', 'work'].map((name) => mkdir(join(folder, name))));
  command = await commandToScan(isMasked);
  await writeFile(join(folder, 'tool.mjs'), tool);
  const commands = ['token', 'fail'].map((word) => [process.execPath, join(folder, 'tool.mjs'), word]);
  const tokens = profilesAt(issuer.origin, commands);
  await writeFile(join(folder, 'work/keyturn.json'), JSON.stringify({ tokens }));
  const requests = Object.keys(tokens).map((name) => `# @token ${name}\nGET ${issuer.origin}/api/echo\n`);
  requests.push(`GET ${issuer.origin}/api/echo\nAuthorization: Bearer {{$auth.token("foreign")}}\n`);
  await writeFile(join(folder, 'work/all.http'), requests.join('\n###\n'));
  await writeFile(join(folder, 'work/hand.http'), handMade(issuer.origin));
  await writeFile(join(folder, 'work/http-client.env.json'), JSON.stringify(foreign(issuer.origin)));
  env = {
    PATH: process.env['PATH'] ?? '',
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    XDG_STATE_HOME: join(folder, 'home/state'),
    // No session bus: the keychain of the person who runs this stays closed.
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
    KEYTURN_DEBUG: '1',
    KEYTURN_ALLOW_COMMANDS: commands.map((command) => command.join(' ')).join('\n'),
    KEYTURN_TOKEN_PASTED: values.pasted,
    KEYTURN_TOKEN_REFRESHED: values.refreshed,
    KEYTURN_CLIENT_SECRET_MACHINE: values.clientSecret,
    KEYTURN_CLIENT_SECRET_JWT: values.clientSecret,
    KEYTURN_PASSWORD_NAMED: values.password,
    KEYTURN_PRIVATE_KEY_SIGNED: pem,
    KEYTURN_PRIVATE_KEY_ASSERTED: JSON.stringify(jwk),
    KEYTURN_PRIVATE_KEY_HOMEMADE: JSON.stringify(jwk),
    CANARY_PRINTED: values.printed,
    CANARY_COMPLAINED: values.complained,
    CANARY_VARIABLE: values.variable,
  };
});

afterAll(async () => {
  issuer.stop();
  await command.remove();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const tool = `if (process.argv[2] === 'token') console.log(process.env.CANARY_PRINTED);
else {
  console.error('refused: ' + process.env.CANARY_COMPLAINED);
  process.exitCode = 1;
}
`;

function profilesAt(origin: string, [token = [], fail = []]: string[][]) {
  const own = { origins: [origin] };
  const server = (clientId: string, clientAuthentication: string) => ({
    ...own,
    issuer: origin,
    clientId,
    clientAuthentication,
  });
  const key = { algorithm: 'ES256' };
  return {
    pasted: { ...server('pasted', 'none'), grant: 'static' },
    machine: { ...server('machine', 'client_secret_basic'), grant: 'client_credentials' },
    jwt: { ...server('jwt', 'client_secret_jwt'), grant: 'client_credentials' },
    refreshed: { ...server('refreshed', 'none'), grant: 'refresh_token' },
    named: { ...server('named', 'none'), grant: 'password', username: 'ada' },
    signed: { ...server('signed', 'private_key_jwt'), grant: 'client_credentials' },
    asserted: { ...server('asserted', 'none'), ...key, grant: 'jwt_bearer' },
    bound: { ...server('bound', 'none'), grant: 'client_credentials', dpop: true },
    homemade: { ...own, ...key, grant: 'self_signed', claims: { sub: 'ada' } },
    printed: { ...own, grant: 'command', command: token },
    complaining: { ...own, grant: 'command', command: fail },
    fromOutside: { ...own, grant: 'environment', variable: 'CANARY_VARIABLE' },
  };
}

/** Credentials by hand in every place, a token that is encoded again and again, and requests that cannot be made. */
function handMade(origin: string): string {
  const inUrl = encodeURIComponent(byHand);
  const encoding = [1, 2, 3, 4].map((times) => `@t${times} = {{%t${times - 1}}}`);
  const credentials = `X-Api-Key: ${byHand}\nsessionId: ${byHand}\nCookie: theme=dark; sid=${inUrl}`;
  return [
    `@t0 = {{$token pasted}}\n${encoding.join('\n')}`,
    `GET ${origin}/api/echo?q={{t4}}\nX-Many: {{t3}}`,
    `GET ${origin.replace('://', `://zoe:${inUrl}@`)}/api/echo?api_key=${inUrl}\n${credentials}`,
    `GET https://zoe:${inUrl}@no host/?sig=${inUrl}`,
    `GET https:///{{t0}}.example.com/`,
    `# @proxy http://zoe:${inUrl}@127.0.0.1:1\n# @expect header x-key exists\nGET ${origin}/api/echo`,
    `GET https://a{{t4}}.example.com/?accessToken=${inUrl}`,
    `POST ${origin}/api/echo\nContent-Type: application/json\nX-Sent: ${byHand}\n\n{"user":{"password":"${byHand}"}}`,
    `# @run #a (@token=${byHand})\nGET ${origin}/api/echo?{{f({ password: "${byHand}" })}}`,
    `GET ${origin}/api/echo\n?? body password == ${byHand}\n?? header x-api-key startsWith ${byHand}`,
  ].join('\n\n###\n\n');
}

function foreign(origin: string) {
  const entry = {
    Type: 'OAuth2',
    'Grant Type': 'Client Credentials',
    'Token URL': `${origin}/token`,
    'Client ID': 'foreign',
    'Client Secret': values.inFile,
  };
  return { $shared: { Security: { Auth: { foreign: entry } } } };
}

const secrets = (): Record<string, string> => ({ ...given, ...issuer.secrets });

/** Runs the command; what it prints is looked through. */
async function keyturn(args: readonly string[], stdin = ''): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, [command.cli, ...args], { cwd: join(folder, 'work'), env });
  child.stdin.end(stdin);
  const { code, text, findings: found } = await scanOutput(child, `keyturn ${args.join(' ')}`, secrets);
  findings.push(...found);
  return { code, text };
}

test.each([['--json'], ['--allow-origin']])('requests with every kind of token: %s', async (option) => {
  const args = option === '--json' ? [option] : [option, issuer.origin];
  const { text } = await keyturn(['run', 'all.http', ...args]);
  expect(text).toContain('200');
  if (isMasked) expect(findings).toEqual([]);
});

test('credentials that were written by hand, and tokens in disguise', async () => {
  for (const args of [['run'], ['run', '--json'], ['list']]) {
    expect((await keyturn([...args, 'hand.http'])).text).toContain('/api/echo');
  }
  for (const name of ['8', '13']) await keyturn(['run', 'hand.http', '--line', name]);
  if (isMasked) expect(findings).toEqual([]);
});

test('a body that is printed', async () => {
  for (const line of ['2', '5', '38']) {
    const { code } = await keyturn(['run', 'all.http', '--line', line]);
    expect(code).toBe(0);
  }
});

test.each(['pasted', 'machine', 'homemade', 'printed', 'fromOutside'])(
  'what is known of %s',
  async (name) => {
    for (const args of [
      ['show', name],
      ['verify', name],
      ['verify', name, '--json'],
      ['introspect', name],
      ['introspect', name, '--json'],
      ['rotate', name],
      ['revoke', name],
      ['revoke', name, '--json'],
    ]) {
      expect((await keyturn(['token', ...args])).code).not.toBe(2);
    }
  },
);

test('lists, and a token from standard input', async () => {
  const jwt = Object.values(issuer.secrets).find((value) => value.startsWith('eyJ')) ?? '';
  await keyturn(['token', 'list']);
  await keyturn(['token', 'list', '--json']);
  expect((await keyturn(['token', 'inspect', '-'], jwt)).code).toBe(0);
  expect((await keyturn(['token', 'inspect', '-', '--json'], jwt)).code).toBe(0);
});

test('the server really got them', () => {
  const seen = issuer.seen.join('\n');
  // What a program complains of goes nowhere.
  const sent = Object.keys(values).filter((name) => name !== 'complained');
  expect(findSecrets(seen, values)).toEqual(sent);
});

test('failures quote what was sent', async () => {
  issuer.refuse('tokens');
  for (const name of ['machine', 'jwt', 'refreshed', 'named', 'signed', 'asserted', 'bound']) {
    const { code, text } = await keyturn(['token', 'refresh', name]);
    expect({ name, code, text }).toMatchObject({
      code: 1,
      text: expect.stringContaining('answered') as string,
    });
  }
  await keyturn(['run', 'all.http', '--json']);
});

test('the audit log', async () => {
  for (const option of ['--json', '--csv', '--verify']) {
    expect((await keyturn(['token', 'audit', option])).text).not.toBe('');
  }
  expect((await keyturn(['token', 'audit'])).text).toContain('machine');
});

test('nothing is left but the file that held one', async () => {
  findings.push(...(await scanFolder(folder, secrets())));
  const source = join(folder, 'work/http-client.env.json');
  if (!isMasked) {
    const kinds = new Set(findings.map(({ secret }) => secret.replace(/ \d+(?:, its end)?$/, '')));
    expect([...kinds]).toEqual(expect.arrayContaining(everyShownKind));
    return;
  }
  expect(findings).toEqual([
    { secret: 'by hand', where: join(folder, 'work/hand.http') },
    { secret: 'inFile', where: source },
  ]);
});

/** What the command shows where nothing is masked; keys never leave it. */
const everyShownKind = [
  'access',
  'assertion',
  'client_assertion',
  'clientSecret',
  'password',
  'pasted',
  'printed',
  'refresh_token',
  'variable',
];
