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

/** Collects what the readers of a file find, in the order of the file. */
export class TreeBuilder {
  readonly lines: Lines;
  readonly #requests: RequestNode[] = [];
  readonly #variables: VariableNode[] = [];
  readonly #problems: Problem[] = [];
  readonly #namedAt = new Map<string, number>();

  constructor(lines: Lines) {
    this.lines = lines;
  }

  request(node: Omit<RequestNode, 'index'>): void {
    this.#noteName(node);
    this.#noteTokens(node);
    this.#requests.push({ index: this.#requests.length, ...node });
  }

  variable(index: number, variable: Omit<VariableNode, 'span'>): void {
    this.#variables.push({ ...variable, span: this.lines.span(index) });
  }

  problem(code: ProblemCode, span: Span, message: string, severity: Problem['severity'] = 'error'): void {
    this.#problems.push({ code, message, severity, span });
  }

  build(dialect: Dialect): HttpFile {
    return {
      dialect,
      requests: this.#requests,
      variables: this.#variables,
      problems: this.#problems.sort((a, b) => comparePositions(a, b)),
    };
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

  /** Only names that were given on purpose must be unique; titles may well repeat. */
  #noteName({ metadata }: Omit<RequestNode, 'index'>): void {
    const given = nameMetadata(metadata);
    if (given === null) return;
    const before = this.#namedAt.get(given.value);
    if (before === undefined) {
      this.#namedAt.set(given.value, given.span.start.line);
      return;
    }
    const line = before + 1;
    this.problem(
      'name_duplicate',
      given.span,
      `The name ${given.value} is already used on line ${line}.`,
      'warning',
    );
  }
}

/** The `# @name` that counts: the last one with a value. */
export function nameMetadata(metadata: readonly MetadataNode[]): MetadataNode | null {
  return metadata.findLast(({ key, value }) => key === 'name' && value !== '') ?? null;
}

function comparePositions(a: Problem, b: Problem): number {
  return a.span.start.line - b.span.start.line || a.span.start.column - b.span.start.column;
}
