import {
  certain,
  expressionScores,
  hint,
  lateMethods,
  likely,
  metadataSigns,
  plainMethods,
  scriptScores,
  type Scores,
} from './dialectSigns.ts';
import type { Lines } from './lines.ts';
import { countHashes, indentOf, isComment, isToken, skipSpaces, wordAt } from './text.ts';
import type { Dialect } from './tree.ts';

/**
 * Chooses whose rules a file is read by. Every construct that only some tools know is a sign; the dialect with
 * the most weight wins, and REST Client's rules, the most common, where nothing speaks.
 */
export function detectDialect(lines: Lines): Detected {
  const scorer = new Scorer();
  for (let index = 0; index < lines.count; index++) scorer.line(lines.text(index));
  return scorer.winner();
}

/** Whose rules a file is read by, from its own text alone. */
export interface Detected {
  readonly dialect: Dialect;
  /** How sure that is: a sign that is more than a habit, habits alone, or nothing. */
  readonly by: 'sign' | 'habit' | 'nothing';
}

/** The dialect of a file, where those around it speak for `beside`: a strong sign of its own counts more. */
export function settledDialect({ dialect, by }: Detected, beside: Dialect | null): Dialect {
  if (beside === null || by === 'sign') return dialect;
  // These tools read the environment files of JetBrains too.
  const reads = dialect === 'visual-studio' || dialect === 'kulala';
  return beside === 'jetbrains' && by === 'habit' && reads ? dialect : beside;
}

class Scorer {
  readonly #scores: Record<Dialect, number> = {
    'rest-client': 0,
    'visual-studio': 0,
    httpyac: 0,
    jetbrains: 0,
    kulala: 0,
  };
  /** Names of `@variables` so far; the values tell what `{{name}}` alone on a line means. */
  readonly #variables = new Map<string, string>();
  /** Plain names that stand in `{{ }}`. */
  readonly #used = new Set<string>();
  #relativeUrls = 0;
  #hasHostHeader = false;
  #inScript = false;
  #inMultipart = false;
  #hasRequest = false;
  #afterRequestLine = false;
  #inHead = false;

  winner(): Detected {
    // Only httpyac takes the host of a bare path from a variable; the others need a Host header.
    if (this.#relativeUrls > 0 && !this.#hasHostHeader) this.#add({ httpyac: likely });
    // Values that the file does not define come from http-client.env.json, which REST Client does not read.
    if ([...this.#used].some((name) => !this.#variables.has(name))) this.#add({ jetbrains: hint });
    let best: Dialect = 'rest-client';
    for (const dialect of ['visual-studio', 'jetbrains', 'httpyac', 'kulala'] as const) {
      if (this.#scores[dialect] > this.#scores[best]) best = dialect;
    }
    const score = this.#scores[best];
    return { dialect: best, by: score >= likely ? 'sign' : score > 0 ? 'habit' : 'nothing' };
  }

  line(text: string): void {
    const indent = indentOf(text);
    if (this.#inScript) {
      this.#scriptLine(text);
      return;
    }
    if (indent === text.length) {
      this.#inHead = false;
      this.#afterRequestLine = false;
      return;
    }
    switch (text[indent]) {
      case '#':
        this.#hashLine(text, indent);
        return;
      case '@':
        this.#variableLine(text, indent);
        return;
      case '<':
      case '>':
        this.#scriptStart(text, indent);
        break;
      case '{':
        this.#braceLine(text, indent);
        break;
      case '[':
      case '"':
        if (this.#inHead) this.#bodyInHead();
        break;
      case '?':
        if (text[indent + 1] === '?') this.#add({ httpyac: certain });
        else this.#continuation(indent);
        break;
      case '&':
        this.#continuation(indent);
        break;
      case '/':
        if (isComment(text, indent)) {
          this.#metadata(text.slice(indent + 2));
          return;
        }
        if (text.startsWith('/*', indent) && !this.#hasRequest) this.#add({ httpyac: certain });
        else if (indent > 0 && this.#afterRequestLine)
          this.#add({ jetbrains: likely, httpyac: likely, kulala: hint });
        break;
      case '.':
        if (this.#inHead && /^\.{3}\w/.test(text.slice(indent))) this.#add({ httpyac: certain });
        break;
      default:
        this.#wordLine(text, indent);
    }
    this.#templates(text);
  }

  #add(scores: Scores): void {
    for (const [dialect, weight] of Object.entries(scores)) this.#scores[dialect as Dialect] += weight;
  }

  #hashLine(text: string, indent: number): void {
    const hashes = countHashes(text, indent);
    if (hashes >= 3) {
      const title = text.slice(indent + hashes).trim();
      if (title.startsWith('KULALA_')) this.#add({ kulala: certain });
      this.#hasRequest = false;
      this.#inMultipart = false;
      this.#inHead = false;
      this.#afterRequestLine = false;
      return;
    }
    this.#metadata(text.slice(indent + hashes));
  }

  #metadata(comment: string): void {
    const at = skipSpaces(comment, 0);
    if (comment[at] !== '@') return;
    const key = /^[\w-]+/.exec(comment.slice(at + 1))?.[0];
    if (key === undefined) return;
    if (Object.hasOwn(metadataSigns, key)) this.#add(metadataSigns[key] ?? {});
    else if (/^(curl|kulala)-/.test(key)) this.#add({ kulala: certain });
  }

  #variableLine(text: string, indent: number): void {
    const equals = text.indexOf('=', indent);
    if (equals < 0) return;
    const name = text.slice(indent + 1, equals).trimEnd();
    const value = text.slice(equals + 1).trim();
    if (name.endsWith('_HostAddress')) this.#add({ 'visual-studio': likely });
    // Names in Pascal case are a habit of .NET projects.
    else if (/^[A-Z][a-z]\w*$/.test(name)) this.#add({ 'visual-studio': hint });
    if (/^https?:\/\/localhost:[57]\d{3}\b/.test(value)) this.#add({ 'visual-studio': hint });
    if (text[equals - 1] === ':' && value !== '') this.#add({ httpyac: likely });
    if (name.startsWith('xpath_ns ') || name.startsWith('global.')) this.#add({ httpyac: certain });
    if (value === '') this.#add({ 'rest-client': hint });
    this.#variables.set(name, value);
    this.#templates(text);
  }

  #scriptStart(text: string, indent: number): void {
    const mark = /^(<>|>>!?|[<>])\s+/.exec(text.slice(indent, indent + 16));
    if (mark === null) {
      if (this.#inHead && /^<@?\w/.test(text.slice(indent, indent + 2))) this.#bodyInHead();
      return;
    }
    const rest = text.slice(indent + mark[0].length);
    if (rest.startsWith('{%')) {
      this.#add({ jetbrains: certain, httpyac: certain - hint, kulala: certain - hint });
      this.#inScript = !rest.includes('%}');
      this.#add(scriptScores(rest));
      return;
    }
    if (mark[1] === '<' && this.#inHead) this.#bodyInHead();
    if (/\s/.test(rest.trim()) || (mark[1] === '<' && this.#hasRequest)) return;
    if (mark[1]?.length !== 1 || /\.(m?js|lua|ts)$/.test(rest.trim())) {
      this.#add({ jetbrains: likely, httpyac: likely - hint, kulala: likely - hint });
    }
  }

  #scriptLine(text: string): void {
    if (text.includes('%}')) this.#inScript = false;
    else this.#add(scriptScores(text));
  }

  #braceLine(text: string, indent: number): void {
    if (text[indent + 1] !== '{') {
      if (this.#inHead) this.#bodyInHead();
      return;
    }
    const rest = text.slice(indent + 2).trim();
    if (/^(\+|@js|@(request|streaming|response|after|responseLogging))?$/.test(rest)) {
      this.#add({ httpyac: certain });
      return;
    }
    // `{{name}}` alone below a request line: a whole header where the variable holds one.
    const name = rest.endsWith('}}') ? rest.slice(0, -2).trim() : '';
    if (this.#inHead && this.#variables.get(name)?.includes(':') === true)
      this.#add({ 'rest-client': certain });
  }

  #continuation(indent: number): void {
    if (!this.#afterRequestLine) return;
    this.#add({ 'rest-client': likely, httpyac: likely });
    if (indent > 0) this.#add({ jetbrains: likely, kulala: likely });
  }

  /** A body that begins right below the headers, with no blank line between. */
  #bodyInHead(): void {
    this.#add({ httpyac: likely, 'visual-studio': likely });
    this.#inHead = false;
    this.#afterRequestLine = false;
  }

  #wordLine(text: string, indent: number): void {
    const word = wordAt(text, indent);
    const rest = text.slice(indent + word.length).trim();
    if ((word === 'import' || word === 'run') && indent === 0 && !this.#hasRequest && rest !== '') {
      if (word === 'import' ? /\.(http|rest)$/.test(rest) : /^#|\.(http|rest)/.test(rest)) {
        this.#add({ jetbrains: likely, kulala: likely + hint });
        return;
      }
    }
    if (word === 'proto' && rest.startsWith('<')) this.#add({ httpyac: certain });
    if (word === 'gql' && rest !== '') this.#add({ httpyac: certain });
    if (this.#hasRequest && /^HTTP\/\S+$/.test(word) && /^[1-5]\d\d/.test(rest))
      this.#add({ httpyac: likely });
    const method = word.toUpperCase();
    if (rest !== '' && (plainMethods.has(method) || lateMethods.has(method))) {
      this.#requestLine(word, method, rest);
      return;
    }
    if (!this.#hasRequest && /^(https?|wss?):\/\//.test(word)) {
      this.#beginRequest();
      return;
    }
    if (this.#inHead) this.#headLine(text, indent);
    else if (!this.#hasRequest && word === 'curl') this.#beginCurl();
    else if (!this.#hasRequest && /^fragment\s/.test(text.slice(indent))) this.#add({ httpyac: likely });
    else if (this.#hasRequest && /^(query|mutation)\b/.test(word)) this.#add({ httpyac: hint });
  }

  #beginCurl(): void {
    this.#add({ 'rest-client': likely });
    this.#hasRequest = true;
  }

  #beginRequest(): void {
    this.#hasRequest = true;
    this.#afterRequestLine = true;
    this.#inHead = true;
    this.#inMultipart = false;
  }

  #requestLine(word: string, method: string, rest: string): void {
    if (this.#hasRequest) {
      // A second method without a separator: the next request in one dialect, text of the body in all others.
      if (!this.#inMultipart && word === method && looksLikeTarget(rest)) {
        this.#add({ httpyac: likely });
        this.#beginRequest();
      }
      return;
    }
    if (word !== method) {
      this.#add({ 'rest-client': likely });
    } else if (lateMethods.has(method)) {
      this.#add({ httpyac: likely });
    } else if (method === 'WEBSOCKET' || method === 'GRAPHQL') {
      this.#add({ jetbrains: likely, kulala: likely - hint, httpyac: likely - hint });
    }
    if (rest.startsWith('/')) this.#relativeUrls++;
    if (/^https?:\/\/localhost:[57]\d{3}\b/.test(rest)) this.#add({ 'visual-studio': hint });
    this.#beginRequest();
  }

  #headLine(text: string, indent: number): void {
    const colon = text.indexOf(':', indent);
    const name = colon < 0 ? '' : text.slice(indent, colon).trim();
    if (name === '' || !isToken(name)) {
      if (indent > 0 && this.#afterRequestLine) this.#add({ jetbrains: likely });
      return;
    }
    const value = text.slice(colon + 1).trim();
    if (indent > 0 && this.#afterRequestLine) this.#add({ 'rest-client': likely, httpyac: likely });
    const lower = name.toLowerCase();
    if (lower === 'host') this.#hasHostHeader = true;
    if (lower === 'content-type' && value.startsWith('multipart/')) this.#inMultipart = true;
    if (lower === 'x-request-type' && value.toLowerCase() === 'graphql') this.#add({ 'rest-client': likely });
    if (lower === 'authorization' && /^(oauth2|openid)\s/.test(value)) this.#add({ httpyac: certain });
    this.#afterRequestLine = false;
  }

  #templates(text: string): void {
    let at = text.indexOf('{{');
    while (at >= 0) {
      const end = text.indexOf('}}', at);
      if (end < 0) return;
      this.#template(text.slice(at + 2, end).trim());
      at = text.indexOf('{{', end);
    }
  }

  #template(expression: string): void {
    if (/^[A-Za-z_][\w-]*$/.test(expression)) {
      this.#used.add(expression);
      return;
    }
    if (!this.#variables.has(expression)) this.#add(expressionScores(expression));
  }
}

function looksLikeTarget(rest: string): boolean {
  return /^(\/|\{\{|https?:|[\w-]+\.[\w.-]+(\/|$)|localhost)/.test(rest);
}
