interface LineRange {
  readonly start: { readonly line: number };
  readonly end: { readonly line: number };
}

/** Lines are taken by blocks of this many, so that scrolling a little changes nothing. */
const blockLines = 100;

/** Which lines are on screen, or so near that scrolling shows them before the editor tells. */
export function linesAround(ranges: readonly LineRange[]): (line: number) => boolean {
  const blocks = new Set<number>();
  for (const { start, end } of ranges) {
    const last = Math.floor(end.line / blockLines) + 1;
    for (let block = Math.floor(start.line / blockLines) - 1; block <= last; block++) blocks.add(block);
  }
  return (line) => blocks.has(Math.floor(line / blockLines));
}
