import { expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Files } from '../../src/base/files.ts';
import { nearestFile } from '../../src/base/nearestFile.ts';
import { memoryFiles } from '../httpfile/memoryFiles.ts';

const search = { trusted: true };
const nearest = async (files: Files, trusted = true) => {
  const found = await nearestFile(files, '/w/a/x.http', 'keyturn.json', { trusted });
  return found === null ? null : found.location;
};

it('takes the nearest file, and none above the folder of an untrusted workspace', async () => {
  const files = memoryFiles({ '/keyturn.json': '', '/w/keyturn.json': '' });
  expect(await nearest(files)).toBe('/w/keyturn.json');
  expect(await nearest(files, false)).toBeNull();
});

it('leaves the file of another user aside, says so, and goes on upward', async () => {
  const told: string[] = [];
  const memory = memoryFiles({ '/w/a/keyturn.json': '', '/w/keyturn.json': '' });
  const theirs = new KeyturnError('file_owner', 'Theirs.');
  const files: Files = {
    ...memory,
    read: (location, how) =>
      location === '/w/a/keyturn.json' && how.owned === true
        ? Promise.reject(theirs)
        : memory.read(location, how),
    leftAside: (location, reason) => told.push(`${location} ${reason?.message ?? 'counts'}`),
  };
  expect(await nearest(files)).toBe('/w/keyturn.json');
  expect(told).toEqual(['/w/a/keyturn.json Theirs.', '/w/keyturn.json counts']);
});

it('does not pass by a file that cannot be read', async () => {
  const files = memoryFiles({ '/w/a/keyturn.json': null, '/w/keyturn.json': '' });
  expect(await nearestFile(files, '/w/a/x.http', 'keyturn.json', search)).toMatchObject({
    location: '/w/a/keyturn.json',
    failure: { code: 'file_unreadable' },
  });
});

it('ends after its time, and when it is cancelled', async () => {
  const files: Files = { ...memoryFiles({}), upward: () => new Promise(() => undefined) };
  const find = (how: object) => nearestFile(files, '/w/x.http', '.env', { ...search, ...how });
  await expect(find({ timeoutMs: 5 })).rejects.toThrow('The search for .env took longer than 0.005 s.');
  await expect(find({ signal: AbortSignal.timeout(5) })).rejects.toMatchObject({ code: 'cancelled' });
});
