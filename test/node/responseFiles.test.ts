import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkResponsePlace, type ResponsePlace, writeResponsePlace } from '../../src/node/responseFiles.ts';

let folder = '';
let project = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-responses-'));
  project = join(folder, 'project');
  await mkdir(join(project, 'api'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function place(path: string, overwrites = false): ResponsePlace {
  const from = join(project, 'api', 'a.http');
  return { from, path, written: path, line: 4, overwrites, within: project };
}
const write = (path: string, text: string, overwrites = false) =>
  writeResponsePlace(place(path, overwrites), Buffer.from(text));
const textOf = (...names: string[]) => readFile(join(project, ...names), 'utf8');

describe('a response', () => {
  it('goes beside the request file, and makes the folders that it needs', async () => {
    await write('out.json', 'one');
    await write('deep/er/out.json', 'two');
    await write('..\\above.json', 'three');
    await write('../.idea/httpRequests/old.json', 'four');
    expect(await textOf('api', 'out.json')).toBe('one');
    expect(await textOf('api', 'deep', 'er', 'out.json')).toBe('two');
    expect(await textOf('above.json')).toBe('three');
    expect(await textOf('.idea', 'httpRequests', 'old.json')).toBe('four');
  });

  it('gets another name where there is such a file', async () => {
    const paths = [];
    for (const text of ['0', '1', '2']) paths.push(await write('out.tar.gz', text));
    expect(paths.map((path) => path.slice(project.length))).toEqual(
      ['/api/out.tar.gz', '/api/out.tar-1.gz', '/api/out.tar-2.gz'].map((path) => join(path)),
    );
    expect(await textOf('api', 'out.tar.gz')).toBe('0');
    expect(await textOf('api', 'out.tar-2.gz')).toBe('2');
  });

  it('never overwrites a file without the mark, though many write at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, number) => write('out', String(number))));
    const names = await readdir(join(project, 'api'));
    const texts = await Promise.all(names.map((name) => textOf('api', name)));
    expect(new Set(texts).size).toBe(20);
  });

  it('replaces the file with the mark, and leaves nothing else behind', async () => {
    await write('out.json', 'a long text', true);
    await write('out.json', 'short', true);
    expect(await textOf('api', 'out.json')).toBe('short');
    expect(await readdir(join(project, 'api'))).toEqual(['out.json']);
  });
});

describe('what is refused', () => {
  const refused = expect.objectContaining({ code: 'file_unreadable' }) as Error;

  it.each([
    ['../../out.json', 'is outside of the workspace folder'],
    [join(tmpdir(), 'out.json'), 'is outside of the workspace folder'],
    ['../.git/hooks/post-commit', 'is one that programs act upon'],
    ['../.VSCode/tasks.json', 'is one that programs act upon'],
    ['../keyturn.json', 'is one that programs act upon'],
    ['../.idea/workspace.xml', 'is one that programs act upon'],
    ['.idea/httpRequests/.git/config', 'is one that programs act upon'],
    ['.env', 'is one that programs act upon'],
    ['other.http', 'is one that programs act upon'],
    ['http-client.private.env.json', 'is one that programs act upon'],
    ['sub/.idea/httpRequests/../../package.json', 'is one that programs act upon'],
    ['.idea/httpRequests/../workspace.xml', 'is one that programs act upon'],
    ['.idea/httpRequests/setup.sh', 'is one that programs act upon'],
    ['keyturn.json. .', 'is one that programs act upon'],
    ['node_modules. /a.json', 'is one that programs act upon'],
    ...[
      ...[
        'package.json',
        'Package-Lock.json',
        'tsconfig.json',
        'tsconfig.build.json',
        'Makefile',
        'makefile',
      ],
      ...['Dockerfile', 'Jenkinsfile', 'Cargo.toml', 'build.gradle', 'build.gradle.kts', 'index.JS', 'a.mjs'],
      ...['a.cjs', 'a.ts', 'a.mts', 'a.tsx', 'a.sh', 'a.bash', 'a.ps1', 'a.bat', 'a.CMD', 'a.py', 'a.rb'],
      ...['a.php', 'a.pl', 'a.js.'],
    ].map((name) => [`../${name}`, 'is one that programs act upon']),
    ['out/', 'is no file'],
    ['..', 'is outside of the workspace folder'],
    ['a\0b', 'is no file'],
  ])('%s', async (path, why) => {
    for (const overwrites of [false, true]) {
      const error = await checkResponsePlace(place(path, overwrites)).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toEqual(refused);
      expect((error as Error).message).toContain(`(line 5) ${why}`);
      await expect(writeResponsePlace(place(path, overwrites), Buffer.from('x'))).rejects.toEqual(refused);
    }
    expect(await readdir(folder)).toEqual(['project']);
  });

  it('a file that is there already and that programs act upon', async () => {
    await writeFile(join(project, 'package.json'), '{}');
    await expect(write('../package.json', 'x', true)).rejects.toEqual(refused);
    expect(await textOf('package.json')).toBe('{}');
  });

  it('no file of another name that ends or begins alike', async () => {
    for (const name of ['package.json.txt', 'my-package.json', 'a.sh.json', 'js', 'a.cjson', 'a.tsv'])
      expect(await write(name, 'x')).toBe(join(project, 'api', name));
  });

  it('a folder, and a way through a file', async () => {
    await mkdir(join(project, 'api', 'out'));
    await writeFile(join(project, 'api', 'file'), '');
    await expect(write('out', 'x', true)).rejects.toEqual(refused);
    await expect(write('file/out', 'x')).rejects.toEqual(refused);
  });
});

describe.skipIf(process.platform === 'win32')('links', () => {
  it('out of the workspace are not followed, to a folder, to a file or to nothing', async () => {
    const outside = join(folder, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'file'), 'kept');
    await symlink(outside, join(project, 'api', 'way'));
    await symlink(join(folder, 'nowhere'), join(project, 'api', 'gone'));
    await symlink(join(outside, 'file'), join(project, 'api', 'link'));
    await expect(write('way/new', 'x')).rejects.toThrow('is outside of the workspace folder');
    await expect(write('gone/new', 'x')).rejects.toThrow("can't be reached");
    await write('link', 'mine', true);
    expect(await readFile(join(outside, 'file'), 'utf8')).toBe('kept');
    expect((await lstat(join(project, 'api', 'link'))).isFile()).toBe(true);
    expect(await readdir(outside)).toEqual(['file']);
  });
});
