import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '../src');

/** What each room of src may import from; everything may import the files that stand directly in src. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  http: [],
  httpfile: ['http'],
  token: ['http'],
  oauth: ['http', 'token'],
  ratelimit: ['http'],
  audit: ['token'],
  run: ['http', 'httpfile', 'token', 'oauth', 'ratelimit'],
  sandbox: [],
  keychain: ['token'],
  editor: ['http', 'httpfile', 'token', 'oauth', 'ratelimit', 'audit', 'run', 'sandbox', 'keychain'],
  terminal: ['http', 'httpfile', 'token', 'oauth', 'ratelimit', 'audit', 'run', 'sandbox', 'keychain'],
};
/** Files directly in src that every room may use: no room is behind them. */
const shared = new Set([
  'errors.ts',
  'clock.ts',
  'files.ts',
  'privateFiles.ts',
  'localFile.ts',
  'localPath.ts',
  'untrusted.ts',
  'walkPath.ts',
  'fileOwner.ts',
  'abortable.ts',
  'foldersUpward.ts',
  'nearestFile.ts',
  'timedFiles.ts',
  'text.ts',
  'jsonDepth.ts',
  'visible.ts',
  'singleFlight.ts',
  'url.ts',
  'lazy.ts',
  'position.ts',
  'jsonText.ts',
  'exactJson.ts',
  'secretForms.ts',
  'credentialNames.ts',
  'fullyDecoded.ts',
  'maskedUrl.ts',
  'maskedText.ts',
  'withoutCredentials.ts',
  'routingHeaders.ts',
  'secretVariables.ts',
]);
/** The doors open only onto their own side. */
const doors: Readonly<Record<string, readonly string[]>> = {
  'extension.ts': ['editor', 'run', 'token', 'oauth', 'http', 'httpfile', 'ratelimit', 'audit', 'sandbox'],
  'cli.ts': ['terminal'],
};

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
      if (!target.includes('/')) {
        expect(shared.has(target), `${file} imports the door ${target}`).toBe(true);
        continue;
      }
      const other = target.split('/')[0] ?? '';
      if (other === room) continue;
      const allowed = room === '' ? (doors[file] ?? []) : (arrows[room] ?? []);
      expect(allowed, `${file} (${room || 'door'}) imports ${target}`).toContain(other);
    }
  });
});
