import { createScanner, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { Position, Span } from './position.ts';

export type JsonNode = Node;

export interface JsonProperty {
  readonly name: string;
  readonly key: JsonNode;
  readonly value: JsonNode;
}

export interface JsonText {
  /** Undefined when the text is empty or its JSON cannot be told apart. */
  readonly root: JsonNode | undefined;
  readonly errors: readonly { readonly message: string; readonly offset: number; readonly length: number }[];
  span(offset: number, length: number): Span;
}

/** Deeper than any valid file; the parser recurses, so depth is checked before. */
const MAX_DEPTH = 50;

/** Parses JSON with comments and trailing commas into a tree with positions. Never throws. */
export function parseJsonText(original: string): JsonText {
  // A byte order mark becomes a blank, so that positions stay.
  const text = original.startsWith('\uFEFF') ? ` ${original.slice(1)}` : original;
  const lines = new LineIndex(text);
  const span = (offset: number, length: number) => ({
    start: lines.position(offset),
    end: lines.position(offset + length),
  });
  const tooDeep = offsetOfDepth(text, MAX_DEPTH);
  if (tooDeep !== null) {
    const message = 'Objects and lists are nested too deeply here.';
    return { root: undefined, errors: [{ message, offset: tooDeep, length: 1 }], span };
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  return {
    root,
    errors: errors.map((error) => ({
      message: syntaxMessage(error),
      offset: error.offset,
      length: error.length,
    })),
    span,
  };
}

/** Properties with a name and a value; half-written ones are syntax errors already. */
export function propertiesOf(node: JsonNode): JsonProperty[] {
  const properties: JsonProperty[] = [];
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key !== undefined && value !== undefined) properties.push({ name: String(key.value), key, value });
  }
  return properties;
}

/** The value of a node, in objects without a prototype, so that a property named `__proto__` is like any other. */
export function plainValue(node: JsonNode): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plainValue);
  if (node.type !== 'object') return node.value;
  const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const { name, value } of propertiesOf(node)) object[name] = plainValue(value);
  return object;
}

class LineIndex {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.#starts.push(i + 1);
  }

  position(offset: number): Position {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - (this.#starts[low] ?? 0) };
  }
}

function offsetOfDepth(text: string, limit: number): number | null {
  const scanner = createScanner(text, true);
  let depth = 0;
  // 1 and 3 open an object and a list, 2 and 4 close them, 17 ends the text (SyntaxKind, a const enum).
  for (let token: number = scanner.scan(); token !== 17; token = scanner.scan()) {
    if (token === 1 || token === 3) depth++;
    else if (token === 2 || token === 4) depth--;
    if (depth > limit) return scanner.getTokenOffset();
  }
  return null;
}

const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
  PropertyNameExpected: 'A property name in double quotes is expected here.',
  ValueExpected: 'A value is expected here.',
  ColonExpected: 'A colon is expected here.',
  CommaExpected: 'A comma is expected here.',
  CloseBraceExpected: 'A closing brace is expected here.',
  CloseBracketExpected: 'A closing bracket is expected here.',
  EndOfFileExpected: 'The file must end here.',
  UnexpectedEndOfComment: 'This comment does not end.',
  UnexpectedEndOfString: 'This string does not end.',
  InvalidEscapeCharacter: 'This escape is not valid in a string.',
  InvalidUnicode: 'This Unicode escape is not valid.',
};

function syntaxMessage(error: ParseError): string {
  return SYNTAX_MESSAGES[printParseErrorCode(error.error)] ?? 'This is not valid JSON.';
}
