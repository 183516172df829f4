import type { PartBuilder } from './builder.ts';
import { type CurlBody, readCurl } from '../curl/command.ts';
import type { Lines } from './lines.ts';
import { indentOf } from './text.ts';
import type { BodyNode, CurlNode, HeaderNode, MetadataNode, Position, Refusal, Span } from './tree.ts';

export function isCurlLine(line: string): boolean {
  return /^curl(?:\.exe)?[ \t]/i.test(line.slice(indentOf(line)));
}

/** What a cURL command makes of a request. */
export interface CurlRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly HeaderNode[];
  readonly metadata: readonly MetadataNode[];
  readonly body: BodyNode;
  readonly curl: CurlNode;
  readonly refusals: readonly Refusal[];
  /** Its last line. */
  readonly last: number;
}

/** Reads the command that begins on one line and may go on up to another. */
export function readCurlRequest(builder: PartBuilder, first: number, mostLast: number): CurlRequest {
  const { lines } = builder;
  const texts: string[] = [];
  for (let index = first; index <= mostLast; index++) texts.push(lines.text(index));
  const command = readCurl(texts.join('\n'));
  const places = new Places(lines, first, texts);
  const last = first + places.lineOf(Math.max(0, command.end - 1));
  const refusals = command.faults.map(({ message, start, end }) => {
    return { message, span: { start: places.at(start), end: places.at(end) } };
  });
  for (const { message, span } of refusals) builder.problem('unsupported', span, message);
  const span = lines.span(first);
  // A command that cannot be read to its end may well have one.
  if (command.url === '' && refusals.length === 0)
    builder.problem('url_missing', span, 'This cURL command has no URL.');
  return {
    method: command.method,
    url: command.url,
    headers: command.headers.map(({ name, value, exact, start, end }) => {
      const own = start === Infinity ? span : { start: places.at(start), end: places.at(end) };
      return { name, value, ...(exact && { exact }), span: own };
    }),
    metadata: command.settings.map(({ key, value }) => ({ key, value, span })),
    body: bodyNode(command.body, lines.range(first, last)),
    curl: {
      query: command.query,
      omitted: command.omitted,
      ...(command.sigv4 && { sigv4: command.sigv4 }),
    },
    refusals,
    last,
  };
}

/** Of a line below a command that is no part of it: what it was meant for would be lost. */
export function afterCurl(span: Span): Refusal {
  return {
    message:
      'This line is no part of the cURL command above: end the line before it with a backslash, or remove it.',
    span,
  };
}

function bodyNode(body: CurlBody, span: Span): BodyNode {
  switch (body.kind) {
    case 'none':
      return { kind: 'none' };
    case 'file':
      return { kind: 'file', path: body.path, expand: false, encoding: null, span };
    case 'form':
      return { kind: 'multipart', text: body.text, form: body.form, span };
    case 'data':
      return { kind: 'text', text: body.text, data: body.data, span };
  }
}

/** Offsets in lines that are joined by line breaks, as positions. */
class Places {
  readonly #lines: Lines;
  readonly #first: number;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(lines: Lines, first: number, texts: readonly string[]) {
    this.#lines = lines;
    this.#first = first;
    let start = 0;
    for (const { length } of texts) {
      this.#starts.push(start);
      this.#ends.push(start + length);
      start += length + 1;
    }
  }

  lineOf(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  at(offset: number): Position {
    const line = this.lineOf(offset);
    const column = Math.min(offset, this.#ends[line] ?? 0) - (this.#starts[line] ?? 0);
    return this.#lines.position(this.#first + line, column);
  }
}
