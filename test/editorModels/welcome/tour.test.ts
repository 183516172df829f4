import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changedFiles, copyTour } from '../../../src/editor/welcome/tourFiles.ts';
import { stepsReached } from '../../../src/editor/welcome/progress.ts';
import { result } from '../support.ts';

const packed = join(import.meta.dirname, '../../../examples');

let folder: string;
let copy: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-tour-'));
  copy = join(folder, 'storage/tour');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the copy of the tour', () => {
  it('holds the files as they are packed', async () => {
    expect(await changedFiles(packed, copy)).toEqual([]);
    await copyTour(packed, copy, false);
    expect(await changedFiles(packed, copy)).toEqual([]);
    expect(await readFile(join(copy, 'tour.http'), 'utf8')).toContain('listReports');
  });

  it('keeps what the person changed, and brings back what they deleted', async () => {
    await copyTour(packed, copy, false);
    await writeFile(join(copy, 'tour.http'), 'mine');
    await rm(join(copy, 'keyturn.json'));
    expect(await changedFiles(packed, copy)).toEqual(['tour.http']);
    await copyTour(packed, copy, false);
    expect(await readFile(join(copy, 'tour.http'), 'utf8')).toBe('mine');
    expect(await readFile(join(copy, 'keyturn.json'), 'utf8')).toContain('viewer');
  });

  it('starts over where the person asks for it, and keeps files of their own', async () => {
    await copyTour(packed, copy, false);
    await writeFile(join(copy, 'tour.http'), 'mine');
    await writeFile(join(copy, 'own.http'), 'own');
    await copyTour(packed, copy, true);
    expect(await changedFiles(packed, copy)).toEqual([]);
    expect(await readFile(join(copy, 'own.http'), 'utf8')).toBe('own');
  });
});

describe('a step of the walkthrough', () => {
  const challenge = {
    origin: 'https://api.example.com',
    error: 'insufficient_scope',
    errorDescription: null,
    scopes: ['reports:write'],
    missingScopes: ['reports:write'],
    acrValues: [],
    maxAgeSeconds: null,
    resourceMetadata: null,
    refusal: null,
  };

  it.each([
    ['no answer', { response: null }, []],
    ['an answer', {}, ['keyturn.welcome.sent']],
    [
      'a refused token and a fresh one',
      { retried: 'invalid_token' as const },
      ['keyturn.welcome.sent', 'keyturn.welcome.refreshed'],
    ],
    ['a nonce', { retried: 'use_dpop_nonce' as const }, ['keyturn.welcome.sent']],
    ['a missing scope', { challenge }, ['keyturn.welcome.sent', 'keyturn.welcome.scopeMissing']],
    ['no token', { challenge: { ...challenge, error: null } }, ['keyturn.welcome.sent']],
  ])('is completed by %s', (_what, parts, keys) => {
    expect(stepsReached(result(parts))).toEqual(keys);
  });
});
