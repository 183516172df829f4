/** Lines are taken by blocks of this many, so that scrolling a little changes nothing. */
const blockLines = 100;

interface LineRange {
  readonly start: { readonly line: number };
  readonly end: { readonly line: number };
}

export interface LinesAround {
  has(line: number): boolean;
  /** The same for the same lines. */
  readonly key: string;
}

/** Which lines are on screen, or so near that scrolling shows them before the editor tells. */
export function linesAround(ranges: readonly LineRange[]): LinesAround {
  const blocks = new Set<number>();
  for (const { start, end } of ranges) {
    const last = Math.floor(end.line / blockLines) + 1;
    for (let block = Math.floor(start.line / blockLines) - 1; block <= last; block++) blocks.add(block);
  }
  return { has: (line) => blocks.has(Math.floor(line / blockLines)), key: [...blocks].join() };
}
