import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keyturn } from '../support.ts';

let server: Server;
let origin: string;
let folder: string;
let seen: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  seen = [];
  folder = await mkdtemp(join(tmpdir(), 'keyturn-stops-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(text: string, ...args: string[]) {
  await writeFile(join(folder, 'a.http'), text);
  return keyturn(['run', 'a.http', ...args], { cwd: folder });
}

describe('requests that their file disables', () => {
  const text = () => `### one\n# @disabled\nDELETE ${origin}/one\n\n### two\nGET ${origin}/two\n`;

  it('are skipped in a whole file, which is no failure', async () => {
    const { code, out } = await run(text());
    expect({ code, seen }).toEqual({ code: 0, seen: ['GET /two'] });
    expect(out).toContain(`– DELETE ${origin}/one`);
    expect(out).toContain('skipped: This request is disabled by `# @disabled` on line 2.');
  });

  it('say so in JSON', async () => {
    const { code, out } = await run(text(), '--json', '--fail');
    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { line: 3, skipped: 'disabled', response: null, error: null },
      { line: 6, skipped: null, response: { status: 200 }, error: null },
    ]);
  });

  it('fail when they are chosen', async () => {
    const { code, err } = await run(text(), '--line', '3', '--yes');
    expect({ code, seen }).toEqual({ code: 1, seen: [] });
    expect(err).toContain('This request is disabled by `# @disabled` on line 2.');
    expect(err).toContain('Remove that line to send it.');
  });
});

describe('requests with a note', () => {
  const text = () => `# @note Production!\nDELETE ${origin}/one\n\n###\nGET ${origin}/two\n`;

  it('are not sent without a terminal; the others are', async () => {
    const { code, out } = await run(text(), '--json');
    expect({ code, seen }).toEqual({ code: 1, seen: ['GET /two'] });
    expect(JSON.parse(out.split('\n')[0] ?? '')).toMatchObject({
      response: null,
      error: {
        code: 'confirmation_needed',
        message: 'The request on line 2 needs a confirmation: it has a `# @note`.',
      },
    });
    expect((await run(text())).out).toContain('Add --yes to send it without a question.');
  });

  it('are sent with --yes', async () => {
    expect(await run(text(), '-y')).toMatchObject({ code: 0 });
    expect(seen).toEqual(['DELETE /one', 'GET /two']);
  });
});

describe('what is not run', () => {
  const text = () => `GET ${origin}/one\n?? status == 500\n`;

  it('is told beside the result', async () => {
    const { code, out } = await run(text());
    expect({ code, seen }).toEqual({ code: 0, seen: ['GET /one'] });
    expect(out).toContain('· 1 test not run');
    expect(JSON.parse((await run(text(), '--json')).out)).toMatchObject({
      notRun: [{ kind: 'assertion', line: 2, text: '?? status == 500' }],
    });
  });

  it('counts as a failure with --fail', async () => {
    expect(await run(text(), '--fail')).toMatchObject({ code: 1 });
    expect(await run(`GET ${origin}/one\n`, '--fail')).toMatchObject({ code: 0 });
  });
});

describe('mistakes in the file', () => {
  const text = () => `# @tokn viewer\nGET ${origin}/one\n\n###\nGTE ${origin}/two\n`;

  it('are said on standard error before anything is sent', async () => {
    const { code, err, out } = await run(text());
    expect({ code, seen }).toEqual({ code: 1, seen: ['GET /one'] });
    expect(err).toBe('a.http:1: warning: There is no directive @tokn. Did you mean @token?\n');
    expect(out).toContain('There is no method GTE (line 5).\n  Did you mean GET?');
  });

  it('stand beside each request in JSON', async () => {
    const { err, out } = await run(text(), '--json');
    expect(err).toBe('');
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { problems: [{ line: 1, column: 1, code: 'directive_unknown', severity: 'warning' }] },
      {
        problems: [{ line: 5, code: 'method_unknown', severity: 'error' }],
        error: { code: 'request_invalid' },
      },
    ]);
  });

  it('of other requests are not said when one is chosen', async () => {
    expect((await run(text(), '--line', '5')).err).not.toContain('@tokn');
    expect((await run(text(), '--line', '2')).err).toContain('@tokn');
  });

  it('outside of all requests are said too', async () => {
    const { err } = await run(`run ./other.http\n\n###\nGET ${origin}/one\n\n> {% %}\n`, '--json');
    expect(err).toBe(
      'a.http:1: warning: Keyturn runs what run names before a request: write a request below it in this block.\n',
    );
  });
});

describe('keyturn list', () => {
  it('shows them with unknown variables, whatever the environment', async () => {
    await writeFile(join(folder, 'http-client.env.json'), JSON.stringify({ dev: { host: 'a.org' } }));
    await writeFile(
      join(folder, 'a.http'),
      '# @tokn x\nGTE https://{{host}}/{{hots}}\n\n###\nGET https://a.org\n?? status == 200\n',
    );
    const json = await keyturn(['list', 'a.http', '--json'], { cwd: folder });
    expect(JSON.parse(json.out)).toMatchObject({
      problems: [
        { line: 1, code: 'directive_unknown', severity: 'warning' },
        { line: 2, column: 1, code: 'method_unknown', severity: 'error' },
        {
          line: 2,
          column: 22,
          code: 'variable_unknown',
          message: 'The variable hots is not defined. Did you mean host?',
        },
        { line: 6, code: 'not_run', severity: 'hint', message: 'Keyturn does not run ?? status == 200 yet.' },
      ],
    });
    const { out } = await keyturn(['list', 'a.http'], { cwd: folder });
    expect(out).toContain('2  error: There is no method GTE. Did you mean GET?');
    expect(out).toContain('1 test not run by this version');
  });
});

describe('requests with a tag', () => {
  const text = () =>
    `# @tag smoke, slow\nGET ${origin}/one\n\n###\n// @tag smoke\nGET ${origin}/two\n\n###\nGET ${origin}/three\n`;

  it('are chosen by it', async () => {
    expect((await run(text(), '--tag', 'smoke')).code).toBe(0);
    expect(seen).toEqual(['GET /one', 'GET /two']);
    seen = [];
    await run(text(), '--tag', 'slow', '--tag', 'other');
    expect(seen).toEqual(['GET /one']);
  });

  it('say when there are none, and exclude a name', async () => {
    const none = await run(text(), '--tag', 'smoky');
    expect(none).toMatchObject({ code: 1 });
    expect(none.err).toContain('No request has the tag smoky.');
    expect((await run(text(), '--tag', 'smoke', '--line', '1')).code).toBe(2);
    expect(seen).toEqual([]);
  });
});
