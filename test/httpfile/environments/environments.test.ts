import { describe, expect, test } from 'vitest';
import { loadDotenv, loadEnvironments } from '../../../src/httpfile/environments/environments.ts';
import { memoryFiles } from '../memoryFiles.ts';

const none = { environments: {} };
const file = '/project/api/requests.http';

function load(
  contents: Record<string, string | null>,
  settings = none as Parameters<typeof loadEnvironments>[2],
) {
  return loadEnvironments(memoryFiles(contents), file, settings, { trusted: true });
}

describe('environments', () => {
  test('public, private over it, settings below, shared beneath each', async () => {
    const set = await load(
      {
        '/project/api/http-client.env.json': JSON.stringify({
          $shared: { a: 'shared', b: 'shared' },
          dev: { b: 'public', c: 'public', port: 8080, big: 1, on: true, nested: { x: 1 }, nothing: null },
        }),
        '/project/api/http-client.private.env.json': '{ "dev": { "c": "private" }, "local": {} }',
      },
      { environments: { $shared: { z: 'settings' }, dev: { a: 'settings', d: 'settings' }, ci: {} } },
    );
    expect(set.problems).toEqual([]);
    expect(set.names).toEqual(['dev', 'local', 'ci']);
    expect(Object.fromEntries(set.variables('dev'))).toEqual({
      a: 'settings',
      b: 'public',
      c: 'private',
      d: 'settings',
      z: 'settings',
      port: '8080',
      big: '1',
      on: 'true',
    });
    expect(Object.fromEntries(set.variables(null))).toEqual({ a: 'shared', b: 'shared', z: 'settings' });
  });

  test('httpyac: environments of its configuration, below those of JetBrains and above the settings', async () => {
    const set = await load(
      {
        '/project/.httpyac.json':
          '{ "environments": { "$shared": { "s": "1" }, "dev": { "a": "httpyac", "b": "httpyac", "n": 7 } }, "request": {}, "proxy": "x" }',
        '/project/http-client.env.json': '{ "dev": { "a": "jetbrains" } }',
      },
      { environments: { dev: { b: 'settings', c: 'settings' } } },
    );
    expect(Object.fromEntries(set.variables('dev'))).toEqual({
      a: 'jetbrains',
      b: 'httpyac',
      c: 'settings',
      n: '7',
      s: '1',
    });
    expect(set.problems).toMatchObject([
      {
        code: 'setting_ignored',
        severity: 'info',
        message: 'Keyturn reads only the environments of this file, and ignores request, proxy.',
      },
    ]);
    expect((await load({ '/project/.httpyac.json': '{}' })).names).toEqual([]);
    expect((await load({ '/project/.httpyac.json': '{ "environments": [] }' })).problems).toMatchObject([
      { message: 'The environments are an object.' },
    ]);
  });

  test.each(['.httpyac.js', '.httpyac.cjs', 'httpyac.config.js', 'httpyac.config.cjs'])(
    'httpyac: %s is a program, which is named and not run',
    async (name) => {
      const { problems } = await load({ [`/project/${name}`]: 'module.exports = {}' });
      expect(problems).toMatchObject([
        {
          file: `/project/${name}`,
          code: 'setting_ignored',
          message:
            'Keyturn does not run this configuration of httpyac. Write its environments into .httpyac.json.',
        },
      ]);
    },
  );

  test('the nearest file upward counts, each kind by itself', async () => {
    const set = await load({
      '/project/http-client.env.json': '{ "far": {} }',
      '/project/http-client.private.env.json': '{ "near": { "b": "private" } }',
      '/project/api/http-client.env.json': '{ "near": { "a": "public", "b": "public" } }',
    });
    expect(set.names).toEqual(['near']);
    expect(Object.fromEntries(set.variables('near'))).toEqual({ a: 'public', b: 'private' });
  });

  test('comments, trailing commas, a byte-order mark, and digits as they are written', async () => {
    const set = await load({
      '/project/api/http-client.env.json':
        '\uFEFF{ // words\n "dev": { "id": 12345678901234567890, "__proto__": "x", }, }',
    });
    expect(set.problems).toEqual([]);
    expect([...set.variables('dev')]).toEqual([
      ['id', '12345678901234567890'],
      ['__proto__', 'x'],
    ]);
  });

  test('an unknown environment', async () => {
    const set = await load({ '/project/api/http-client.env.json': '{ "dev": {} }' });
    expect(() => set.variables('prod')).toThrow(
      expect.objectContaining({ code: 'environment_unknown' }) as Error,
    );
  });

  test.each([
    ['a syntax error', '{\n  "dev": { "a": }\n}', { line: 1, column: 16 }],
    ['a list', '[1]', { line: 0, column: 0 }],
    ['a text where an environment belongs', '{ "dev": "x" }', { line: 0, column: 9 }],
    ['nesting without end', '['.repeat(100_000), { line: 0, column: 50 }],
  ])('%s is a problem with file and position', async (_name, text, start) => {
    const set = await load({ '/project/api/http-client.env.json': text });
    expect(set.problems).toMatchObject([
      { file: '/project/api/http-client.env.json', code: 'environment_invalid', span: { start } },
    ]);
  });

  test('a file that cannot be read is a problem, and the settings still count', async () => {
    const set = await load(
      { '/project/api/http-client.env.json': null },
      { environments: { dev: { a: 'b' } } },
    );
    expect(set.problems).toMatchObject([{ code: 'environment_invalid' }]);
    expect(set.variables('dev').get('a')).toBe('b');
  });

  test('nothing at all', async () => {
    const set = await load({});
    expect(set).toMatchObject({ names: [], problems: [] });
    expect(set.variables(null).size).toBe(0);
  });
});

describe('.env', () => {
  test('the nearest one upward', async () => {
    const files = memoryFiles({
      '/project/.env': 'A=far',
      '/project/api/.env': 'A="near one" # words\nexport B=2\n',
    });
    expect(Object.fromEntries(await loadDotenv(files, file, { trusted: true }))).toEqual({
      A: 'near one',
      B: '2',
    });
    expect((await loadDotenv(files, '/elsewhere/x.http', { trusted: true })).size).toBe(0);
  });
});
