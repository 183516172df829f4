import { createServer } from 'node:http';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

// What is handed out, as it is built: the package for npm and the files of the VSIX.

const run = promisify(execFile);
const project = join(import.meta.dirname, '../..');
const windows = process.platform === 'win32';
const npm = (cwd: string, ...args: string[]) =>
  run('npm', args, { cwd, shell: windows, maxBuffer: 16 * 1024 * 1024 });

let folder: string;
let packed: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-package-'));
  const { stdout } = await npm(project, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder);
  const [report] = v.parse(
    v.tuple([v.object({ filename: v.string(), files: v.array(v.object({ path: v.string() })) })]),
    JSON.parse(stdout),
  );
  packed = report.files.map(({ path }) => path);
  await mkdir(join(folder, 'user'));
  await writeFile(join(folder, 'user/package.json'), '{ "private": true }');
  await npm(
    join(folder, 'user'),
    ...['install', '--offline', '--no-audit', '--no-fund', join(folder, report.filename)],
  );
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('the package for npm', () => {
  it('holds the command, what it starts, its licences, and nothing of the editor', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
        'dist/ThirdPartyNotices.txt',
        'dist/cli/cli.js',
        'dist/keychain/keychainProcess.js',
        `dist/keychain/prebuilds/linux-x64/keytar.node`,
        'dist/sandbox/sandbox.js',
        'dist/script/worker.js',
        'dist/script/quickjs.wasm',
        'dist/script/api/jetbrains.js',
        'examples/tour.http',
      ]),
    );
    const expected = /^(?:package\.json|LICENSE|README\.md|CHANGELOG\.md|examples\/|dist\/)/;
    expect(packed.filter((path) => !expected.test(path))).toEqual([]);
    expect(packed.filter((path) => /\.map$|^dist\/(?:extension|pages)\//.test(path))).toEqual([]);
  });

  it('needs no other package', () => {
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).not.toHaveProperty('private');
  });

  it('runs by npx from an empty folder', async () => {
    const { stdout } = await npm(join(folder, 'user'), 'exec', '--offline', '--', 'keyturn', '--version');
    expect(stdout.trim()).toBe(manifest.version);
  });

  it('lists the requests of a file there', async () => {
    const user = join(folder, 'user');
    await cp(join(user, 'node_modules/keyturn/examples'), join(user, 'tour'), { recursive: true });
    const { stdout } = await npm(user, 'exec', '--offline', '--', 'keyturn', 'list', 'tour/tour.http');
    expect(stdout).toContain('listReports');
  });

  it('runs scripts, and takes values by JSONPath and XPath', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const isXml = request.url === '/xml';
      response.setHeader('content-type', isXml ? 'text/xml' : 'application/json');
      response.end(isXml ? '<a id="7"/>' : '{"list":[{"n":"x"}]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const user = join(folder, 'user');
    await writeFile(
      join(user, 'values.http'),
      [
        `### xml\nGET ${origin}/xml`,
        `### json\nGET ${origin}/json`,
        `### use\n< {% request.variables.set("made", "by-a-script") %}\nGET ${origin}/{{xml.response.body.//a/@id}}/{{json.response.body.$.list[?match(@.n, 'x')].n}}/{{made}}`,
      ].join('\n\n'),
    );
    try {
      const entry = join(user, 'node_modules/keyturn/dist/cli/cli.js');
      await run(process.execPath, [entry, 'run', 'values.http'], { cwd: user });
      expect(asked).toEqual(['/xml', '/json', '/7/x/by-a-script']);
    } finally {
      server.close();
    }
  });

  it('starts the sandbox that it brings, and hands no variable of a launcher on', async () => {
    const { startSandbox } = await import('../../src/sandbox/start.ts');
    const entry = join(folder, 'user/node_modules/keyturn/dist/sandbox/sandbox.js');
    const sandbox = await startSandbox({ entry, issuerPort: 0, apiPort: 0 });
    try {
      expect((await fetch(sandbox.api)).status).toBe(200);
      await writeFile(
        join(folder, 'user/echo.http'),
        `GET ${sandbox.api}/echo?{{$processEnv ELECTRON_RUN_AS_NODE}}\n`,
      );
      const asked = run(process.execPath, [join(entry, '../../cli/cli.js'), 'run', 'echo.http'], {
        cwd: join(folder, 'user'),
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      });
      await expect(asked).rejects.toMatchObject({
        stdout: expect.stringContaining('The process has no variable ELECTRON_RUN_AS_NODE') as unknown,
      });
    } finally {
      await sandbox.stop();
    }
  });
});

describe('the VSIX', () => {
  it('holds the extension, the command, the tour and the pictures of the walkthrough', async () => {
    const vsce = join(project, 'node_modules/@vscode/vsce/vsce');
    const { stdout } = await run(process.execPath, [vsce, 'ls', '--no-dependencies'], { cwd: project });
    const files = stdout.trim().split(/\r?\n/);
    expect(files).toEqual(
      expect.arrayContaining([
        'dist/extension/extension.js',
        'dist/cli/cli.js',
        'dist/keychain/keychainProcess.js',
        'dist/sandbox/sandbox.js',
        'dist/script/worker.js',
        'dist/script/quickjs.wasm',
        'dist/script/api/jetbrains.js',
        'dist/keyturn.schema.json',
        'dist/ThirdPartyNotices.txt',
        'examples/tour.http',
        'examples/keyturn.json',
        'examples/http-client.env.json',
        'media/icon.png',
        'package.nls.json',
        'l10n/bundle.l10n.json',
      ]),
    );
    expect(files.filter((path) => /\.map$|^(?:src|test|docs|scripts|media\/readme)\//.test(path))).toEqual(
      [],
    );
  });
});
