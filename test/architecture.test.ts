import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { roomsPicture } from '../scripts/rooms.ts';

const src = join(import.meta.dirname, '../src');

/** What each room of src may import from. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  base: [],
  redaction: ['base'],
  http: ['base', 'redaction'],
  inspect: ['base', 'redaction', 'http'],
  httpfile: ['base', 'redaction', 'http'],
  ratelimit: ['base', 'redaction', 'http'],
  profile: ['base', 'redaction', 'http', 'inspect'],
  consent: ['base', 'redaction', 'http', 'inspect', 'profile'],
  token: ['base', 'redaction', 'http', 'inspect', 'profile', 'consent'],
  sources: ['base', 'redaction', 'inspect', 'profile', 'consent', 'token'],
  foreign: ['base', 'redaction', 'profile', 'token'],
  oauth: ['base', 'redaction', 'http', 'inspect', 'profile', 'consent', 'token', 'sources'],
  // The adapters over Node implement interfaces of the rooms that need them.
  node: ['base', 'redaction', 'consent', 'token', 'sources'],
  keychain: ['base', 'redaction', 'sources'],
  // The log is a folder of files, with nothing in it that could do without them.
  audit: ['base', 'redaction', 'node'],
  run: [
    ...['base', 'redaction', 'http', 'httpfile', 'ratelimit', 'inspect', 'profile', 'consent', 'token'],
    ...['sources', 'foreign', 'oauth'],
  ],
  sandbox: ['base'],
  editor: anyRoomBut('editor', 'terminal'),
  terminal: anyRoomBut('editor', 'terminal'),
};
/** The doors open only onto their own side. */
const doors: Readonly<Record<string, readonly string[]>> = {
  'extension.ts': anyRoomBut('terminal'),
  'cli.ts': ['terminal'],
};
/** More than these side by side, and a reader no longer sees what a folder holds. */
const MOST_FILES = 30;

function anyRoomBut(...left: string[]): string[] {
  return readdirSync(src, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !left.includes(entry.name))
    .map(({ name }) => name);
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'));

function imports(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport\(|\bimport)\s{0,5}'([^'\n]+)'/g)].map(
    (match) => match[1] ?? '',
  );
}

describe('the arrows of the house', () => {
  it('finds the files', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports('cli.ts')).toContain('./terminal/main.ts');
  });

  it.each(files)('%s imports only what its room may', (file) => {
    const room = file.includes('/') ? (file.split('/')[0] ?? '') : '';
    for (const wanted of imports(file)) {
      if (wanted === 'vscode')
        expect(room === 'editor' || file === 'extension.ts', `${file} imports vscode`).toBe(true);
      if (wanted === 'undici')
        expect.fail(`${file} imports plain undici, which replaces the global dispatcher`);
      if (!wanted.startsWith('.')) continue;
      const target = relative(src, join(src, dirname(file), wanted)).replaceAll('\\', '/');
      if (target.startsWith('../')) {
        expect(target, `${file} reaches out of src`).toBe('../package.json');
        continue;
      }
      expect(target, `${file} imports a door`).toContain('/');
      const other = target.split('/')[0] ?? '';
      if (other === room) continue;
      const allowed = room === '' ? (doors[file] ?? []) : (arrows[room] ?? []);
      expect(allowed, `${file} (${room || 'door'}) imports ${target}`).toContain(other);
    }
  });

  it('has no circle between files, type imports included', () => {
    expect(circles()).toEqual([]);
  });

  it('is drawn as it is: else run `npm run generate`', () => {
    expect(readFileSync(join(src, '../docs/rooms.svg'), 'utf8')).toBe(roomsPicture());
  });

  it('keeps folders small enough to read', () => {
    const counts = new Map<string, number>();
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > MOST_FILES)).toEqual([]);
  });
});

/** Files that reach themselves by what they import: each group of them, sorted. Tarjan's algorithm. */
function circles(): string[][] {
  const targets = new Map(
    files.map((file) => [
      file,
      imports(file)
        .filter((wanted) => wanted.startsWith('.'))
        .map((wanted) => relative(src, join(src, dirname(file), wanted)).replaceAll('\\', '/')),
    ]),
  );
  const found: string[][] = [];
  const numbers = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string): number => {
    const number = numbers.size;
    numbers.set(file, number);
    open.push(file);
    let low = number;
    for (const target of targets.get(file) ?? []) {
      if (!numbers.has(target)) low = Math.min(low, visit(target));
      else if (open.includes(target)) low = Math.min(low, numbers.get(target) ?? low);
    }
    if (low === number) {
      const group = open.splice(open.indexOf(file));
      if (group.length > 1) found.push(group.sort());
    }
    return low;
  };
  for (const file of files) if (!numbers.has(file)) visit(file);
  return found;
}
