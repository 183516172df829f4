import { normalKey, tokenDirectives } from './directives.ts';
import { fragmentProblem } from './fragment.ts';
import type { Lines } from './lines.ts';
import { clientPart, clientPartMessage, isAuthorization, isClientCertificate } from './schemes.ts';
import { noTime, timeValue } from './timeValue.ts';
import type {
  Dialect,
  HeaderNode,
  HttpFile,
  LooseNode,
  MetadataNode,
  Problem,
  ProblemCode,
  RequestNode,
  Span,
  VariableNode,
} from './tree.ts';
import { variableText } from './variableLine.ts';

/** Collects what the readers find, in the order of the file, and hands it over part by part: a block, or all of it. */
export class PartBuilder {
  readonly lines: Lines;
  #nextIndex = 0;
  readonly #requests: RequestNode[] = [];
  readonly #variables: VariableNode[] = [];
  readonly #loose: LooseNode[] = [];
  readonly #problems: Problem[] = [];
  readonly #credentials: HeaderNode[] = [];

  constructor(lines: Lines) {
    this.lines = lines;
  }

  /** The number that the next request has in the file. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  request(node: RequestNode): void {
    this.#noteTokens(node);
    this.#noteTimes(node);
    const fragment = fragmentProblem(node.url);
    if (fragment !== null) this.problem('url_fragment', node.urlSpan, fragment, 'warning');
    for (const header of node.headers) if (mayHoldCredentials(header)) this.#credentials.push(header);
    this.#requests.push(node);
    this.#nextIndex++;
  }

  variable(index: number, variable: Omit<VariableNode, 'span'>): void {
    this.#variables.push({ ...variable, span: this.lines.span(index) });
  }

  /** What a part without a request holds. */
  loose(node: LooseNode): void {
    if (node.metadata.length + node.extras.length > 0) this.#loose.push(node);
  }

  problem(code: ProblemCode, span: Span, message: string, severity: Problem['severity'] = 'error'): void {
    this.#problems.push({ code, message, severity, span });
  }

  /** What was found since the last part. */
  takePart(): Part {
    return {
      requests: this.#requests.splice(0),
      variables: takeAll(this.#variables),
      loose: takeAll(this.#loose),
      problems: takeAll(this.#problems),
      credentials: takeAll(this.#credentials),
    };
  }

  /** Passes over a part that was read before. */
  skipPart({ requests }: Part): void {
    this.#nextIndex += requests.length;
  }

  #noteTokens({ metadata }: RequestNode): void {
    if (metadata.length === 0) return;
    const [first, ...others] = tokenDirectives(metadata);
    if (first === undefined) return;
    for (const { value, span } of [first, ...others]) {
      if (value === '') this.problem('metadata_invalid', span, 'This @token names no token.');
    }
    for (const { span } of others) {
      const message = `This request has a token already, on line ${first.span.start.line + 1}, and Keyturn uses that one.`;
      this.problem('metadata_invalid', span, message, 'warning');
    }
  }

  #noteTimes({ metadata }: RequestNode): void {
    for (const { key, value, span } of metadata) {
      const isTime = ['timeout', 'connectiontimeout'].includes(normalKey(key));
      if (isTime && timeValue(value) === null) this.problem('metadata_invalid', span, noTime(key));
    }
  }
}

const none: readonly never[] = [];

/**
 * What a reader collected in a list of its own, which is empty then. Trees are kept as long as their documents are
 * open: what goes into them is no longer than it must be, and nothing where there is nothing.
 */
export function takeAll<T>(list: T[]): readonly T[] {
  return list.length === 0 ? none : list.splice(0);
}

/** What was found in a part. */
export interface Part {
  /** `joinParts` renumbers them when other parts have got more or fewer requests. */
  readonly requests: RequestNode[];
  readonly variables: readonly VariableNode[];
  readonly loose: readonly LooseNode[];
  readonly problems: readonly Problem[];
  /** Headers with credentials, or with a variable that may hold some: only the whole file shows what is in them. */
  readonly credentials: readonly HeaderNode[];
}

/** Puts the parts of a file together: numbers the requests and sees what only the whole file shows. */
export function joinParts(dialect: Dialect, parts: readonly Part[]): HttpFile {
  const requests: RequestNode[] = [];
  const variables: VariableNode[] = [];
  const loose: LooseNode[] = [];
  const problems: Problem[] = [];
  const namedAt = new Map<string, number>();
  for (const part of parts) {
    let at = 0;
    for (const node of part.requests) {
      const duplicate = noteName(namedAt, node);
      if (duplicate !== null) problems.push(duplicate);
      const numbered = node.index === requests.length ? node : { ...node, index: requests.length };
      part.requests[at++] = numbered;
      requests.push(numbered);
    }
    for (const variable of part.variables) variables.push(variable);
    for (const node of part.loose) loose.push(node);
    for (const problem of part.problems) problems.push(problem);
  }
  addUnsendable(parts, variables, dialect, problems);
  problems.sort((a, b) => comparePositions(a, b));
  return { dialect, requests, variables, loose, problems };
}

function mayHoldCredentials({ name, value }: HeaderNode): boolean {
  return isAuthorization(name) || isClientCertificate(name) || (value === '' && name.startsWith('{{'));
}

/** Marks headers whose value a client has to compute; what other files say of a variable shows when it is sent. */
function addUnsendable(
  parts: readonly Part[],
  variables: readonly VariableNode[],
  dialect: Dialect,
  problems: Problem[],
): void {
  let byName: Map<string, string> | null = null;
  const held = (text: string) => {
    for (let depth = 0; depth < 10; depth++) {
      const name = /^\{\{([^{}\n]+)\}\}$/.exec(text.trim())?.[1]?.trim();
      if (name === undefined) return text;
      byName ??= new Map(variables.map((each) => [each.name, variableText(each.value, dialect)]));
      const value = byName.get(name);
      if (value === undefined) return text;
      text = value;
    }
    return text;
  };
  for (const { credentials } of parts) {
    for (const { name, value, span } of credentials) {
      const texts = value === '' ? held(name).split('\n') : [`${name}: ${held(value)}`];
      for (const text of texts) {
        const colon = text.indexOf(':');
        const part = colon < 0 ? null : clientPart(text.slice(0, colon).trim(), text.slice(colon + 1));
        if (part === null) continue;
        const message = clientPartMessage(part, span.start.line);
        problems.push({ code: 'unsupported', message, severity: 'error', span });
      }
    }
  }
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

/** Text after the `###`, or that of a `# @title` instead. */
export function titleOf(metadata: readonly MetadataNode[], separator: string | null): string | null {
  return metadata.findLast(({ key, value }) => key === 'title' && value !== '')?.value ?? separator;
}

/** The `# @name` that counts: the last one with a value. */
export function nameMetadata(metadata: readonly MetadataNode[]): MetadataNode | null {
  return metadata.findLast(({ key, value }) => key === 'name' && value !== '') ?? null;
}

function comparePositions(a: Problem, b: Problem): number {
  return a.span.start.line - b.span.start.line || a.span.start.column - b.span.start.column;
}
