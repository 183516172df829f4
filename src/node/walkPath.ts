import type { BigIntStats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, parse, resolve } from 'node:path';

/** Where a path leads. */
export interface Place {
  /** Without any link in it. */
  readonly path: string;
  readonly stats: BigIntStats;
}

/** As Linux has it. */
const MOST_LINKS = 40;

/**
 * Follows the links of a path one by one, so that `visit` sees every place on the way before it is touched: one that
 * leads through /proc, or to a network share, can be refused there. Fails like `lstat`, and with what `visit` throws.
 */
export async function walkPath(path: string, visit: (place: string) => void): Promise<Place> {
  visit(path);
  let at = rootOf(path);
  const left = namesOf(path);
  let links = 0;
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = dirname(at);
      continue;
    }
    const next = join(at, name);
    visit(next);
    if (!(await lstat(next, { bigint: true })).isSymbolicLink()) {
      at = next;
      continue;
    }
    if (++links > MOST_LINKS) throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
    const target = await readlink(next);
    if (isAbsolute(target)) {
      visit(target);
      at = rootOf(target);
    }
    left.push(...namesOf(target));
  }
  return { path: at, stats: await lstat(at, { bigint: true }) };
}

function rootOf(path: string): string {
  return parse(resolve(path)).root;
}

/** The last one first. */
function namesOf(path: string): string[] {
  const { root } = parse(path);
  return path.slice(root.length).split(SEPARATORS).reverse();
}

const SEPARATORS = process.platform === 'win32' ? /[\\/]+/ : /\/+/;
