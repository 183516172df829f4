import { indentOf } from './text.ts';

export interface CurlCommand {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: string | null;
  /** Path given as `--data @path`; then `body` is that argument. */
  readonly bodyFile: string | null;
  readonly unclosedQuote: boolean;
}

export function isCurlLine(line: string): boolean {
  const start = indentOf(line);
  if (line.slice(start, start + 4).toLowerCase() !== 'curl') return false;
  const next = line[start + 4];
  return next === ' ' || next === '\t';
}

/** Options whose argument is skipped, so that it is not taken for the URL. */
const skippedWithArgument = new Set([
  ...['-o', '--output', '-m', '--max-time', '--connect-timeout', '-w', '--write-out', '-x', '--proxy'],
  ...['--retry', '-E', '--cert', '--key', '--cacert', '--resolve', '-c', '--cookie-jar', '-F', '--form'],
  ...['--limit-rate', '-K', '--config', '--interface', '-T', '--upload-file', '-D', '--dump-header'],
]);

const shortWithArgument = 'XHdubAeomwxEcFKTD';

/** Reads a cURL command as far as it says what is sent. */
export function parseCurl(command: string): CurlCommand {
  const { words, unclosedQuote } = splitShellWords(command);
  const headers: { name: string; value: string }[] = [];
  const data: string[] = [];
  let method: string | null = null;
  let url = '';
  let asQuery = false;
  let isJson = false;
  let bodyFile: string | null = null;
  const addHeader = (name: string, value: string) => headers.push({ name, value });

  for (let at = 1; at < words.length; at++) {
    const { option, inline } = splitOption(words[at] ?? '');
    const argument = () => inline ?? words[++at] ?? '';
    switch (option) {
      case '-X':
      case '--request':
        method = argument().toUpperCase();
        break;
      case '-H':
      case '--header': {
        const header = argument();
        const colon = header.indexOf(':');
        if (colon > 0) addHeader(header.slice(0, colon).trim(), header.slice(colon + 1).trim());
        break;
      }
      case '--json':
        isJson = true;
        data.push(argument());
        break;
      case '-d':
      case '--data':
      case '--data-ascii':
      case '--data-binary':
      case '--data-raw': {
        const value = argument();
        if (value.startsWith('@') && option !== '--data-raw') bodyFile = value.slice(1);
        data.push(value);
        break;
      }
      case '--data-urlencode': {
        const value = argument();
        const equals = value.indexOf('=');
        data.push(value.slice(0, equals + 1) + encodeURIComponent(value.slice(equals + 1)));
        break;
      }
      case '-u':
      case '--user':
        addHeader('Authorization', `Basic ${argument()}`);
        break;
      case '-A':
      case '--user-agent':
        addHeader('User-Agent', argument());
        break;
      case '-e':
      case '--referer':
        addHeader('Referer', argument());
        break;
      case '-b':
      case '--cookie':
        addHeader('Cookie', argument());
        break;
      case '-G':
      case '--get':
        asQuery = true;
        break;
      case '-I':
      case '--head':
        method ??= 'HEAD';
        break;
      case '--url':
        url = argument();
        break;
      default:
        if (skippedWithArgument.has(option)) argument();
        else if (!option.startsWith('-') && url === '') url = option;
    }
  }

  if (asQuery && data.length > 0) url += (url.includes('?') ? '&' : '?') + data.splice(0).join('&');
  if (data.length > 0 && !headers.some(({ name }) => name.toLowerCase() === 'content-type')) {
    addHeader('Content-Type', isJson ? 'application/json' : 'application/x-www-form-urlencoded');
  }
  const body = data.length === 0 ? null : data.join('&');
  return { method: method ?? (body === null ? 'GET' : 'POST'), url, headers, body, bodyFile, unclosedQuote };
}

/** `-XPOST` and `--url=x` as option and argument; any other word as it is. */
function splitOption(word: string): { readonly option: string; readonly inline: string | null } {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  if (equals > 0) return { option: word.slice(0, equals), inline: word.slice(equals + 1) };
  const isShort = /^-[^-]./s.test(word) && shortWithArgument.includes(word.charAt(1));
  return isShort ? { option: word.slice(0, 2), inline: word.slice(2) } : { option: word, inline: null };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };

/** Words as a POSIX shell splits them: quotes, `$'…'`, backslashes, and line ends after a backslash or caret. */
export function splitShellWords(command: string): { words: string[]; unclosedQuote: boolean } {
  const words: string[] = [];
  let word: string[] | null = null;
  let quote: "'" | '"' | "$'" | null = null;
  for (let at = 0; at < command.length; at++) {
    const char = command.charAt(at);
    const next = command.charAt(at + 1);
    if (quote === null) {
      if ((char === '\\' || char === '^') && (next === '\n' || next === '')) at++;
      else if (/\s/.test(char)) {
        if (word !== null) words.push(word.join(''));
        word = null;
      } else {
        word ??= [];
        if (char === "'" || char === '"') quote = char;
        else if (char === '$' && next === "'") {
          quote = "$'";
          at++;
        } else if (char === '\\') word.push(command.charAt(++at));
        else word.push(char);
      }
      continue;
    }
    word ??= [];
    if (char === quote.at(-1)) quote = null;
    else if (char === '\\' && quote === "$'") {
      word.push(escapes[next] ?? next);
      at++;
    } else if (char === '\\' && quote === '"' && '"\\$`\n'.includes(next)) {
      if (next !== '\n') word.push(next);
      at++;
    } else word.push(char);
  }
  if (word !== null) words.push(word.join(''));
  return { words, unclosedQuote: quote !== null };
}
