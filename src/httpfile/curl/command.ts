import type { CurlData, FormPart } from '../parse/tree.ts';
import { firstOutside, splitTemplate } from '../resolve/template.ts';
import { type Arguments, type Given, readArguments } from './arguments.ts';
import { dataPiece, dataText } from './data.ts';
import { readFormPart } from './form.ts';
import { readSigv4, type Sigv4Scope } from './sigv4.ts';
import { splitWords } from './shell.ts';
import type { Fault } from './words.ts';

export interface CurlHeader {
  readonly name: string;
  readonly value: string;
  /** See `HeaderNode.exact`. */
  readonly exact?: true;
  readonly start: number;
  readonly end: number;
}

export type CurlBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'data'; readonly text: string; readonly data: readonly CurlData[] }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'form'; readonly text: string; readonly form: readonly FormPart[] };

/** What a cURL command sends. Everything is raw: `{{ }}` is not expanded. */
export interface CurlCommand {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly CurlHeader[];
  readonly body: CurlBody;
  /** `-G`: what is added to the query. */
  readonly query: readonly CurlData[];
  readonly sigv4?: Sigv4Scope;
  /** Names of headers that are not sent though Keyturn would by itself. */
  readonly omitted: readonly string[];
  /** What `# @key value` would say of the same. */
  readonly settings: readonly { readonly key: string; readonly value: string }[];
  /** Why the command is not sent. */
  readonly faults: readonly Fault[];
  /** Offset behind the command. */
  readonly end: number;
}

export function readCurl(source: string): CurlCommand {
  const { words, fault, end } = splitWords(source);
  const read = readArguments(words, fault !== null);
  const command = new CommandReader(read).read();
  // What stands before a fault is shown; the fault of the shell comes first where both are there.
  const faults = [
    ...command.faults,
    ...(read.fault === null ? [] : [read.fault]),
    ...(fault === null ? [] : [fault]),
  ];
  return { ...command, faults: faults.sort((a, b) => a.start - b.start), end };
}

class CommandReader {
  readonly #arguments: Arguments;
  readonly #faults: Fault[] = [];
  readonly #headers: CurlHeader[] = [];
  readonly #removed = new Set<string>();
  /** Headers of curl's own, which the same header given with `-H` replaces. */
  readonly #own: CurlHeader[] = [];
  readonly #data: CurlData[] = [];
  readonly #form: FormPart[] = [];
  readonly #formTexts: string[] = [];
  readonly #uploads: Given[] = [];
  readonly #cookies: string[] = [];
  readonly #last = new Map<string, Given>();
  #isJson = false;

  constructor(given: Arguments) {
    this.#arguments = given;
  }

  read(): Omit<CurlCommand, 'end'> {
    const { given, urls } = this.#arguments;
    for (const each of given) this.#take(each);
    const addresses = [...given.filter(({ option }) => option.name === 'url'), ...urls].sort(
      (a, b) => a.start - b.start,
    );
    for (const { start, end } of addresses.slice(1)) {
      this.#refuse('This cURL command has several URLs: write a request for each.', { start, end });
    }
    const [address] = addresses;
    const url = address === undefined ? '' : 'text' in address ? address.text : address.argument;
    this.#checkBodies();
    const query = this.#isOn('get') ? this.#data.splice(0) : [];
    const upload = this.#uploads.at(-1);
    const body = this.#body();
    this.#addOwn(body);
    return {
      method: this.#method(body),
      url: this.#url(url, address ?? { start: 0, end: 4 }, upload),
      headers: this.#allHeaders(),
      body,
      query,
      ...this.#sigv4(),
      omitted: ['user-agent', 'accept', 'accept-encoding'].filter((name) => this.#removed.has(name)),
      settings: this.#settings(),
      faults: this.#faults,
    };
  }

  #refuse(message: string, { start, end }: { readonly start: number; readonly end: number }): void {
    this.#faults.push({ message, start, end });
  }

  #isOn(name: string): boolean {
    return this.#last.get(name)?.isOn === true;
  }

  #take(given: Given): void {
    const { option, isOn, written, argument } = given;
    this.#last.set(option.name, given);
    if (option.role === 'refused' && isOn) {
      this.#refuse(`Keyturn doesn't support the cURL option ${written} yet.`, given);
    }
    switch (option.name) {
      case 'data':
      case 'data-ascii':
      case 'data-binary':
      case 'data-raw':
      case 'data-urlencode':
      case 'json':
      case 'url-query':
        this.#takeData(given);
        return;
      case 'form':
      case 'form-string': {
        const part = readFormPart(argument, option.name === 'form-string');
        if (typeof part === 'string') this.#refuse(`${written}: ${part}`, given);
        else this.#form.push(part);
        this.#formTexts.push(argument);
        return;
      }
      case 'form-escape':
        if (isOn) this.#refuse(`Keyturn doesn't support the cURL option ${written} yet.`, given);
        return;
      case 'upload-file':
        this.#uploads.push(given);
        return;
      case 'header':
        this.#takeHeader(given);
        return;
      case 'cookie':
        if (argument.includes('=') || argument.includes('{{')) this.#cookies.push(argument);
        else if (argument !== '') this.#refuse(`Keyturn doesn't read cookie files (${written}) yet.`, given);
        return;
    }
  }

  #takeData(given: Given): void {
    const { option, argument, written } = given;
    if (option.name === 'url-query') {
      this.#refuse(
        `Keyturn doesn't support the cURL option ${written} yet: write the query in the URL.`,
        given,
      );
      return;
    }
    if (option.name === 'json') this.#isJson = true;
    const piece = dataPiece(option.name, argument);
    if (typeof piece === 'string') this.#refuse(`${written}: ${piece}`, given);
    else this.#data.push(piece);
  }

  #takeHeader(given: Given): void {
    const { argument, written, start, end } = given;
    if (argument.trim() === '') return;
    if (/[\r\n\0]/.test(argument)) {
      this.#refuse(`The argument of ${written} holds a line break, which a header cannot.`, given);
      return;
    }
    if (argument.startsWith('@')) {
      this.#refuse(`Keyturn doesn't read headers from a file (${written}) yet.`, given);
      return;
    }
    const colon = firstOutside(argument, /:/);
    if (colon < 0 && splitTemplate(argument.trim()).every(({ kind }) => kind === 'expression')) {
      this.#headers.push({ name: argument.trim(), value: '', start, end });
      return;
    }
    if (colon < 0) {
      const name = /^\s*([^\s;]+);\s*$/.exec(argument)?.[1];
      if (name !== undefined) this.#headers.push({ name, value: '', start, end });
      else this.#refuse(`curl does not send this header: write Name: value behind ${written}.`, given);
      return;
    }
    const name = argument.slice(0, colon).trim();
    const value = argument.slice(colon + 1).trim();
    if (value !== '') this.#headers.push({ name, value, start, end });
    else this.#removed.add(name.toLowerCase());
    if (value === '' && name.toLowerCase() === 'host') {
      this.#refuse('Keyturn cannot leave out the Host header.', given);
    }
  }

  #hasHeader(name: string): boolean {
    return this.#removed.has(name) || this.#headers.some((header) => header.name.toLowerCase() === name);
  }

  #addOwn(body: CurlBody): void {
    const add = (
      given: Given | undefined,
      name: string,
      value: (argument: string) => string,
      exact?: true,
    ) => {
      if (given === undefined || this.#hasHeader(name.toLowerCase())) return;
      const { start, end } = given;
      if (/[\r\n\0]/.test(given.argument) && name !== 'Content-Type' && name !== 'Accept') {
        this.#refuse(`The argument of ${given.written} holds a line break, which a header cannot.`, given);
      }
      this.#own.push({ name, value: value(given.argument), start, end, ...(exact && { exact }) });
    };
    const bearer = this.#last.get('oauth2-bearer');
    const user = this.#last.get('user');
    add(bearer, 'Authorization', (token) => `Bearer ${token}`);
    const scheme = this.#isOn('aws-sigv4') ? 'AWS' : this.#isOn('digest') ? 'Digest' : 'Basic';
    const computed =
      scheme === 'Basic' ? undefined : this.#last.get(scheme === 'AWS' ? 'aws-sigv4' : 'digest');
    if (computed !== undefined && user === undefined) {
      // What stands in the URL would go out as Basic.
      this.#refuse(`Keyturn takes name and secret of ${computed.written} from -u name:secret.`, computed);
    }
    if (bearer === undefined) add(user, 'Authorization', (pair) => `${scheme} ${pair}`, true);
    const agent = this.#last.get('user-agent');
    if (agent?.argument === '') this.#removed.add('user-agent');
    else add(agent, 'User-Agent', (text) => text);
    if (this.#cookies.length > 0) add(this.#last.get('cookie'), 'Cookie', () => this.#cookies.join(';'));
    const referer = this.#last.get('referer');
    if (referer?.argument.replace(/;auto$/, '') !== '') {
      add(referer, 'Referer', (text) => text.replace(/;auto$/, ''));
    }
    const range = this.#last.get('range');
    if (range !== undefined && body.kind !== 'none') {
      this.#refuse(`Keyturn doesn't support ${range.written} with a body yet.`, range);
    }
    if (range !== undefined && !(/\d/.test(range.argument) && /^[\d,\s-]+$/.test(range.argument))) {
      this.#refuse(`${range.written} takes numbers, such as 0-99.`, range);
    }
    add(range, 'Range', (bytes) => `bytes=${bytes.includes('-') ? bytes : `${bytes}-`}`);
    const json = this.#isJson ? this.#last.get('json') : undefined;
    const behind = { start: Infinity, end: Infinity };
    if (this.#isJson || body.kind === 'data' || (body.kind === 'file' && this.#uploads.length === 0)) {
      const type = this.#isJson ? 'application/json' : 'application/x-www-form-urlencoded';
      const any = json ?? this.#arguments.given[0];
      if (any !== undefined) add({ ...any, ...behind }, 'Content-Type', () => type);
    }
    if (json !== undefined) add({ ...json, ...behind }, 'Accept', () => 'application/json');
  }

  /** `--aws-sigv4 provider[:provider[:region[:service]]]`. */
  #sigv4(): Pick<CurlCommand, 'sigv4'> {
    const given = this.#last.get('aws-sigv4');
    if (given?.isOn !== true) return {};
    const sigv4 = readSigv4(given.argument);
    if (sigv4 === null) this.#refuse(`Keyturn computes ${given.written} for aws:amz only.`, given);
    return sigv4 === null ? {} : { sigv4 };
  }

  /** curl refuses to send two kinds of body, and a body with `-I`. */
  #checkBodies(): void {
    const data = this.#data.length > 0 && !this.#isOn('get') ? this.#lastData() : undefined;
    const form = this.#last.get('form') ?? this.#last.get('form-string');
    const [upload, second] = this.#uploads;
    const head = this.#isOn('head') ? this.#last.get('head') : undefined;
    const kinds = [data, form, upload, head].filter((each) => each !== undefined);
    const [first, other] = kinds;
    if (first !== undefined && other !== undefined) {
      this.#refuse(`curl does not send ${first.written} and ${other.written} together.`, other);
    }
    if (second !== undefined)
      this.#refuse('This cURL command uploads several files: write a request for each.', second);
    const type = this.#headers.find(({ name }) => name.toLowerCase() === 'content-type');
    if (form !== undefined && type !== undefined && !/^multipart\/form-data\s*$/i.test(type.value)) {
      this.#refuse(`${form.written} makes its own Content-Type with a boundary: remove this header.`, type);
    }
    const get = this.#last.get('get');
    if (get !== undefined && (form ?? upload) !== undefined) {
      this.#refuse(`Keyturn doesn't support ${get.written} with a body yet.`, get);
    }
  }

  #lastData(): Given | undefined {
    return this.#arguments.given.findLast(({ option }) => /^(?:data|json)/.test(option.name));
  }

  #body(): CurlBody {
    const upload = this.#uploads.at(-1);
    if (upload !== undefined) return { kind: 'file', path: this.#uploadPath(upload) };
    if (this.#last.has('form') || this.#last.has('form-string')) {
      return { kind: 'form', text: this.#formTexts.join('\n'), form: this.#form };
    }
    const [first, ...more] = this.#data;
    if (first === undefined)
      return this.#lastData() === undefined || this.#isOn('get')
        ? { kind: 'none' }
        : { kind: 'data', text: '', data: [] };
    if (more.length === 0 && 'path' in first && !first.strips && !first.encodes)
      return { kind: 'file', path: first.path };
    return { kind: 'data', text: dataText(this.#data), data: this.#data };
  }

  #uploadPath(upload: Given): string {
    const { argument: path } = upload;
    if (path === '' || path === '-' || path === '.') {
      this.#refuse(`Keyturn has no input to send with ${upload.written}: name a file.`, upload);
    } else if (!this.#isOn('globoff') && globIn(path)) {
      this.#refuse(`Keyturn doesn't expand the file name of ${upload.written}: name one file.`, upload);
    }
    return path;
  }

  #method(body: CurlBody): string {
    const request = this.#last.get('request');
    if (request !== undefined) {
      if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(request.argument)) {
        this.#refuse(`The method behind ${request.written} is not valid.`, request);
        return 'GET';
      }
      return request.argument;
    }
    if (this.#isOn('head')) return 'HEAD';
    if (body.kind === 'none') return 'GET';
    return this.#uploads.length > 0 ? 'PUT' : 'POST';
  }

  #url(
    written: string,
    range: { readonly start: number; readonly end: number },
    upload: Given | undefined,
  ): string {
    let url = written;
    if (splitTemplate(url).some((part) => part.kind === 'literal' && /\s/.test(part.text))) {
      this.#refuse('curl does not take white space in a URL: write %20.', range);
    }
    if (!this.#isOn('globoff')) {
      if (globIn(url)) {
        const message =
          "Keyturn doesn't expand [ ] and { } in a URL: write a request for each, or use -g where they are meant so.";
        this.#refuse(message, range);
      }
      url = url.replace(/\\([[\]{}])/g, '$1');
    }
    if (/^(?:ftp|dict|ldap|imap|smtp|pop3)\./i.test(url)) {
      this.#refuse(
        'curl takes this URL for another protocol than HTTP: write http:// or https:// before it.',
        range,
      );
    }
    const mark = url.search(/[?#]/);
    const path = mark < 0 ? url : url.slice(0, mark);
    const isFolder = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/]*(?:\/(?:.*\/)?)?$/is.test(path);
    if (upload === undefined || url === '' || !isFolder) return url;
    if (url.charAt(mark) === '?') {
      const message = `Versions of curl disagree whether ${upload.written} adds the name of the file in front of a query: write it there.`;
      this.#refuse(message, range);
      return url;
    }
    const name = upload.argument.split(/[/\\]/).at(-1) ?? '';
    if (name.includes('{{')) {
      this.#refuse(
        `Keyturn doesn't know yet which name ${upload.written} adds to the URL: write it there.`,
        upload,
      );
    }
    return `${path}${path.endsWith('/') ? '' : '/'}${encodeURIComponent(name)}${url.slice(path.length)}`;
  }

  #allHeaders(): CurlHeader[] {
    return [...this.#headers, ...this.#own].sort((a, b) => a.start - b.start);
  }

  #settings(): { key: string; value: string }[] {
    const settings: { key: string; value: string }[] = [];
    if (this.#isOn('insecure')) settings.push({ key: 'insecure', value: '' });
    if (!this.#isOn('location')) settings.push({ key: 'no-redirect', value: '' });
    for (const [name, key] of [
      ['max-time', 'timeout'],
      ['connect-timeout', 'connection-timeout'],
    ] as const) {
      const given = this.#last.get(name);
      if (given === undefined) continue;
      if (!/^\d{1,6}(?:\.\d{0,6})?$/.test(given.argument)) {
        this.#refuse(`${given.written} takes a number of seconds.`, given);
      } else if (Number(given.argument) > 0) {
        settings.push({ key, value: `${Math.max(1, Math.round(Number(given.argument) * 1000))} ms` });
      }
    }
    return settings;
  }
}

/** Whether curl would make several of a text; brackets around an address (`[::1]`) and empty ones stand for themselves. */
function globIn(text: string): boolean {
  const literal = splitTemplate(text)
    .map((part) => (part.kind === 'literal' ? part.text : ''))
    .join('');
  const plain = literal
    .replace(/\\[[\]{}]/g, '')
    .replace(/\[([\dA-Fa-f:.%]*)\]/g, (found, inner: string) =>
      inner === '' || inner.includes(':') ? '' : found,
    );
  return /[[\]{}]/.test(plain);
}
