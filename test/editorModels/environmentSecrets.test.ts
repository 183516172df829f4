import { describe, expect, it } from 'vitest';
import { environmentSecrets } from '../../src/editor/fileSecrets/environmentSecrets.ts';
import { type SecretReader, secretUses } from '../../src/editor/fileSecrets/secretUses.ts';
import { systemClock } from '../../src/base/clock.ts';
import { loadEnvironments } from '../../src/httpfile/environments/environments.ts';
import { parseEnvironmentFile } from '../../src/httpfile/environments/environmentFile.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import { foreignProfile } from '../../src/foreign/foreignProfiles.ts';
import { secretKey } from '../../src/profile/key.ts';
import { memoryFiles } from '../httpfile/memoryFiles.ts';

const entry = (changes: object = {}) => ({
  Type: 'OAuth2',
  'Grant Type': 'Client Credentials',
  'Token URL': 'https://id.example.com/token',
  'Client ID': 'machine',
  'Client Secret': 'hush',
  ...changes,
});
const withEntry = (changes: object = {}, environment = 'dev') => ({
  [environment]: { Security: { Auth: { api: entry(changes) } } },
});

describe('secrets in an environment file', () => {
  it('are found where the file is told to hold them', () => {
    const text = JSON.stringify(
      {
        $shared: { oauth2_clientSecret: 'one', aadV2ClientSecret: 'two', url: 'https://x' },
        dev: {
          Security: {
            Auth: {
              a: { 'Client Secret': 'three', Password: 'four' },
              b: { 'Client Secret': '{{elsewhere}}', Password: '' },
              c: 'nothing',
            },
          },
        },
      },
      null,
      2,
    );
    const found = environmentSecrets(text);
    expect(found.map(({ environment, entry: id, kind, value }) => [environment, id, kind, value])).toEqual([
      ['$shared', null, 'client_secret', 'one'],
      ['$shared', null, 'client_secret', 'two'],
      ['dev', 'a', 'client_secret', 'three'],
      ['dev', 'a', 'password', 'four'],
    ]);
    for (const { offset, length, value } of found)
      expect(text.slice(offset, offset + length)).toContain(JSON.stringify(value));
    const told = parseEnvironmentFile(text, 'f').problems.filter(({ code }) => code === 'secret_in_file');
    expect(told).toHaveLength(found.length);
  });

  it.each(['', '[]', '{"dev": 1}', '{"dev": {"Security": 1}}', '{"dev": {"Security": {"Auth": []}}}', '{'])(
    'are none in %s',
    (text) => {
      expect(environmentSecrets(text)).toEqual([]);
    },
  );
});

describe('the profiles that use a secret', () => {
  const file = '/w/a.http';
  const parts = { files: memoryFiles({}), clock: systemClock, processEnv: {} };

  async function reader(
    text: string,
    environments: object,
    name: string | null = 'dev',
  ): Promise<SecretReader> {
    const files = memoryFiles({ '/w/http-client.env.json': JSON.stringify(environments) });
    const set = await loadEnvironments(files, file, { environments: {} }, { trusted: true });
    return {
      tree: parseHttpFile(text),
      file,
      variables: set.variables(name),
      authEntry: (id) => Promise.resolve(set.authEntry(name, id)),
    };
  }
  const jetbrains = (origin: string) => `GET ${origin}/\nAuthorization: Bearer {{$auth.token("api")}}\n`;

  it('are bound to the origins of the requests, each with a key of its own', async () => {
    const text = [jetbrains('https://a.example.com'), jetbrains('https://b.example.com')].join('\n###\n');
    const uses = await secretUses(parts, [await reader(text, withEntry())], 'client_secret', 'hush');
    expect(uses.map(({ profile }) => profile.origins)).toEqual([
      ['https://a.example.com'],
      ['https://b.example.com'],
    ]);
    expect(new Set(uses.map(({ key }) => key)).size).toBe(2);
    expect(uses.every(({ forgetsSecret }) => !forgetsSecret)).toBe(true);
  });

  it('look for it under this key when it is no longer in the file', async () => {
    const { 'Client Secret': secret, ...left } = entry();
    const text = jetbrains('https://a.example.com');
    const [use] = await secretUses(parts, [await reader(text, withEntry())], 'client_secret', secret);
    const wanted = { syntax: 'jetbrains', name: 'api', args: [], settings: left, idToken: false } as const;
    const { profile, secrets } = foreignProfile(wanted, { origin: 'https://a.example.com', file });
    expect(secrets).toEqual({});
    expect(secretKey('client_secret', profile)).toBe(use?.key);
  });

  it('are none where another secret is used, or the request asks for no token', async () => {
    const asked = [await reader(jetbrains('https://a.example.com'), withEntry())];
    expect(await secretUses(parts, asked, 'client_secret', 'another')).toEqual([]);
    expect(await secretUses(parts, asked, 'password', 'hush')).toEqual([]);
    const plain = [await reader('GET https://a.example.com/\n', withEntry())];
    expect(await secretUses(parts, plain, 'client_secret', 'hush')).toEqual([]);
    const broken = [await reader(jetbrains('https://{{nowhere}}'), withEntry())];
    expect(await secretUses(parts, broken, 'client_secret', 'hush')).toEqual([]);
  });

  it('are told when nothing but the secret says that there is one', async () => {
    const code = {
      'Grant Type': 'Authorization Code',
      'Auth URL': 'https://id.example.com/auth',
      'Redirect URL': 'http://127.0.0.1/callback',
    };
    const text = jetbrains('https://a.example.com');
    const ask = async (changes: object) =>
      secretUses(parts, [await reader(text, withEntry(changes))], 'client_secret', 'hush');
    expect(await ask(code)).toMatchObject([{ forgetsSecret: true }]);
    expect(await ask({ ...code, 'Client Credentials': 'basic' })).toMatchObject([{ forgetsSecret: false }]);
  });

  it('are found through variables, shared environments and httpyac too', async () => {
    const variables = {
      $shared: { api_tokenEndpoint: 'https://id.example.com/token', api_clientId: 'machine' },
      dev: { api_clientSecret: 'hush' },
    };
    const text = 'GET https://a.example.com/\nAuthorization: oauth2 client_credentials api\n';
    expect(await secretUses(parts, [await reader(text, variables)], 'client_secret', 'hush')).toMatchObject([
      { profile: { name: 'api', clientId: 'machine' }, forgetsSecret: false },
    ]);
    const shared = await reader(jetbrains('https://a.example.com'), withEntry({}, '$shared'), null);
    expect(await secretUses(parts, [shared], 'client_secret', 'hush')).toHaveLength(1);
  });

  it('are found in requests that cannot be sent yet', async () => {
    const text = `# @ref login\n# @disabled\n${jetbrains('https://a.example.com')}`;
    expect(await secretUses(parts, [await reader(text, withEntry())], 'client_secret', 'hush')).toHaveLength(
      1,
    );
  });

  it('find the password of a person', async () => {
    const person = { 'Grant Type': 'Password', Username: 'ada', Password: 'pass phrase' };
    const asked = [await reader(jetbrains('https://a.example.com'), withEntry(person))];
    expect(await secretUses(parts, asked, 'password', 'pass phrase')).toMatchObject([
      { profile: { grant: 'password' }, forgetsSecret: false },
    ]);
  });
});
