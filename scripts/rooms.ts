import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const src = join(import.meta.dirname, '../src');

const WIDTH = 1000;
const BOX = { width: 96, height: 34 };
const ROW = 78;
const TOP = 24;

/** What each room of src imports from others; the doors are `extension` and `cli`. */
export function roomImports(): Map<string, Set<string>> {
  const rooms = new Map<string, Set<string>>();
  for (const file of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const room = roomOf(file);
    const targets = rooms.get(room) ?? new Set<string>();
    rooms.set(room, targets);
    const text = readFileSync(join(src, file), 'utf8');
    for (const [, path = ''] of text.matchAll(/(?:\bfrom|\bimport\()\s{0,5}'(\.[^'\n]+\.ts)'/g)) {
      const target = roomOf(relative(src, join(src, dirname(file), path)));
      if (target !== room) targets.add(target);
    }
  }
  return rooms;
}

function roomOf(file: string): string {
  const [first = '', ...rest] = file.replaceAll('\\', '/').split('/');
  return rest.length === 0 ? first.replace('.ts', '') : first;
}

/** docs/rooms.svg: a room stands above the rooms that it imports; an arrow that follows from others is left out. */
export function roomsPicture(): string {
  const rooms = roomImports();
  const levels = levelsOf(rooms);
  const rows = [...new Set(levels.values())].sort((a, b) => b - a);
  const places = new Map<string, Place>();
  rows.forEach((level, row) => {
    const names = [...rooms.keys()].filter((name) => levels.get(name) === level).sort();
    // Below the rooms that import it, so that few arrows cross.
    const wanted = new Map(names.map((name) => [name, middleOf(importers(rooms, name), places)]));
    names.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
    names.forEach((name, index) => {
      places.set(name, { x: ((index + 1) * WIDTH) / (names.length + 1), y: TOP + row * ROW });
    });
  });
  const arrows = [...rooms].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => !followsFromOthers(rooms, from, to))
      .sort()
      .map((to) => arrow(places.get(from), places.get(to))),
  );
  const boxes = [...places].map(([name, { x, y }]) => box(name, x, y));
  const height = TOP + rows.length * ROW - (ROW - BOX.height) + TOP;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="14">
<title>The rooms of src: each stands above those that it imports</title>
<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8Z" fill="#6e7781"/></marker></defs>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
${[...arrows, ...boxes].join('\n')}
</svg>
`;
}

/** How many rooms lie below each on its longest way down. */
function levelsOf(rooms: ReadonlyMap<string, ReadonlySet<string>>): Map<string, number> {
  const levels = new Map<string, number>();
  const levelOf = (room: string): number => {
    const known = levels.get(room);
    if (known !== undefined) return known;
    const level = Math.max(-1, ...[...(rooms.get(room) ?? [])].map(levelOf)) + 1;
    levels.set(room, level);
    return level;
  };
  for (const room of rooms.keys()) levelOf(room);
  return levels;
}

function importers(rooms: ReadonlyMap<string, ReadonlySet<string>>, room: string): string[] {
  return [...rooms].filter(([, targets]) => targets.has(room)).map(([name]) => name);
}

function middleOf(names: readonly string[], places: ReadonlyMap<string, Place>): number {
  const xs = names.flatMap((name) => places.get(name)?.x ?? []);
  return xs.length === 0 ? WIDTH / 2 : xs.reduce((sum, x) => sum + x, 0) / xs.length;
}

function followsFromOthers(
  rooms: ReadonlyMap<string, ReadonlySet<string>>,
  from: string,
  to: string,
): boolean {
  const reaches = (room: string): boolean =>
    [...(rooms.get(room) ?? [])].some((next) => next === to || reaches(next));
  return [...(rooms.get(from) ?? [])].some((other) => other !== to && reaches(other));
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function arrow(from: Place | undefined, to: Place | undefined): string {
  if (from === undefined || to === undefined) return '';
  const [start, end] = [from.y + BOX.height, to.y - 2];
  const bend = (end - start) / 2;
  const path = `M${round(from.x)} ${start}C${round(from.x)} ${start + bend} ${round(to.x)} ${end - bend} ${round(to.x)} ${end}`;
  return `<path d="${path}" fill="none" stroke="#6e7781" marker-end="url(#head)"/>`;
}

function box(name: string, x: number, y: number): string {
  const isDoor = name === 'extension' || name === 'cli';
  const [fill, text] = isDoor ? ['#0969da', '#ffffff'] : ['#ddf4ff', '#1f2328'];
  return (
    `<rect x="${round(x - BOX.width / 2)}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="${fill}" stroke="#0969da"/>` +
    `<text x="${round(x)}" y="${y + 22}" text-anchor="middle" fill="${text}">${name}</text>`
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
