import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import { Imports } from '../../../src/run/session/imports.ts';
import { Session, type SessionOptions } from '../../../src/run/session/session.ts';
import { SessionMemory } from '../../../src/run/session/sessionMemory.ts';
import { onCleanup } from '../../http/support.ts';
import { profileOf } from '../../token/support.ts';
import { memoryFiles } from '../../httpfile/memoryFiles.ts';
import { engineOver, type EngineSetup, runOptions } from '../support.ts';

interface Seen {
  readonly path: string;
  readonly authorization: string | null;
}

/** Answers a login with a token of its number, and everything else with its path. */
async function startApi(expiresIn = 3600) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    seen.push({ path, authorization: request.headers.authorization ?? null });
    const number = seen.filter((each) => each.path === path).length;
    const status = Number(/status=(\d+)/.exec(path)?.[1] ?? 200);
    response.writeHead(status, { 'content-type': 'application/json', 'x-number': String(number) });
    const { authorization } = request.headers;
    response.end(
      JSON.stringify({
        token: `token-number-${number}`,
        expires_in: expiresIn,
        id: number,
        path,
        authorization,
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanup(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { origin: `http://127.0.0.1:${address.port}`, seen, paths: () => seen.map(({ path }) => path) };
}

function sessionOver(
  texts: Readonly<Record<string, string>>,
  memory = new SessionMemory(),
  changes: Partial<SessionOptions> = {},
  setup: Partial<EngineSetup> = {},
) {
  const held = engineOver({ profiles: [], ...setup });
  const first: string[] = [];
  const session = new Session({
    engine: held.engine,
    memory,
    imports: new Imports(memoryFiles(texts)),
    variables: {},
    tokenName: null,
    confirmed: false,
    rules: { strict: false, skipsDisabled: true },
    dependencies: true,
    sentFirst: ({ result }) => first.push(result.node.name ?? ''),
    now: () => held.clock.now(),
    ...changes,
  });
  const tree = parseHttpFile(texts['/w/a.http'] ?? '');
  const file = { file: '/w/a.http', tree, environment: new Map<string, string>(), options: runOptions };
  const run = async (at: number) => {
    const node = tree.requests[at];
    if (node === undefined) throw new Error('no such request');
    return (await session.run(file, node)).result;
  };
  return { ...held, session, run, first };
}

const login = (origin: string) => `# @name login\nPOST ${origin}/login\n`;
const use = (origin: string, path = '/use') =>
  `# @name use\nGET ${origin}${path}\nAuthorization: Bearer {{login.response.body.$.token}}\n`;

describe('a request that refers to another', () => {
  it('goes after it, which is sent once for a session', async () => {
    const api = await startApi();
    const text = `${use(api.origin)}\n###\n${login(api.origin)}`;
    const memory = new SessionMemory();
    const { run, first } = sessionOver({ '/w/a.http': text }, memory);
    const result = await run(0);
    expect(result.error).toBeNull();
    expect(result.done).toEqual(['Keyturn sent login first.']);
    expect(first).toEqual(['login']);
    expect(api.seen).toEqual([
      { path: '/login', authorization: null },
      { path: '/use', authorization: 'Bearer token-number-1' },
    ]);
    const again = sessionOver({ '/w/a.http': text }, memory);
    expect((await again.run(0)).done).toEqual([]);
    expect(api.paths()).toEqual(['/login', '/use', '/use']);
  });

  it('does not send it twice in a batch, whichever stands first, however many at once', async () => {
    const api = await startApi();
    const text = [
      use(api.origin, '/1'),
      login(api.origin),
      use(api.origin, '/2').replace('@name use', '@name more'),
    ].join('\n###\n');
    const { run, session } = sessionOver({ '/w/a.http': text });
    await Promise.all([run(0), run(1), run(2)]);
    expect(api.paths().filter((path) => path === '/login')).toHaveLength(1);
    expect(session.counts).toMatchObject({ sent: 3, succeeded: 3 });
    const inTurn = sessionOver({ '/w/a.http': text });
    for (const at of [0, 1, 2]) await inTurn.run(at);
    expect(api.paths().filter((path) => path === '/login')).toHaveLength(2);
  });

  it('runs a login again whose token has expired', async () => {
    const api = await startApi(60);
    const text = `${login(api.origin)}\n###\n${use(api.origin)}`;
    const { run, clock } = sessionOver({ '/w/a.http': text });
    await run(1);
    await clock.advance(30_000);
    await run(1);
    expect(api.paths()).toEqual(['/login', '/use', '/use']);
    await clock.advance(3_600_000);
    await run(1);
    expect(api.paths().slice(3)).toEqual(['/login', '/use']);
  });

  it('masks the token wherever the answer is shown, and keeps it from other origins', async () => {
    const api = await startApi();
    const other = await startApi();
    const text = `${login(api.origin)}\n###\n${use(api.origin)}`;
    const { run, redactor } = sessionOver({ '/w/a.http': text });
    const result = await run(1);
    expect(JSON.stringify(result.request)).not.toContain('token-number-1');
    expect(redactor.mask('token-number-1')).toBe('•••login•••');
    expect(other.seen).toEqual([]);
  });

  it('is not sent where the other one gets no answer, and says so', async () => {
    const api = await startApi();
    const text = `# @name login\nGET http://127.0.0.1:1/login\n\n###\n${use(api.origin)}`;
    const { run } = sessionOver({ '/w/a.http': text });
    const { error, response } = await run(1);
    expect(response).toBeNull();
    expect(error?.message).toContain('login (line 2) has to be answered first, and failed:');
    expect(api.seen).toEqual([]);
  });

  it('fails where the other one is disabled, instead of being skipped too', async () => {
    const api = await startApi();
    const text = `# @name login\n# @disabled\nGET ${api.origin}/login\n\n###\n${use(api.origin)}`;
    const { run, session } = sessionOver({ '/w/a.http': text });
    expect((await run(1)).error?.code).toBe('request_invalid');
    expect(session.counts).toMatchObject({ failed: 1, skipped: 1 });
    expect(api.seen).toEqual([]);
  });

  it('says which part is missing of an answer that refused the login', async () => {
    const api = await startApi();
    const text = `# @name login\nGET ${api.origin}/login?status=401\n\n###\nGET ${api.origin}/use/{{login.response.body.$.jwt}}\n`;
    const { run } = sessionOver({ '/w/a.http': text });
    const { error } = await run(1);
    expect(error?.message).toBe('The response of login (401) has nothing at $.jwt (line 5).');
    expect(api.paths()).toEqual(['/login?status=401']);
  });

  it('goes alone without dependencies, and says what is missing', async () => {
    const api = await startApi();
    const text = `${login(api.origin)}\n###\n${use(api.origin)}`;
    const { run } = sessionOver({ '/w/a.http': text }, new SessionMemory(), { dependencies: false });
    expect((await run(1)).error).toMatchObject({
      code: 'variable_unknown',
      message: '{{login.response.body.$.token}} on line 7 refers to login (line 2), which was not sent yet.',
      hint: 'Send login first.',
    });
    expect(api.seen).toEqual([]);
  });

  it('finds it through variables of the file', async () => {
    const api = await startApi();
    const text = `@token = {{login.response.body.$.token}}\n@auth = Bearer {{token}}\n\n${login(api.origin)}\n###\nGET ${api.origin}/use\nAuthorization: {{auth}}\n`;
    const { run } = sessionOver({ '/w/a.http': text });
    expect((await run(1)).error).toBeNull();
    expect(api.seen[1]?.authorization).toBe('Bearer token-number-1');
  });

  it('chains through thousands', async () => {
    const api = await startApi();
    const count = 2000;
    const text = Array.from({ length: count }, (_, at) =>
      at === 0
        ? `# @name r0\nGET ${api.origin}/0\n`
        : `# @name r${at}\nGET ${api.origin}/${at}?id={{r${at - 1}.response.body.$.id}}\n`,
    ).join('\n###\n');
    const { run } = sessionOver({ '/w/a.http': text });
    const result = await run(count - 1);
    expect(result.error).toBeNull();
    expect(api.seen).toHaveLength(count);
  }, 60_000);
});

describe('requests that wait for one another', () => {
  it('are refused with both lines', async () => {
    const api = await startApi();
    const text = `# @name a\nGET ${api.origin}/a/{{b.response.body.$.id}}\n\n###\n# @name b\nGET ${api.origin}/b/{{a.response.body.$.id}}\n`;
    const { run } = sessionOver({ '/w/a.http': text });
    const results = await Promise.all([run(0), run(1)]);
    expect(results[0].error).toMatchObject({
      code: 'variable_cycle',
      message: 'Requests wait for one another in a circle: a (line 2) → b (line 6) → a (line 2).',
    });
    expect(results[1].error?.code).toBe('variable_cycle');
    expect(api.seen).toEqual([]);
  });

  it('are none where a request refers to its own last answer', async () => {
    const api = await startApi();
    const text = `# @name page\nGET ${api.origin}/page?after={{page.response.body.$.id}}\n`;
    const { run } = sessionOver({ '/w/a.http': text });
    expect((await run(0)).error?.message).toContain('refers to page (line 2), which was not sent yet');
  });
});

describe('a token of a profile that an earlier request sent', () => {
  async function sentOnce(leak: string) {
    const api = await startApi();
    const elsewhere = await startApi();
    const viewer = profileOf({ name: 'viewer', grant: 'static', origins: [api.origin] });
    const text = `# @name me\n# @token viewer\nGET ${api.origin}/me\n\n###\n# @name leak\nGET ${elsewhere.origin}/leak\nX-Leak: ${leak}\n\n###\n# @name home\nGET ${api.origin}/home\nX-Home: ${leak}\n`;
    const held = sessionOver({ '/w/a.http': text }, new SessionMemory(), {}, { profiles: [viewer] });
    await held.manager.add(viewer, 'token-of-the-viewer-1');
    return { ...held, api, elsewhere };
  }

  it.each([
    '{{me.request.headers.Authorization}}',
    '{{me.response.body.$.authorization}}',
    '{{me.response.body.*}}',
  ])('does not go to another origin by %s', async (leak) => {
    const { run, elsewhere, api } = await sentOnce(leak);
    expect((await run(1)).error).toMatchObject({
      code: 'origin_not_allowed',
      message: `Token viewer was not sent: ${elsewhere.origin} is not an allowed origin.`,
    });
    expect(elsewhere.seen).toEqual([]);
    if (leak.includes('*')) return;
    expect((await run(2)).error).toBeNull();
    expect(api.paths()).toEqual(['/me', '/home']);
  });

  it('does not hinder what else stands in that answer', async () => {
    const { run, elsewhere } = await sentOnce('{{me.response.body.$.id}}');
    expect((await run(1)).error).toBeNull();
    expect(elsewhere.paths()).toEqual(['/leak']);
  });
});

describe('@ref, @forceRef and run', () => {
  const named = (origin: string, directive: string) =>
    `# @name login\nGET ${origin}/login\n\n###\n# @name use\n${directive}\nGET ${origin}/use\n`;

  it('@ref sends the other one once, @forceRef each time', async () => {
    const api = await startApi();
    for (const [directive, logins] of [
      ['# @ref login', 1],
      ['# @forceRef login', 2],
    ] as const) {
      const before = api.paths().filter((path) => path === '/login').length;
      const { run } = sessionOver({ '/w/a.http': named(api.origin, directive) });
      await run(1);
      await run(1);
      expect(api.paths().filter((path) => path === '/login').length - before).toBe(logins);
    }
  });

  it('names the request that is not there', async () => {
    const { run } = sessionOver({ '/w/a.http': named('http://127.0.0.1:1', '# @ref logon') });
    expect((await run(1)).error).toMatchObject({
      code: 'request_not_found',
      message: 'No request is named logon (line 6).',
    });
  });

  it('run #name and run ./file.http send what they name', async () => {
    const api = await startApi();
    const other = `### first\nGET ${api.origin}/first\n\n### second\nGET ${api.origin}/second\n`;
    const text = `### login\nGET ${api.origin}/login\n\n### all\nrun #login\nrun ./other.http\nGET ${api.origin}/all\n\n> {% client.log('x') %}\n`;
    const { run } = sessionOver({ '/w/a.http': text, '/w/other.http': other });
    const result = await run(1);
    expect(result.error).toBeNull();
    expect(api.paths()).toEqual(['/login', '/first', '/second', '/all']);
    expect(result.done[0]).toBe('Keyturn sent login, first, second first.');
  });
});

describe('imported files', () => {
  it('bring variables and named requests along', async () => {
    const api = await startApi();
    const auth = `@host = ${api.origin}\n@path = from-import\n\n# @name login\nGET {{host}}/login\n`;
    const text = `# @import ./auth.http\n\n@path = own\n\n###\n# @name use\nGET {{host}}/{{path}}\nAuthorization: Bearer {{login.token}}\n`;
    const { run } = sessionOver({ '/w/a.http': text, '/w/auth.http': auth });
    const result = await run(0);
    expect(result.error).toBeNull();
    expect(api.seen).toEqual([
      { path: '/login', authorization: null },
      { path: '/own', authorization: 'Bearer token-number-1' },
    ]);
  });

  it('ask before their token goes to another origin', async () => {
    const api = await startApi();
    const elsewhere = await startApi();
    const auth = `# @name login\nGET ${api.origin}/login\n`;
    const text = `# @import ./auth.http\n\n###\n# @name use\nGET ${elsewhere.origin}/use\nAuthorization: Bearer {{login.token}}\n`;
    const texts = { '/w/a.http': text, '/w/auth.http': auth };
    const { run } = sessionOver(texts);
    expect((await run(0)).error).toMatchObject({ code: 'origin_not_allowed' });
    expect(elsewhere.seen).toEqual([]);
    const asked: string[] = [];
    const memory = new SessionMemory();
    const allowed = sessionOver(
      texts,
      memory,
      {},
      {
        allowOrigin: ({ tokenName, origin }) => {
          asked.push(`${tokenName} ${origin}`);
          return Promise.resolve('remember');
        },
      },
    );
    await allowed.run(0);
    await allowed.run(0);
    expect(asked).toEqual([`login ${elsewhere.origin}`]);
    expect(elsewhere.paths()).toEqual(['/use', '/use']);
  });

  it('that many files import are listed once', async () => {
    const api = await startApi();
    const levels = 26;
    const files = Object.fromEntries(
      Array.from({ length: levels }, (_, level) => ['a', 'b'].map((side) => [level, side] as const))
        .flat()
        .map(([level, side]) => [
          `/w/f${level}${side}.http`,
          level === levels - 1
            ? `@last = ${side}\n`
            : `import ./f${level + 1}a.http\nimport ./f${level + 1}b.http\n\n### r\nGET ${api.origin}/none\n\n> {% client.log(1) %}\n`,
        ]),
    );
    const text = `import ./f0a.http\n\n### use\nGET ${api.origin}/{{last}}\n\n> {% client.log(1) %}\n`;
    const { run } = sessionOver({ '/w/a.http': text, ...files });
    expect((await run(0)).error).toBeNull();
    expect(api.paths()).toEqual(['/a']);
  });

  it('that cannot be read stop only the requests that need them', async () => {
    const api = await startApi();
    const text = `import ./none.http\n\n### free\nGET ${api.origin}/free\n\n### needs\nGET ${api.origin}/{{path}}\n\n> {% client.log(1) %}\n`;
    const { run } = sessionOver({ '/w/a.http': text });
    const free = await run(0);
    expect(free.error).toBeNull();
    expect(free.notes).toEqual(['There is no file ./none.http (line 1). The request needs nothing of it.']);
    expect((await run(1)).error).toMatchObject({
      code: 'file_unreadable',
      message: 'There is no file ./none.http (line 1).',
    });
    expect(api.paths()).toEqual(['/free']);
  });

  it.each([
    [{ '/w/b.http': '# @import ./a.http\n' }, 'import one another in a circle'],
    [{}, 'There is no file ./b.http (line 1).'],
  ])('fail where they cannot be read: %#', async (others, message) => {
    const text = '# @import ./b.http\n\n###\n# @name use\nGET http://127.0.0.1:1/{{path}}\n';
    const { run } = sessionOver({ '/w/a.http': text, ...others });
    expect((await run(0)).error?.message).toContain(message);
  });
});
