import type { HttpFile, RequestNode } from './tree.ts';

/**
 * The request that a zero-based line belongs to: the one whose block holds it. A separator belongs to the block
 * below it. Null where there is no request.
 */
export function requestAtLine(file: HttpFile, line: number): RequestNode | null {
  const { requests } = file;
  let low = 0;
  let high = requests.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const request = requests[middle];
    if (request === undefined) return null;
    if (line > request.blockEndLine) low = middle + 1;
    else if (line < request.blockStartLine - 1) high = middle - 1;
    else return request;
  }
  return null;
}
