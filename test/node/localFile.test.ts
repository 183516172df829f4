import { spawnSync } from 'node:child_process';
import {
  chmod,
  chown,
  link,
  mkdir,
  mkdtemp,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLocalFile, type LocalRead } from '../../src/node/localFile.ts';

const isPosix = process.platform !== 'win32';
const isRoot = process.getuid?.() === 0;

let folder = '';
let project = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-local-'));
  project = join(folder, 'project');
  await mkdir(join(project, 'sub'), { recursive: true });
  await writeFile(join(folder, 'secret'), 'outside');
  await writeFile(join(project, 'a.txt'), 'inside');
  await writeFile(join(project, 'sub', 'b.txt'), 'below');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function text(path: string, how: Partial<LocalRead> = {}): Promise<string | null> {
  const bytes = await readLocalFile(path, { from: null, within: null, maxBytes: 1000, ...how });
  return bytes === null ? null : Buffer.from(bytes).toString('utf8');
}
const inProject = (path: string) => text(path, { within: project });
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

describe('what is a file', () => {
  it('is read whole, also where it is empty', async () => {
    await writeFile(join(project, 'empty'), '');
    expect(await text(join(project, 'a.txt'))).toBe('inside');
    expect(await text(join(project, 'empty'))).toBe('');
  });

  it('is nothing where there is none', async () => {
    expect(await text(join(project, 'none'))).toBeNull();
    expect(await text(join(project, 'a.txt', 'none'))).toBeNull();
    await symlink(join(project, 'none'), join(project, 'dangling'));
    expect(await text(join(project, 'dangling'))).toBeNull();
  });

  it('is read up to its limit, and refused with name and limit beyond', async () => {
    expect(await text(join(project, 'a.txt'), { maxBytes: 6 })).toBe('inside');
    await expect(text(join(project, 'a.txt'), { maxBytes: 5, name: './a.txt' })).rejects.toThrow(
      'The file ./a.txt is longer than 5 B.',
    );
  });

  it('is refused at once where it only says that it is huge', async () => {
    await truncate(join(project, 'a.txt'), 2 ** 40);
    await expect(text(join(project, 'a.txt'), { maxBytes: 250_000_000 })).rejects.toThrow('250 MB');
  });

  it('is no folder', async () => {
    await expect(text(project)).rejects.toThrow('is a folder');
  });

  it('has a path that the system takes', async () => {
    await expect(text(join(project, 'a\0b'))).rejects.toThrow(refusal('file_unreadable'));
    await expect(text(join(project, 'x'.repeat(5000)))).rejects.toThrow(refusal('file_unreadable'));
  });

  it.runIf(isPosix && !isRoot)('may be read by the person', async () => {
    await chmod(join(project, 'a.txt'), 0);
    await expect(text(join(project, 'a.txt'))).rejects.toThrow('could not be read');
  });

  it('is not read any more once that is cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(text(join(project, 'a.txt'), { signal })).rejects.toThrow(refusal('cancelled'));
  });
});

describe.runIf(isPosix)('pipes, sockets, devices and files of the system', () => {
  let server: Server | null = null;
  afterEach(
    () => new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve()))),
  );

  it('are refused without waiting for a writer', { timeout: 5_000 }, async () => {
    expect(spawnSync('mkfifo', [join(project, 'pipe')]).status).toBe(0);
    await expect(text(join(project, 'pipe'))).rejects.toThrow('is no regular file');
    server = createServer();
    await new Promise<void>((resolve) => server?.listen(join(project, 'socket'), resolve));
    await expect(text(join(project, 'socket'))).rejects.toThrow('is no regular file');
  });

  const refused = [
    '/dev/zero',
    '/dev/stdin',
    '/dev/fd/0',
    '/proc/self/environ',
    '/proc/self/fd/0',
    '/proc/self/../self/environ',
    '//proc/self/environ',
    `/proc/${process.pid}/task/${process.pid}/environ`,
    '/proc/self/root/etc/passwd',
    '/sys/kernel/uevent_seqnum',
  ];
  it.each(refused)('are refused by their path: %s', async (path) => {
    await expect(text(path)).rejects.toThrow('belongs to the system');
  });

  it.each(refused)('are refused behind a link: %s', async (path) => {
    await symlink(path, join(project, 'picture.png'));
    await expect(text(join(project, 'picture.png'))).rejects.toThrow('belongs to the system');
  });

  it('are refused behind a chain of links, relative ones and one in the middle of the path', async () => {
    await symlink('../../../../../../../../proc', join(folder, 'data'));
    await symlink('../data/self', join(project, 'mine'));
    await symlink('sub/../mine/environ', join(project, 'picture.png'));
    await expect(text(join(project, 'picture.png'))).rejects.toThrow('belongs to the system');
    await expect(text(join(project, 'mine', 'environ'))).rejects.toThrow('belongs to the system');
  });
});

describe.runIf(isPosix)('nothing outside of a folder', () => {
  it('is read, while what is in it is', async () => {
    expect(await inProject(join(project, 'sub', 'b.txt'))).toBe('below');
    expect(await inProject(join(project, 'none'))).toBeNull();
    await expect(inProject(join(folder, 'none'))).rejects.toThrow(refusal('untrusted_workspace'));
    await expect(inProject(join(folder, 'secret'))).rejects.toThrow(refusal('untrusted_workspace'));
    await mkdir(join(folder, 'project-two'));
    await writeFile(join(folder, 'project-two', 'c'), 'beside');
    await expect(inProject(join(folder, 'project-two', 'c'))).rejects.toThrow(refusal('untrusted_workspace'));
  });

  it('is read through a link to a file, to a folder, or a chain of them', async () => {
    await symlink('../secret', join(project, 'file'));
    await symlink('..', join(project, 'up'));
    await symlink('up/project/file', join(project, 'chain'));
    for (const name of ['file', 'up/secret', 'chain']) {
      await expect(inProject(join(project, name))).rejects.toThrow(refusal('untrusted_workspace'));
    }
  });

  it('may be a hard link, and is read only where nothing bounds the reading', async () => {
    await link(join(folder, 'secret'), join(project, 'copy'));
    await expect(inProject(join(project, 'copy'))).rejects.toThrow(refusal('untrusted_workspace'));
    expect(await text(join(project, 'copy'))).toBe(await text(join(folder, 'secret')));
  });

  it('counts links that stay inside, also where the folder itself is reached by a link', async () => {
    await symlink('sub/b.txt', join(project, 'inner'));
    await symlink(project, join(folder, 'alias'));
    expect(await inProject(join(project, 'inner'))).toBe('below');
    expect(await text(join(folder, 'alias', 'inner'), { within: join(folder, 'alias') })).toBe('below');
    expect(await text(join(folder, 'alias', 'inner'), { within: project })).toBe('below');
  });

  it('ends a circle of links', async () => {
    await symlink('b', join(project, 'a'));
    await symlink('a', join(project, 'b'));
    await expect(inProject(join(project, 'a'))).rejects.toThrow(refusal('file_unreadable'));
  });

  it('is read while a link changes all the time', { timeout: 20_000 }, async () => {
    const place = join(project, 'swapped');
    const swaps = { going: true };
    const swapping = (async () => {
      for (let turn = 0; swaps.going; turn++) {
        await symlink(turn % 2 === 0 ? '../secret' : 'a.txt', join(project, `new${turn}`));
        await rename(join(project, `new${turn}`), place);
      }
    })();
    const seen = new Set<string | null>();
    for (let turn = 0; turn < 300; turn++) {
      await inProject(place).then(
        (content) => seen.add(content),
        () => undefined,
      );
    }
    swaps.going = false;
    await swapping;
    expect(seen.has('outside')).toBe(false);
  });
});

describe.runIf(isPosix)('a file that a search found', () => {
  const NOBODY = 65534;
  const found = (path: string, how: Partial<LocalRead> = {}) => text(path, { owned: true, ...how });

  it("counts where it is the person's own, with any owner of the folders above", async () => {
    await chmod(folder, 0o1777);
    expect(await found(join(project, 'a.txt'))).toBe('inside');
  });

  // Only root can give files to others; elsewhere `isOwn` is tested with made-up owners.
  describe.runIf(isRoot)('of another user', () => {
    it('is left aside', async () => {
      await chown(join(project, 'a.txt'), NOBODY, NOBODY);
      await expect(found(join(project, 'a.txt'))).rejects.toThrow(refusal('file_owner'));
      expect(await text(join(project, 'a.txt'))).toBe('inside');
    });

    it('is left aside in a shared folder', async () => {
      await chmod(folder, 0o1777);
      spawnSync('sh', ['-c', 'echo theirs > theirs'], { cwd: folder, uid: NOBODY, gid: NOBODY });
      await expect(found(join(folder, 'theirs'))).rejects.toThrow(refusal('file_owner'));
    });

    it("is left aside where a link to one's own file, or the folder, is another's", async () => {
      await chmod(folder, 0o1777);
      spawnSync('ln', ['-s', 'project/a.txt', 'theirs'], { cwd: folder, uid: NOBODY, gid: NOBODY });
      await expect(found(join(folder, 'theirs'))).rejects.toThrow(refusal('file_owner'));
      await chown(project, NOBODY, NOBODY);
      await link(join(folder, 'secret'), join(project, 'mine'));
      await expect(found(join(project, 'mine'))).rejects.toThrow(refusal('file_owner'));
    });

    it('counts where the folder that the person trusts is theirs', async () => {
      await chown(project, NOBODY, NOBODY);
      await chown(join(project, 'a.txt'), NOBODY, NOBODY);
      expect(await found(join(project, 'a.txt'), { ownerOf: project })).toBe('inside');
      await chown(project, 0, 0);
      await expect(found(join(project, 'a.txt'), { ownerOf: project })).rejects.toThrow(
        refusal('file_owner'),
      );
    });
  });
});
