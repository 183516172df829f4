import type { Lines } from './lines.ts';
import type {
  Dialect,
  HttpFile,
  MetadataNode,
  Problem,
  ProblemCode,
  RequestNode,
  Span,
  VariableNode,
} from './tree.ts';

/** What the readers find in one part of a file, in the order of the file: a block, or all of it. */
export class PartBuilder {
  readonly lines: Lines;
  /** Numbered within the part until `joinParts` numbers them within the file. */
  readonly requests: RequestNode[] = [];
  readonly variables: VariableNode[] = [];
  readonly problems: Problem[] = [];

  constructor(lines: Lines) {
    this.lines = lines;
  }

  request(node: Omit<RequestNode, 'index'>): void {
    this.#noteTokens(node);
    this.requests.push({ index: this.requests.length, ...node });
  }

  variable(index: number, variable: Omit<VariableNode, 'span'>): void {
    this.variables.push({ ...variable, span: this.lines.span(index) });
  }

  problem(code: ProblemCode, span: Span, message: string, severity: Problem['severity'] = 'error'): void {
    this.problems.push({ code, message, severity, span });
  }

  /** Of several `# @token` lines the first one counts. */
  #noteTokens({ metadata }: Omit<RequestNode, 'index'>): void {
    const [first, ...others] = metadata.filter(({ key }) => key.toLowerCase() === 'token');
    if (first === undefined) return;
    for (const { value, span } of [first, ...others]) {
      if (value === '') this.problem('metadata_invalid', span, 'This @token names no token.');
    }
    for (const { span } of others) {
      const message = `This request has a token already, on line ${first.span.start.line + 1}, which is the one that counts.`;
      this.problem('metadata_invalid', span, message, 'warning');
    }
  }
}

/** What was found in a part; a finished builder is one. */
export type Part = Pick<PartBuilder, 'requests' | 'variables' | 'problems'>;

/** Puts the parts of a file together: numbers the requests and sees what only the whole file shows. */
export function joinParts(dialect: Dialect, parts: readonly Part[]): HttpFile {
  const requests: RequestNode[] = [];
  const variables: VariableNode[] = [];
  const problems: Problem[] = [];
  const namedAt = new Map<string, number>();
  for (const part of parts) {
    for (const [at, node] of part.requests.entries()) {
      const duplicate = noteName(namedAt, node);
      if (duplicate !== null) problems.push(duplicate);
      const numbered = node.index === requests.length ? node : { ...node, index: requests.length };
      part.requests[at] = numbered;
      requests.push(numbered);
    }
    for (const variable of part.variables) variables.push(variable);
    for (const problem of part.problems) problems.push(problem);
  }
  problems.sort((a, b) => comparePositions(a, b));
  return { dialect, requests, variables, problems };
}

/** Only names that were given on purpose must be unique; titles may well repeat. */
function noteName(namedAt: Map<string, number>, { metadata }: RequestNode): Problem | null {
  const given = nameMetadata(metadata);
  if (given === null) return null;
  const before = namedAt.get(given.value);
  if (before === undefined) {
    namedAt.set(given.value, given.span.start.line);
    return null;
  }
  const message = `The name ${given.value} is already used on line ${before + 1}.`;
  return { code: 'name_duplicate', message, severity: 'warning', span: given.span };
}

/** The `# @name` that counts: the last one with a value. */
export function nameMetadata(metadata: readonly MetadataNode[]): MetadataNode | null {
  return metadata.findLast(({ key, value }) => key === 'name' && value !== '') ?? null;
}

function comparePositions(a: Problem, b: Problem): number {
  return a.span.start.line - b.span.start.line || a.span.start.column - b.span.start.column;
}
