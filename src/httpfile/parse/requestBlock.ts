import { makeBody } from './bodyNode.ts';
import type { Block } from './blocks.ts';
import { nameMetadata, type PartBuilder, takeAll, titleOf } from './builder.ts';
import { afterCurl, isCurlLine, readCurlRequest } from './curlRequest.ts';
import { directiveEffect, normalKey, stopsRequest } from './directives.ts';
import { parseHeaderLine } from './headerLine.ts';
import { parseMetadataLine } from './metadataLine.ts';
import { joinTarget, parseRequestLine } from './requestLine.ts';
import type { DialectRules } from './rules.ts';
import { extraOf, preRequestScriptAt, responsePartAt, type ScriptPart } from './scripts.ts';
import { indentOf, isAssertion, isComment, parseFileReference } from './text.ts';
import type { BodyNode, ExtraNode, HeaderNode, MetadataNode, Refusal, RequestNode, Span } from './tree.ts';
import { parseVariableLine } from './variableLine.ts';

/** Reads one block, the lines between two separators, into at most one request. */
export function readRequestBlock(builder: PartBuilder, block: Block, rules: DialectRules): void {
  new BlockReader(builder, block, rules).read();
}

interface Target {
  readonly method: string;
  readonly url: string;
  readonly urlSpan: Span;
}

class BlockReader {
  readonly #builder: PartBuilder;
  readonly #block: Block;
  readonly #rules: DialectRules;
  readonly #metadata: MetadataNode[] = [];
  readonly #headers: HeaderNode[] = [];
  readonly #extras: ExtraNode[] = [];
  readonly #stray: Span[] = [];
  readonly #isEnd = (index: number) => index > this.#block.last;
  #at: number;

  constructor(builder: PartBuilder, block: Block, rules: DialectRules) {
    this.#builder = builder;
    this.#block = block;
    this.#rules = rules;
    this.#at = block.first;
  }

  read(): void {
    const line = this.#findRequestLine();
    if (line === null) {
      this.#reportMissingRequest();
      return;
    }
    const { lines } = this.#builder;
    if (isCurlLine(lines.text(line))) {
      this.#readCurl(line);
      return;
    }
    const target = this.#readTarget(line);
    this.#readHeaders();
    const body = this.#readBody(target.method);
    this.#finish(line, target, body);
  }

  /** Skips what may stand before a request line; null when the block holds no request. */
  #findRequestLine(): number | null {
    const { lines } = this.#builder;
    const rules = this.#rules;
    for (; this.#at <= this.#block.last; this.#at++) {
      const text = lines.text(this.#at);
      const indent = indentOf(text);
      if (indent === text.length) continue;
      if (isComment(text, indent)) {
        this.#readMetadata(text);
        continue;
      }
      if (text[indent] === '@') {
        this.#readVariable(text, indent);
        continue;
      }
      // A response that someone kept in the file.
      if (text.startsWith('HTTP/', indent)) return this.#skipRest();
      if (rules.scripts && this.#take(preRequestScriptAt(lines, this.#at, this.#isEnd))) continue;
      if (rules.scripts && this.#take(responsePartAt(lines, this.#at, this.#isEnd))) continue;
      if (rules.directives && this.#readDirective(text, indent)) continue;
      if (this.#readAssertion(text, indent)) continue;
      return this.#at;
    }
    return null;
  }

  /**
   * A directive below the request line, where this dialect reads none. One that stops the request counts all the same;
   * a request that is sent without what another one asks for would be a surprise.
   */
  #readLateMetadata(text: string): void {
    const metadata = parseMetadataLine(text);
    if (metadata === null) return;
    if (this.#rules.metadata === 'anywhere' || stopsRequest(metadata.key)) {
      this.#readMetadata(text);
    } else if (directiveEffect(metadata.key) === 'acts') {
      const message = `This @${metadata.key} has no effect here: write it above the request line.`;
      this.#builder.problem('metadata_invalid', this.#builder.lines.span(this.#at), message, 'warning');
    }
  }

  #skipRest(): null {
    if (this.#rules.variables === 'anywhere') {
      for (; this.#at <= this.#block.last; this.#at++) this.#noteVariable(this.#builder.lines.text(this.#at));
    }
    this.#at = this.#block.last + 1;
    return null;
  }

  #readMetadata(text: string): void {
    const metadata = parseMetadataLine(text);
    if (metadata === null) return;
    const span = this.#builder.lines.span(this.#at);
    if (metadata.key === 'name' && metadata.value === '') {
      this.#builder.problem('metadata_invalid', span, 'This @name gives no name.', 'warning');
    }
    this.#metadata.push({ ...metadata, span });
  }

  #readVariable(text: string, indent: number): void {
    if (this.#noteVariable(text)) return;
    const span = this.#builder.lines.span(this.#at, indent);
    this.#builder.problem('variable_invalid', span, 'A variable is written as @name = value.');
  }

  #noteVariable(text: string): boolean {
    const variable = parseVariableLine(text);
    if (variable !== null) this.#builder.variable(this.#at, variable);
    return variable !== null;
  }

  #readDirective(text: string, indent: number): boolean {
    const directive = /^(import|run) +\S/.exec(text.slice(indent))?.[1];
    if (directive === undefined) return false;
    const value = text.slice(indent + directive.length).trim();
    this.#metadata.push({ key: directive, value, span: this.#builder.lines.span(this.#at) });
    return true;
  }

  /** Moves to the last line of a script and keeps it as an extra. */
  #take(part: ScriptPart | null): boolean {
    if (part === null) return false;
    this.#extras.push(part.extra);
    if (!part.closed) {
      this.#builder.problem('script_unclosed', part.extra.span, 'This script has no closing %}.');
    }
    this.#at = part.last;
    return true;
  }

  /** Directly below a URL it would look like a part of the query, and on top of a body like all of it. */
  #readAssertion(text: string, indent: number): boolean {
    if (!isAssertion(text, indent)) return false;
    this.#extras.push(extraOf(this.#builder.lines, this.#at, this.#at, 'assertion'));
    return true;
  }

  #readTarget(line: number): Target {
    const { lines } = this.#builder;
    const text = lines.text(line);
    const request = parseRequestLine(text, this.#rules);
    const parts = [request.target];
    let last = line;
    for (this.#at = line + 1; this.#at <= this.#block.last; this.#at++) {
      const next = lines.text(this.#at);
      const indent = indentOf(next);
      if (indent === next.length) break;
      if (isComment(next, indent)) {
        if (this.#endsHeaders(next, indent)) break;
        this.#readLateMetadata(next);
        continue;
      }
      if (this.#readAssertion(next, indent)) continue;
      if (!this.#rules.continuesUrl(next)) break;
      if (this.#rules.scripts && '<>'.includes(next.charAt(indent))) break;
      parts.push(next.trim());
      last = this.#at;
    }
    const url = joinTarget(parts, this.#rules);
    const start = lines.position(line, request.targetColumn);
    const end =
      last === line
        ? lines.position(line, request.targetColumn + url.length)
        : lines.position(last, lines.text(last).trimEnd().length);
    if (url === '') {
      this.#builder.problem('url_missing', lines.span(line), 'This request has no URL.');
    }
    return { method: request.method, url, urlSpan: { start, end } };
  }

  #endsHeaders(text: string, indent: number): boolean {
    if (!this.#rules.tightHashEndsHeaders || text[indent] !== '#') return false;
    const next = text[indent + 1];
    // Whatever else it ends, it must not be sent on unread.
    if (next === '@' && stopsRequest(parseMetadataLine(text)?.key ?? '')) return false;
    return next !== undefined && next !== ' ' && next !== '\t' && next !== '#';
  }

  #readHeaders(): void {
    const { lines } = this.#builder;
    const rules = this.#rules;
    for (; this.#at <= this.#block.last; this.#at++) {
      const text = lines.text(this.#at);
      const indent = indentOf(text);
      if (indent === text.length) return;
      if (isComment(text, indent)) {
        if (this.#endsHeaders(text, indent)) return;
        this.#readLateMetadata(text);
        continue;
      }
      if (this.#readAssertion(text, indent)) continue;
      if (text[indent] === '@' && rules.variables !== 'before-request' && this.#noteVariable(text)) {
        if (rules.variables === 'line-start') continue;
      }
      if (rules.scripts && this.#take(responsePartAt(lines, this.#at, this.#isEnd))) continue;
      if (rules.strayHeaderLine !== 'header' && parseFileReference(text) !== null) return;
      const header = parseHeaderLine(lines, this.#at);
      if (header !== null) {
        this.#headers.push(header);
        continue;
      }
      if (rules.strayHeaderLine === 'body') {
        this.#reportStrayQuery(text, indent);
        return;
      }
      const span = lines.span(this.#at, indent);
      this.#builder.problem(
        'header_invalid',
        span,
        'This line cannot be a header: write it as Name: value, or leave a blank line before the body.',
      );
      this.#stray.push(span);
      if (rules.strayHeaderLine === 'header') this.#headers.push(strayHeader(text, span));
    }
  }

  /** Other tools join such a line to the URL: here it becomes the body. */
  #reportStrayQuery(text: string, indent: number): void {
    if (this.#headers.length > 0 || !/^[?&][^\s=]+=/.test(text.slice(indent))) return;
    const span = this.#builder.lines.span(this.#at, indent);
    const message = 'Visual Studio does not join this line to the URL: write it on the request line.';
    this.#builder.problem('header_invalid', span, message, 'warning');
  }

  #readBody(method: string): BodyNode {
    const { lines } = this.#builder;
    const rules = this.#rules;
    const indices: number[] = [];
    for (; this.#at <= this.#block.last; this.#at++) {
      const text = lines.text(this.#at);
      const indent = indentOf(text);
      if (indent === text.length) {
        // Blank lines around a body are no part of it.
        if (indices.length > 0) indices.push(this.#at);
        continue;
      }
      if (isComment(text, indent)) {
        if (rules.metadata === 'anywhere' && parseMetadataLine(text) !== null) {
          this.#readMetadata(text);
          continue;
        }
        if (rules.bodyComments === 'dropped') continue;
      }
      if (text[indent] === '@' && this.#takesBodyVariable(text, indent)) continue;
      if (rules.scripts && this.#take(responsePartAt(lines, this.#at, this.#isEnd))) continue;
      if (indices.length === 0 && this.#readAssertion(text, indent)) continue;
      indices.push(this.#at);
    }
    const graphql = this.#metadata.some(({ key }) => normalKey(key) === 'graphql');
    return makeBody(lines, indices, { method, headers: this.#headers, rules, graphql });
  }

  /** True when the line is a variable and therefore no body. */
  #takesBodyVariable(text: string, indent: number): boolean {
    if (this.#rules.variables === 'before-request') return false;
    if (this.#rules.variables === 'anywhere') {
      this.#noteVariable(text);
      return false;
    }
    return indent === 0 && this.#noteVariable(text);
  }

  #readCurl(line: number): void {
    const request = readCurlRequest(this.#builder, line, this.#block.last);
    for (const header of request.headers) this.#headers.push(header);
    this.#metadata.push(...request.metadata);
    this.#at = request.last + 1;
    const refusals = [...request.refusals, ...this.#readAfterCurl()];
    const target = { method: request.method, url: request.url, urlSpan: this.#builder.lines.span(line) };
    this.#finish(line, target, request.body, {
      curl: request.curl,
      ...(refusals.length > 0 && { refusals }),
    });
  }

  /** Comments, variables and scripts may stand below a command; any other text belongs to nothing. */
  #readAfterCurl(): readonly Refusal[] {
    const { lines } = this.#builder;
    const rules = this.#rules;
    const refusals: Refusal[] = [];
    for (; this.#at <= this.#block.last; this.#at++) {
      const text = lines.text(this.#at);
      const indent = indentOf(text);
      if (indent === text.length) continue;
      if (isComment(text, indent)) {
        this.#readLateMetadata(text);
        continue;
      }
      if (this.#readAssertion(text, indent)) continue;
      if (text[indent] === '@' && rules.variables !== 'before-request' && this.#noteVariable(text)) continue;
      if (rules.scripts && this.#take(responsePartAt(lines, this.#at, this.#isEnd))) continue;
      refusals.push(afterCurl(lines.span(this.#at, indent)));
    }
    for (const { message, span } of refusals) this.#builder.problem('unsupported', span, message);
    return refusals;
  }

  #finish(
    line: number,
    target: Target,
    body: BodyNode,
    more: Pick<RequestNode, 'curl' | 'refusals'> = {},
  ): void {
    const { lines } = this.#builder;
    const title = this.#block.title;
    this.#builder.request({
      index: this.#builder.nextIndex,
      name: nameMetadata(this.#metadata)?.value ?? (this.#rules.titleIsName ? title : null),
      title: titleOf(this.#metadata, title),
      blockStartLine: lines.number(this.#block.first),
      blockEndLine: lines.number(this.#block.last),
      line: lines.number(line),
      requestLineSpan: lines.span(line),
      metadata: takeAll(this.#metadata),
      method: target.method,
      url: target.url,
      urlSpan: target.urlSpan,
      headers: takeAll(this.#headers),
      body,
      extras: takeAll(this.#extras),
      ...(this.#stray.length > 0 && { stray: takeAll(this.#stray) }),
      ...more,
    });
  }

  /** Metadata without a request is a request that someone forgot to finish. */
  #reportMissingRequest(): void {
    const marked = this.#metadata.find(
      ({ key }) => ['name', 'token'].includes(normalKey(key)) || stopsRequest(key),
    );
    const { title } = this.#block;
    this.#builder.loose({ title, metadata: takeAll(this.#metadata), extras: takeAll(this.#extras) });
    if (marked === undefined) return;
    this.#builder.problem('request_line_missing', marked.span, 'No request follows this line.', 'warning');
  }
}

/** How REST Client reads any line among the headers: its name ends at the first colon, or is all of it. */
function strayHeader(text: string, span: Span): HeaderNode {
  const colon = text.indexOf(':');
  if (colon < 0) return { name: text.trim(), value: '', span };
  return { name: text.slice(0, colon).trim(), value: text.slice(colon + 1).trim(), span };
}
