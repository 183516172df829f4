import { maskedAssertion } from '../../redaction/maskedText.ts';
import { withoutCredentials } from '../../redaction/withoutCredentials.ts';
import { directiveEffect, normalKey, written } from '../parse/directives.ts';
import { scriptOf } from '../scripts/fileScripts.ts';
import { sleepMs } from '../directives/waits.ts';
import { sharedParts } from './stops.ts';
import type { Dialect, ExtraNode, HttpFile, LooseNode, MetadataNode, RequestNode } from '../parse/tree.ts';

/**
 * Something that Keyturn reads and leaves out, though it does not change the request: `test` (one that a script makes),
 * `assertion` (`?? status == 200`), `script` (for the response), `redirection` (`>> file` outside of a request) and `directive`.
 */
export type NotRunKind = 'test' | 'assertion' | 'script' | 'redirection' | 'directive';

export interface NotRun {
  readonly kind: NotRunKind;
  /** Zero-based. */
  readonly line: number;
  /**
   * The name of a test, the path of a script, or the construct itself, without the credentials in it; null where there is
   * nothing to show.
   */
  readonly text: string | null;
}

/** What of a request is not run, in the order of the file. `runsScripts`: scripts are run here. */
export function notRunOf(tree: HttpFile, node: RequestNode, runsScripts = true): NotRun[] {
  const parts = [node, ...sharedParts(tree, node)];
  return parts.flatMap((part) => notRunIn(tree.dialect, part, runsScripts)).sort((a, b) => a.line - b.line);
}

export function notRunIn(
  dialect: Dialect,
  part: Pick<LooseNode, 'metadata' | 'extras'> | RequestNode,
  runsScripts = true,
): NotRun[] {
  // The response of a request goes to the file; outside of one there is no response.
  const isRequest = 'method' in part;
  const found = part.extras
    .filter((extra) => !(isRequest && extra.kind === 'response-redirect') && !(runsScripts && isRun(extra)))
    .flatMap(ofExtra);
  for (const directive of part.metadata) {
    const effect = directiveEffect(directive.key);
    if (effect !== 'left_out' && effect !== 'assertion' && !isScriptedSleep(directive)) continue;
    const kind = effect === 'assertion' ? 'assertion' : 'directive';
    found.push({ kind, line: directive.span.start.line, text: written(directive, dialect) });
  }
  return found.map(shownOf);
}

/** httpyac: how long is an expression. */
function isScriptedSleep({ key, value }: MetadataNode): boolean {
  return normalKey(key) === 'sleep' && sleepMs(value) === null;
}

function shownOf(one: NotRun): NotRun {
  if (one.text === null) return one;
  return {
    ...one,
    text: withoutCredentials(one.kind === 'assertion' ? maskedAssertion(one.text) : one.text),
  };
}

/** A script for the response that runs. */
function isRun(extra: ExtraNode): boolean {
  return extra.kind === 'response-handler' && scriptOf(extra)?.refusal === null;
}

function ofExtra({ kind, text, span }: ExtraNode): NotRun[] {
  const { line } = span.start;
  switch (kind) {
    case 'assertion':
      return [{ kind, line, text: text.trim() }];
    case 'response-redirect':
      return [{ kind: 'redirection', line, text: text.trim() }];
    case 'response-handler': {
      const path = /^\s*>\s+([^{\s][^\n]*)$/.exec(text)?.[1];
      if (path !== undefined) return [{ kind: 'script', line, text: path.trim() }];
      const tests = testsIn(text, line);
      return tests.length > 0 ? tests : [{ kind: 'script', line, text: null }];
    }
    // A link to a response that the other tool has kept: there is nothing to run.
    case 'response-reference':
    // These stop the request.
    case 'pre-request-script':
    case 'header-spread':
      return [];
  }
}

/** `client.test("name", …)` of JetBrains and kulala, `test("name", …)` and `test.status(200)` of httpyac. */
const testCall =
  /(?:^|[^\w.$])(?:client\.test|pm\.test|test(?:\.\w{1,40})?)\s{0,5}\(\s{0,5}(?:(["'`])(.{0,200}?)\1)?/g;
const assertCall = /(?:^|[^\w.$])(?:client\.assert|assert(?:\.\w{1,40})?|expect)\s{0,5}\(/;

function testsIn(script: string, firstLine: number): NotRun[] {
  const found: NotRun[] = [];
  let asserts: NotRun | null = null;
  for (const [index, text] of script.split('\n').entries()) {
    if (/^\s*(?:\/\/|--|\*)/.test(text)) continue;
    const line = firstLine + index;
    for (const call of text.matchAll(testCall)) found.push({ kind: 'test', line, text: call[2] ?? null });
    if (asserts === null && assertCall.test(text)) asserts = { kind: 'test', line, text: null };
  }
  return found.length > 0 || asserts === null ? found : [asserts];
}

/** `2 tests and 1 redirection not run`; null where everything was run. */
export function notRunWords(left: readonly NotRun[]): string | null {
  if (left.length === 0) return null;
  const counts = new Map<string, number>();
  for (const { kind } of left) {
    const noun = kind === 'assertion' ? 'test' : kind;
    counts.set(noun, (counts.get(noun) ?? 0) + 1);
  }
  const parts = [...counts].map(([noun, count]) => `${count} ${noun}${count === 1 ? '' : 's'}`);
  const last = parts.pop() ?? '';
  return `${parts.length === 0 ? last : `${parts.join(', ')} and ${last}`} not run`;
}
