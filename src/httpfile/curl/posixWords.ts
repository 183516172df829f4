import { ansiText } from './ansiText.ts';
import { continuation, type Fault, templateAt, WordBuilder, type Words } from './words.ts';

/** What a backslash escapes inside double quotes. */
const escapedInQuotes = '"\\$`';

/** Words as a POSIX shell and bash split them. */
export function posixWords(source: string): Words {
  return new PosixSplitter(source).split();
}

class PosixSplitter {
  readonly #source: string;
  readonly #builder = new WordBuilder();
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  split(): Words {
    const source = this.#source;
    while (this.#at < source.length) {
      const start = this.#at;
      const fault = this.#step();
      if (fault === 'end') break;
      if (fault === null) continue;
      this.#builder.close(start);
      return { words: this.#builder.words, fault, end: source.length };
    }
    this.#builder.close(this.#at);
    return { words: this.#builder.words, fault: null, end: this.#at };
  }

  /** Reads a piece outside of quotes. */
  #step(): Fault | 'end' | null {
    const source = this.#source;
    const at = this.#at;
    const char = source.charAt(at);
    const next = source.charAt(at + 1);
    const template = templateAt(source, at);
    if (template !== null) return this.#take(template, template.length);
    switch (char) {
      case ' ':
      case '\t':
        this.#builder.close(at);
        this.#at++;
        return null;
      case '\n':
        return this.#lineEnd();
      case '#':
        if (this.#builder.isOpen) return this.#take(char, 1);
        this.#at = lineEnd(source, at);
        return null;
      case '\\': {
        const gap = /\\[ \t]*(?:\n|$)/y;
        gap.lastIndex = at;
        const joined = gap.exec(source)?.[0];
        if (joined === undefined) return this.#take(next, 2);
        if (joined.length > 2) this.#builder.close(at);
        this.#at += joined.length;
        return null;
      }
      case "'":
        return this.#single(at);
      case '"':
        return this.#double(at, at + 1);
      case '$':
        if (next === "'") return this.#ansi(at);
        if (next === '"') return this.#double(at, at + 2);
        return expansion(source, at) ?? this.#take(char, 1);
      case '`':
        return commandSubstitution(at);
      case '~':
        if (this.#builder.isOpen) return this.#take(char, 1);
        return fault('Keyturn runs no shell, so ~ does not become the home folder: write the path.', at, 1);
      case ';':
        return source.slice(at + 1, lineEnd(source, at)).trim() === '' ? 'end' : operator(source, at);
      case '|':
      case '&':
      case '<':
      case '>':
      case '(':
      case ')':
        return operator(source, at);
      case '{':
        return isBraceExpansion(source, at)
          ? fault('Keyturn runs no shell, so the braces are not expanded: put the word in quotes.', at, 1)
          : this.#take(char, 1);
      default: {
        const plain = /[^\s#\\'"$`~;|&<>(){]+|\s/y;
        plain.lastIndex = at;
        const text = plain.exec(source)?.[0] ?? char;
        return this.#take(text, text.length);
      }
    }
  }

  #take(text: string, length: number): null {
    this.#builder.add(text, this.#at);
    this.#at += length;
    return null;
  }

  #lineEnd(): 'end' | null {
    this.#builder.close(this.#at);
    const next = continuation(this.#source, this.#at);
    if (next === null) return 'end';
    this.#at = next;
    return null;
  }

  #single(at: number): Fault | null {
    const end = this.#source.indexOf("'", at + 1);
    if (end < 0) return unclosedQuote(at);
    return this.#take(this.#source.slice(at + 1, end), end + 1 - at);
  }

  #double(at: number, first: number): Fault | null {
    const source = this.#source;
    this.#builder.add('', at);
    let index = first;
    const plain = /[^"\\$`{]+/y;
    while (index < source.length) {
      const char = source.charAt(index);
      if (char === '"') {
        this.#at = index + 1;
        return null;
      }
      const next = source.charAt(index + 1);
      const template = templateAt(source, index, '"');
      plain.lastIndex = index;
      const text = template ?? plain.exec(source)?.[0];
      if (text !== undefined) {
        this.#builder.add(text, at);
        index += text.length;
      } else if (char === '\\' && next === '\n') {
        index += 2;
      } else if (char === '\\' && next !== '' && escapedInQuotes.includes(next)) {
        this.#builder.add(next, at);
        index += 2;
      } else {
        const found =
          char === '`' ? commandSubstitution(index) : char === '$' ? expansion(source, index) : null;
        if (found !== null) return found;
        this.#builder.add(char, at);
        index++;
      }
    }
    return unclosedQuote(at);
  }

  #ansi(at: number): Fault | null {
    const source = this.#source;
    let end = at + 2;
    while (end < source.length && source.charAt(end) !== "'") end += source.charAt(end) === '\\' ? 2 : 1;
    if (end >= source.length) return unclosedQuote(at);
    const text = ansiText(source.slice(at + 2, end));
    if (text === null) {
      return fault("This $'…' holds bytes that are no text, which Keyturn cannot send.", at, end + 1 - at);
    }
    return this.#take(text, end + 1 - at);
  }
}

function fault(message: string, start: number, length: number): Fault {
  return { message, start, end: start + length };
}

function unclosedQuote(at: number): Fault {
  return fault('A quote in this cURL command is not closed.', at, 1);
}

function commandSubstitution(at: number): Fault {
  return fault('Keyturn runs no shell, so `…` is not run: write its value.', at, 1);
}

function lineEnd(source: string, at: number): number {
  const end = source.indexOf('\n', at);
  return end < 0 ? source.length : end;
}

/** The fault of `$NAME`, `${…}` and `$(…)`; null for a dollar sign that stands for itself. */
function expansion(source: string, at: number): Fault | null {
  const found = /\$(?:[A-Za-z_]\w{0,60}|[\d{(@*#?!$-])/y;
  found.lastIndex = at;
  const text = found.exec(source)?.[0];
  if (text === undefined) return null;
  const message =
    text === '$('
      ? 'Keyturn runs no shell, so $(…) is not run: write its value.'
      : `Keyturn runs no shell, so ${text === '${' ? '${…}' : text} has no value: use a variable such as {{name}}, or single quotes.`;
  return fault(message, at, text.length);
}

function operator(source: string, at: number): Fault {
  const found = /(?:&&|\|\||>>|<<|[|&;<>()])/y;
  found.lastIndex = at;
  const text = found.exec(source)?.[0] ?? source.charAt(at);
  const message = `Keyturn runs no shell, so ${text} does nothing here: remove it, or put the word in quotes.`;
  return fault(message, at, text.length);
}

/** `{a,b}` and `{1..3}` in a word. */
function isBraceExpansion(source: string, at: number): boolean {
  const inner = /\{([^\s{}'"]*)\}/y;
  inner.lastIndex = at;
  const text = inner.exec(source)?.[1] ?? '';
  return text.includes(',') || text.includes('..');
}
