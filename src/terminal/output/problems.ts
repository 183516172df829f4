import { loadDotenv, loadEnvironments } from '../../httpfile/environments/environments.ts';
import { fileMarks, fileProblems } from '../../httpfile/marks/fileProblems.ts';
import type { HttpFile, Problem, RequestNode } from '../../httpfile/parse/tree.ts';
import { visible } from '../../base/visible.ts';
import type { ReadFile } from '../session/httpFiles.ts';
import { nodeFiles } from '../session/nodeFiles.ts';
import type { Palette, Streams } from './streams.ts';

/** All problems of a file that do not depend on the environment. */
export async function problemsOf(
  { path, text, tree }: ReadFile,
  env: Streams['env'],
  signal: AbortSignal,
): Promise<Problem[]> {
  const search = { trusted: true, signal };
  const set = await loadEnvironments(nodeFiles, path, { environments: {} }, search);
  const values = new Map([null, ...set.names].flatMap((name) => [...set.variables(name)]));
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  return fileProblems(tree, (line) => lines[line] ?? '', {
    values,
    elsewhere: new Map(),
    // A .env that cannot be read fails the requests that use it.
    dotenv: await loadDotenv(nodeFiles, path, search).catch(() => new Map<string, string>()),
    processEnv: env,
  });
}

/** The problems of each request of a file; null for those outside all requests. */
export function problemsByRequest(tree: HttpFile): ReadonlyMap<RequestNode | null, readonly Problem[]> {
  const all = [...tree.problems, ...fileMarks(tree)].sort((a, b) => lineOf(a) - lineOf(b));
  const found = new Map<RequestNode | null, Problem[]>();
  let next = 0;
  for (const problem of all) {
    while ((tree.requests[next]?.blockEndLine ?? Infinity) < lineOf(problem)) next++;
    const node = tree.requests[next];
    const owner = node !== undefined && node.blockStartLine <= lineOf(problem) ? node : null;
    const same = found.get(owner);
    if (same === undefined) found.set(owner, [problem]);
    else same.push(problem);
  }
  return found;
}

/** True for a problem that the result of the request does not report anyway. */
export function isSaidBefore({ code, severity }: Problem, node: RequestNode | null): boolean {
  return severity !== 'hint' && (node === null || (code !== 'unsupported' && code !== 'method_unknown'));
}

/** One line, such as `a.http:3: warning: There is no directive @tokn. Did you mean @token?` */
export function problemLine(file: string, problem: Problem, paint: Palette): string {
  const { severity, message } = problem;
  const colour = severity === 'error' ? paint.bad : severity === 'warning' ? paint.warn : paint.dim;
  return `${visible(file)}:${lineOf(problem) + 1}: ${colour(severity)}: ${visible(message)}\n`;
}

function lineOf({ span }: Problem): number {
  return span.start.line;
}
