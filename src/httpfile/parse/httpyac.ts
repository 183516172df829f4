import { separatorTitle } from './blocks.ts';
import { contentType, makeBody } from './bodyNode.ts';
import { nameMetadata, type PartBuilder, titleOf } from './builder.ts';
import { afterCurl, isCurlLine, readCurlRequest } from './curlRequest.ts';
import { normalKey, stopsRequest } from './directives.ts';
import { parseHeaderLine } from './headerLine.ts';
import { parseMetadataLine } from './metadataLine.ts';
import {
  boundaryOf,
  fragment,
  isHeadComment,
  isScriptStart,
  isUrlPart,
  methodOfUrl,
  query,
  scriptKind,
  statusLine,
} from './httpyacLines.ts';
import { newRegion, type Region } from './httpyacRegion.ts';
import { isMethod, joinTarget, parseRequestLine } from './requestLine.ts';
import type { DialectRules } from './rules.ts';
import { extraOf, preRequestScriptAt, responsePartAt, type ScriptPart } from './scripts.ts';
import { indentOf, isAssertion, isBlank, isComment, isToken, skipSpaces, wordAt } from './text.ts';
import type { ExtraNode, MetadataNode } from './tree.ts';
import { parseHttpyacVariableLine } from './variableLine.ts';

/**
 * Reads a file as httpyac does: line by line, where a method at the start of a line begins the next request even
 * without a separator, and where scripts, assertions and variables may stand between any two lines.
 */
export function readHttpyacFile(builder: PartBuilder, rules: DialectRules): void {
  new HttpyacReader(builder, rules).read();
}

class HttpyacReader {
  readonly #builder: PartBuilder;
  readonly #rules: DialectRules;
  /** Line ends of unclosed blocks, so that a search that failed once is not repeated from every later line. */
  #noScriptEndBefore = -1;
  #noCommentEnd = false;
  #region: Region = newRegion(null, 0);
  #at = 0;

  constructor(builder: PartBuilder, rules: DialectRules) {
    this.#builder = builder;
    this.#rules = rules;
  }

  read(): void {
    const { lines } = this.#builder;
    for (; this.#at < lines.count; this.#at++) this.#readLine(lines.text(this.#at));
    this.#close(lines.count - 1);
  }

  #readLine(text: string): void {
    const indent = indentOf(text);
    const region = this.#region;
    if (indent === text.length) {
      if (region.body.length > 0) region.body.push(this.#at);
      return;
    }
    if (text[indent] === '#' && this.#readHashLine(text)) return;
    if (isComment(text, indent) && text[indent] === '/') {
      this.#readMetadata(text);
      return;
    }
    if (text.startsWith('/*', indent) && this.#skipBlockComment(text, indent)) return;
    if (text[indent] === '@' && this.#readVariable(text, indent)) return;
    if (text.startsWith('{{', indent) && this.#readScript(text, indent)) return;
    if (this.#readIntellijScript()) return;
    if (isAssertion(text, indent)) {
      this.#readExtra('assertion');
      return;
    }
    if (this.#readCurl(text)) return;
    if (this.#readGraphql(text, indent)) return;
    if (/^proto +< +\S/.test(text.slice(indent))) {
      this.#skipProtoOptions();
      return;
    }
    if (this.#readRequestLine(text, indent)) return;
    if (region.inResponse) return;
    if (statusLine.test(text.slice(indent))) {
      region.inResponse = true;
      return;
    }
    if (region.request === null) return;
    region.body.push(this.#at);
    if (region.multipartEnd !== null && text.includes(region.multipartEnd)) region.multipartEnd = null;
  }

  /** A separator, or a comment; in a Markdown body only a bare `###` counts. */
  #readHashLine(text: string): boolean {
    if (this.#region.isMarkdown && text.trim() !== '###') return false;
    const title = separatorTitle(text, this.#rules);
    if (title === null) {
      this.#readMetadata(text);
      return true;
    }
    this.#close(this.#at - 1);
    this.#region = newRegion(title === '' ? null : title, this.#at + 1);
    return true;
  }

  #readMetadata(text: string): void {
    const metadata = parseMetadataLine(text);
    if (metadata === null) return;
    this.#region.metadata.push({ ...metadata, span: this.#builder.lines.span(this.#at) });
  }

  /** Whether metadata of the region says so. */
  #says(key: string): boolean {
    return this.#region.metadata.some((metadata) => normalKey(metadata.key) === normalKey(key));
  }

  /**
   * `# @disabled` and `# @note` directly above a request line without a separator. By the rules they belong to the
   * request before it; their author means the one below, so neither is sent.
   */
  #stopsAbove(): MetadataNode[] {
    const { lines } = this.#builder;
    let first = this.#at;
    while (first > 0) {
      const text = lines.text(first - 1);
      if (!isBlank(text) && !isComment(text)) break;
      first--;
    }
    const from = lines.number(first);
    return this.#region.metadata.filter(({ key, span }) => stopsRequest(key) && span.start.line >= from);
  }

  #readExtra(kind: ExtraNode['kind']): void {
    this.#region.extras.push(extraOf(this.#builder.lines, this.#at, this.#at, kind));
  }

  #skipBlockComment(text: string, indent: number): boolean {
    if (this.#noCommentEnd || text.slice(indent) !== '/*') return false;
    const { lines } = this.#builder;
    for (let end = this.#at + 1; end < lines.count; end++) {
      if (lines.text(end).trim() !== '*/') continue;
      this.#at = end;
      return true;
    }
    this.#noCommentEnd = true;
    return false;
  }

  #readVariable(text: string, indent: number): boolean {
    if (text.startsWith('@xpath_ns ', indent)) return true;
    const variable = parseHttpyacVariableLine(text);
    if (variable === null) return false;
    this.#builder.variable(this.#at, variable);
    return true;
  }

  /** `{{`, `{{+`, `{{@response` … up to a line that is `}}`, and not beyond a separator. */
  #readScript(text: string, indent: number): boolean {
    if (!isScriptStart(text.slice(indent)) || this.#at < this.#noScriptEndBefore) return false;
    const { lines } = this.#builder;
    for (let end = this.#at + 1; end < lines.count; end++) {
      const line = lines.text(end);
      if (separatorTitle(line, this.#rules) !== null) {
        this.#noScriptEndBefore = end;
        break;
      }
      if (line.trim() !== '}}') continue;
      const { isGlobal, kind } = scriptKind(text.slice(indent), this.#region.request !== null);
      const extra = extraOf(lines, this.#at, end, kind);
      if (isGlobal) this.#builder.loose({ title: null, metadata: [], extras: [extra] });
      else this.#region.extras.push(extra);
      this.#at = end;
      return true;
    }
    if (this.#noScriptEndBefore <= this.#at) this.#noScriptEndBefore = lines.count;
    this.#builder.problem(
      'script_unclosed',
      lines.span(this.#at, indent),
      'This script has no closing }} line.',
    );
    return false;
  }

  #readIntellijScript(): boolean {
    const { lines } = this.#builder;
    const isEnd = (index: number) =>
      index >= lines.count || separatorTitle(lines.text(index), this.#rules) !== null;
    const part =
      responsePartAt(lines, this.#at, isEnd) ??
      (this.#region.request === null ? preRequestScriptAt(lines, this.#at, isEnd) : null);
    return part !== null && this.#take(part);
  }

  #take(part: ScriptPart): boolean {
    if (!part.closed) {
      const span = this.#builder.lines.span(this.#at);
      this.#builder.problem('script_unclosed', span, 'This script has no closing %}.');
    }
    this.#region.extras.push(part.extra);
    this.#at = part.last;
    return true;
  }

  #readCurl(text: string): boolean {
    const region = this.#region;
    if (region.request !== null || region.inResponse || !isCurlLine(text)) return false;
    const { lines } = this.#builder;
    const line = this.#at;
    let last = line;
    while (last + 1 < lines.count && separatorTitle(lines.text(last + 1), this.#rules) === null) last++;
    const curl = readCurlRequest(this.#builder, line, last);
    region.curl = curl;
    region.request = { line, method: curl.method, url: curl.url, urlSpan: lines.span(line) };
    for (const header of curl.headers) region.headers.push(header);
    region.metadata.push(...curl.metadata);
    this.#at = curl.last;
    return true;
  }

  #readGraphql(text: string, indent: number): boolean {
    const rest = text.slice(indent);
    const region = this.#region;
    const isQuery = query.test(rest) || /^gql(\s+[^\s({]+)?\s+<\s+\S/.test(rest);
    if ((!isQuery && !fragment.test(rest)) || this.#says('noGqlParsing')) return false;
    if (region.inResponse) return true;
    if (region.request !== null) region.hasQuery ||= isQuery;
    const { lines } = this.#builder;
    for (; this.#at < lines.count; this.#at++) {
      const line = lines.text(this.#at);
      if (isBlank(line) || separatorTitle(line, this.#rules) !== null) break;
      if (region.request !== null) region.body.push(this.#at);
    }
    this.#at--;
    return true;
  }

  #skipProtoOptions(): void {
    const { lines } = this.#builder;
    while (this.#at + 1 < lines.count) {
      const next = lines.text(this.#at + 1);
      if (isBlank(next) || separatorTitle(next, this.#rules) !== null) break;
      if (!isComment(next) && parseHeaderLine(lines, this.#at + 1) === null) break;
      this.#at++;
    }
  }

  #readRequestLine(text: string, indent: number): boolean {
    const { lines } = this.#builder;
    const word = wordAt(text, indent);
    const after = skipSpaces(text, indent + word.length);
    const startsRequest =
      (isMethod(word, this.#rules) && after < text.length) ||
      // A slip in a method would make it the body of the request above; no body begins like this.
      (this.#region.body.length === 0 && /^[A-Z]+$/.test(word) && /^https?:\/\//.test(text.slice(after)));
    if (this.#region.request !== null) {
      if (!startsRequest || this.#region.multipartEnd !== null) return false;
      if (this.#says('forceRegionDelimiter')) return false;
      const stops = this.#stopsAbove();
      this.#close(this.#at - 1);
      this.#region = newRegion(null, this.#at);
      this.#region.metadata.push(...stops);
    } else if (!startsRequest && (this.#region.inResponse || statusLine.test(text.slice(indent)))) {
      return false;
    }
    const region = this.#region;
    const line = this.#at;
    const { method, explicit, target, targetColumn } = parseRequestLine(text, this.#rules);
    const { parts, last } = this.#readHead(target);
    const url = joinTarget(parts, this.#rules);
    region.request = {
      line,
      method: explicit ? method : methodOfUrl(url),
      url,
      urlSpan: {
        start: lines.position(line, targetColumn),
        end: lines.position(
          last,
          last === line ? targetColumn + url.length : lines.text(last).trimEnd().length,
        ),
      },
    };
    region.isMarkdown = /^text\/(x-)?markdown/.test(contentType(region.headers));
    if (contentType(region.headers).startsWith('multipart/mixed')) {
      region.multipartEnd = `--${boundaryOf(region.headers)}--`;
    }
    return true;
  }

  /** Reads headers and URL parts in any order, up to the first line that is neither. */
  #readHead(target: string): { parts: readonly string[]; last: number } {
    const { lines } = this.#builder;
    const parts = [target];
    let last = this.#at;
    while (this.#at + 1 < lines.count) {
      const index = this.#at + 1;
      const text = lines.text(index);
      const indent = indentOf(text);
      if (indent === text.length || separatorTitle(text, this.#rules) !== null) break;
      if (isHeadComment(text, indent)) {
        this.#at = index;
        this.#readMetadata(text);
        continue;
      }
      const header = parseHeaderLine(lines, index);
      if (header !== null && isToken(header.name)) {
        this.#region.headers.push(header);
      } else if (isUrlPart(text, indent)) {
        parts.push(text.trim());
        last = index;
      } else if (isAssertion(text, indent)) {
        this.#at = index;
        this.#readExtra('assertion');
        continue;
      } else if (/^\.{3}[^\s,]+,?\s*$/.test(text.slice(indent))) {
        this.#at = index;
        this.#readExtra('header-spread');
        continue;
      } else {
        break;
      }
      this.#at = index;
    }
    return { parts, last };
  }

  #close(last: number): void {
    const { lines } = this.#builder;
    const { request, curl, title, first, metadata, extras, headers, body, hasQuery } = this.#region;
    if (request === null) {
      this.#builder.loose({ title, metadata, extras });
      return;
    }
    const stray = curl === null ? [] : body.filter((index) => !isBlank(lines.text(index)));
    const refusals = [...(curl?.refusals ?? []), ...stray.map((index) => afterCurl(lines.span(index)))];
    for (const { message, span } of refusals.slice(curl?.refusals.length)) {
      this.#builder.problem('unsupported', span, message);
    }
    this.#builder.request({
      index: this.#builder.nextIndex,
      name: nameMetadata(metadata)?.value ?? title,
      title: titleOf(metadata, title),
      blockStartLine: first,
      blockEndLine: last,
      line: request.line,
      requestLineSpan: lines.span(request.line),
      metadata,
      method: request.method,
      url: request.url,
      urlSpan: request.urlSpan,
      headers,
      body:
        curl?.body ??
        makeBody(lines, body, {
          method: request.method,
          headers,
          rules: this.#rules,
          graphql: hasQuery,
        }),
      extras,
      ...(curl !== null && { curl: curl.curl }),
      ...(refusals.length > 0 && { refusals }),
    });
  }
}
