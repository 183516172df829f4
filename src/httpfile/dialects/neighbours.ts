import { signsOf } from '../parse/parse.ts';
import type { Dialect } from '../parse/tree.ts';

/** What is seen of one folder. */
export interface SeenFolder {
  /** The names of its files. */
  readonly names: readonly string[];
  /** Its `.vscode/settings.json`; null where there is none. */
  readonly settings: string | null;
}

/** Of the files of a folder that hold requests, so many are looked at, and only up to this size. */
export const siblingLimits = { files: 20, bytes: 500_000 } as const;

/** A file that one tool alone reads, the surest first. Visual Studio and kulala read JetBrains' too: see `settledDialect`. */
const owners: readonly (readonly [pattern: RegExp, dialect: Dialect])[] = [
  [/^\.?httpyac(?:\.config)?(?:\.(?:json|js|cjs|mjs))?$/, 'httpyac'],
  [/^http-client\.env\.json\.user$/, 'visual-studio'],
  [/^http-client(?:\.private)?\.env\.json$/, 'jetbrains'],
];

/**
 * The dialect that the surroundings of a request file speak for: settings of tools in its folder and above, nearest first,
 * else the other request files of its folder, by their own strong signs. Null where nothing speaks, or both ways.
 */
export function dialectBeside(folders: readonly SeenFolder[], siblings: readonly string[]): Dialect | null {
  for (const { names, settings } of folders) {
    for (const [pattern, dialect] of owners) if (names.some((name) => pattern.test(name))) return dialect;
    // Comments make it no JSON; the key is sign enough.
    if (settings !== null && /"rest-client\.[a-z]/i.test(settings)) return 'rest-client';
  }
  const signs = siblings.map(signsOf);
  const strong = new Set(signs.flatMap(({ by, dialect }) => (by === 'sign' ? [dialect] : [])));
  const [only, ...others] = strong;
  return only === undefined || others.length > 0 ? null : only;
}
