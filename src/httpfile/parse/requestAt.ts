import type { HttpFile, RequestNode } from './tree.ts';

/**
 * The request that a zero-based line belongs to: the one whose block holds it. A separator belongs to the block
 * below it. Null where there is no request.
 */
export function requestAtLine(file: HttpFile, line: number): RequestNode | null {
  // Blocks are in order: the first that ends at or below the line is the only one that can hold it.
  let low = 0;
  let high = file.requests.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((file.requests[middle]?.blockEndLine ?? 0) < line) low = middle + 1;
    else high = middle;
  }
  const request = file.requests[low];
  return request !== undefined && line >= request.blockStartLine - 1 ? request : null;
}
