import { FunctionExpressionType, JSONPathEnvironment, type JSONPathNode } from 'json-p3';
import { RE2JS } from 're2js';

/** Longer patterns are no mistake but an attack. */
const LONGEST_PATTERN = 1000;

/** An escape, a class, or the dot, which in I-Regexp (RFC 9485) stands for no line break. */
const PIECE = /\\.|\[(?:\\.|[^\]\\])*\]|\./gs;

/**
 * `match` and `search` of RFC 9535 section 2.4. The pattern may come from a server: expressions of JavaScript could take
 * for ever, these are linear.
 */
function expression(finds: (compiled: RE2JS, text: string) => boolean) {
  return {
    argTypes: [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType],
    returnType: FunctionExpressionType.LogicalType,
    call(text: unknown, pattern: unknown): boolean {
      if (typeof text !== 'string' || typeof pattern !== 'string' || pattern.length > LONGEST_PATTERN)
        return false;
      const source = pattern.replace(PIECE, (piece) => (piece === '.' ? String.raw`[^\n\r]` : piece));
      try {
        return finds(RE2JS.compile(source), text);
      } catch {
        // What is no pattern matches nothing, says the RFC.
        return false;
      }
    },
  };
}

const environment = new JSONPathEnvironment();
environment.functionRegister.set(
  'match',
  expression((compiled, text) => compiled.matches(text)),
);
environment.functionRegister.set(
  'search',
  expression((compiled, text) => compiled.matcher(text).find()),
);

/** The nodes that a JSONPath (RFC 9535) finds, in their order. Throws on a path that is none. */
export function jsonPathNodes(path: string, json: unknown): readonly JSONPathNode[] {
  return [...environment.query(path, json as Parameters<typeof environment.query>[1])];
}
