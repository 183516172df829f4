import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { roomsPicture } from '../scripts/rooms.ts';

const src = join(import.meta.dirname, '../src');

/** What each room of src may import from. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  base: [],
  redaction: [],
  http: ['base', 'redaction'],
  inspect: ['base'],
  httpfile: ['base', 'redaction', 'http'],
  ratelimit: ['base', 'http'],
  script: ['base'],
  profile: ['base', 'redaction', 'http'],
  consent: ['base', 'redaction', 'http', 'profile'],
  token: ['base', 'redaction', 'inspect', 'profile', 'consent'],
  sources: ['base', 'redaction', 'inspect', 'profile', 'consent', 'token'],
  foreign: ['base', 'redaction', 'profile', 'token'],
  oauth: ['base', 'redaction', 'http', 'inspect', 'profile', 'consent', 'token', 'sources'],
  // The adapters over Node implement interfaces of the rooms that need them.
  node: ['base', 'consent', 'token', 'sources'],
  keychain: ['base', 'sources'],
  // The log is a folder of files, with nothing in it that could do without them.
  audit: ['base', 'node'],
  run: [
    ...['base', 'redaction', 'http', 'httpfile', 'ratelimit', 'inspect', 'profile', 'consent', 'token'],
    ...['sources', 'foreign', 'oauth', 'script'],
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
/**
 * What each feature of the editor may import from others, besides the types of `services.ts`. The one exception: names of
 * commands, `commands.ts`, may be imported by all, so a feature can run another's command without knowing the other.
 */
const editorArrows: Readonly<Record<string, readonly string[]>> = {
  platform: [],
  // What stands in request files.
  documents: [],
  audit: ['platform'],
  certificates: ['platform'],
  cookies: ['platform'],
  permissions: ['platform'],
  sources: ['platform'],
  transfer: ['platform'],
  welcome: ['platform'],
  environments: ['platform'],
  sandbox: ['platform', 'environments', 'welcome'],
  profiles: ['platform', 'environments'],
  tokens: ['platform', 'documents', 'environments', 'profiles'],
  inspection: ['platform', 'profiles', 'tokens'],
  statusBar: ['platform', 'documents', 'tokens'],
  fileSecrets: ['platform', 'documents', 'profiles', 'tokens'],
  signIn: ['platform', 'documents', 'profiles'],
  logins: ['platform', 'documents', 'profiles'],
  // What came back, in words and at its line.
  results: ['platform', 'documents', 'environments', 'profiles', 'tokens'],
  responses: ['platform', 'results'],
  requests: [
    ...['platform', 'documents', 'environments', 'profiles', 'tokens', 'fileSecrets', 'signIn', 'logins'],
    ...['results', 'responses'],
  ],
};
/** What the types of `editor/services.ts` name. The circles of files below see that none of it imports services. */
const servicesArrows = ['platform', 'documents', 'audit', 'environments', 'profiles', 'sandbox', 'tokens'];
/** Beside it in `editor/`: what `extension.ts` loads. They may import every feature, and no feature imports them. */
const editorDoors = ['engine.ts', 'later.ts', 'network.ts', 'sending.ts'];
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

/** Files of src that a file imports; package.json is none. */
function targetsOf(file: string): string[] {
  return imports(file)
    .filter((wanted) => wanted.startsWith('.'))
    .map((wanted) => relative(src, join(src, dirname(file), wanted)).replaceAll('\\', '/'))
    .filter((target) => !target.startsWith('../'));
}

/** `tokens` of `editor/tokens/tree/model.ts`, `services.ts` of `editor/services.ts`; null outside of `editor/`. */
function featureOf(file: string): string | null {
  const [room, feature = ''] = file.split('/');
  return room === 'editor' ? feature : null;
}

/** Declared arrows along which nothing is imported. `partOf` says to which of the declared names a file belongs. */
function unusedArrows(
  declared: Readonly<Record<string, readonly string[]>>,
  partOf: (file: string) => string | null,
): string[] {
  const used = new Set(
    files.flatMap((file) => targetsOf(file).map((target) => `${partOf(file)} → ${partOf(target)}`)),
  );
  return Object.entries(declared)
    .flatMap(([from, targets]) => targets.map((to) => `${from} → ${to}`))
    .filter((arrow) => !used.has(arrow));
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
    expect(circles(new Map(files.map((file) => [file, targetsOf(file)])))).toEqual([]);
  });

  it('declares no arrow that nothing needs, and no circle', () => {
    const listed = Object.entries(arrows).filter(([room]) => room !== 'editor' && room !== 'terminal');
    expect(unusedArrows(Object.fromEntries(listed), (file) => file.split('/')[0] ?? '')).toEqual([]);
    expect(circles(new Map(Object.entries(arrows)))).toEqual([]);
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

describe('the arrows between the features of the editor', () => {
  const features = files.filter((file) => Object.hasOwn(editorArrows, featureOf(file) ?? ''));

  it('knows every feature', () => {
    const others = files
      .filter((file) => file.startsWith('editor/') && !features.includes(file))
      .map((file) => file.slice('editor/'.length));
    expect(others.sort()).toEqual([...editorDoors, 'services.ts'].sort());
  });

  it.each(features)('%s imports only what its feature may', (file) => {
    const feature = featureOf(file) ?? '';
    for (const target of targetsOf(file)) {
      const other = featureOf(target);
      if (other === null || other === feature || other === 'services.ts' || isCommandNames(target)) continue;
      expect(editorArrows[feature], `${file} imports ${target}`).toContain(other);
    }
  });

  it('lets services.ts name only what it declares', () => {
    const named = targetsOf('editor/services.ts').map(featureOf);
    const wanted = new Set(named.filter((feature) => feature !== null));
    expect([...wanted].sort()).toEqual([...servicesArrows].sort());
  });

  it('has nothing but names in the files that every feature may import', () => {
    const names = features.filter(isCommandNames);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((file) => imports(file).length > 0)).toEqual([]);
  });

  it('declares no arrow that nothing needs, and no circle', () => {
    expect(unusedArrows(editorArrows, (file) => (isCommandNames(file) ? null : featureOf(file)))).toEqual([]);
    expect(circles(new Map(Object.entries(editorArrows)))).toEqual([]);
  });
});

function isCommandNames(file: string): boolean {
  return /^editor\/(?!platform\/)\w+\/commands\.ts$/.test(file);
}

/** What reaches itself along the arrows: each group, sorted. Tarjan's algorithm. */
function circles(targets: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const numbers = new Map<string, number>();
  const open: string[] = [];
  const visit = (name: string): number => {
    const number = numbers.size;
    numbers.set(name, number);
    open.push(name);
    let low = number;
    for (const target of targets.get(name) ?? []) {
      if (!numbers.has(target)) low = Math.min(low, visit(target));
      else if (open.includes(target)) low = Math.min(low, numbers.get(target) ?? low);
    }
    if (low === number) {
      const group = open.splice(open.indexOf(name));
      if (group.length > 1) found.push(group.sort());
    }
    return low;
  };
  for (const name of targets.keys()) if (!numbers.has(name)) visit(name);
  return found;
}
