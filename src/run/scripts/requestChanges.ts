import { KeyturnError } from '../../base/errors.ts';
import type { ResolvedRequest } from '../../httpfile/resolve/resolve.ts';
import type { ScriptedValue, Taint } from '../../httpfile/resolve/scripted.ts';
import type { ScriptOutcome, ScriptRequest } from '../../script/job.ts';
import { isTainted, untainted } from './taint.ts';

/** A token of RFC 9110 section 5.6.2; the longest method that IANA lists has 17 characters. */
const METHOD = /^[!#$%&'*+.^_`|~\w-]{1,40}$/;

type Changed = NonNullable<ScriptOutcome['request']>;

/** A part of the request in the words of a script, with what the script saw. */
interface Part<Value> extends Taint {
  readonly value: Value;
}

/** What scripts changed of one request. It is put into the request as it is: no `{{ }}` in it is replaced. */
export class RequestChanges {
  #method: string | null = null;
  #url: string | null = null;
  #body: Part<string> | null = null;
  readonly #removed = new Set<string>();
  readonly #headers: Part<readonly [name: string, value: string]>[] = [];

  /** `given`: the request as the script saw it. Fails with `script_failed` on a method or a URL that may not be changed so. */
  add(given: ScriptRequest, changed: Changed, taint: Taint, line: number): void {
    if (changed.method !== null && changed.method !== given.method)
      this.#setMethod(changed.method, taint, line);
    if (changed.url !== null && changed.url !== given.url) this.#setUrl(changed.url, taint, line);
    if (changed.body !== null && changed.body !== given.body) this.#body = { value: changed.body, ...taint };
    if (changed.headers === null) return;
    const has = (pairs: ScriptRequest['headers'], [name, value]: readonly [string, string]) =>
      pairs.some(([other, text]) => other.toLowerCase() === name.toLowerCase() && text === value);
    for (const pair of given.headers) {
      if (!has(changed.headers, pair)) this.#removed.add(pair[0].toLowerCase());
    }
    for (const pair of changed.headers) {
      if (has(given.headers, pair)) continue;
      this.#removed.add(pair[0].toLowerCase());
      this.#headers.push({ value: pair, ...taint });
    }
  }

  /** A header that a script gives every request, unless this one has it. */
  addHeader(name: string, { value, secret, sources }: ScriptedValue): void {
    this.#headers.push({ value: [name, String(value)], secret, sources });
  }

  get isEmpty(): boolean {
    return (
      this.#method === null &&
      this.#url === null &&
      this.#body === null &&
      this.#headers.length === 0 &&
      this.#removed.size === 0
    );
  }

  apply(resolved: ResolvedRequest): ResolvedRequest {
    if (this.isEmpty) return resolved;
    const kept = resolved.headers.filter(([name]) => !this.#removed.has(name.toLowerCase()));
    const names = new Set(kept.map(([name]) => name.toLowerCase()));
    const added = this.#headers.filter(({ value: [name] }) => !names.has(name.toLowerCase()));
    const parts = [
      ...added.map(({ value, ...taint }) => ({ value: value[1], ...taint })),
      ...(this.#body === null ? [] : [this.#body]),
    ].filter(isTainted);
    const secretHeaders = added.filter(isTainted).map(({ value }) => value);
    const mask = (name: string) => `•••${name}•••`;
    return {
      ...resolved,
      method: this.#method ?? resolved.method,
      url: this.#url ?? resolved.url,
      ...(this.#url === null ? {} : { disguises: [], urlSecrets: [] }),
      headers: [...kept, ...added.map(({ value }) => value)],
      body: this.#body === null ? resolved.body : new TextEncoder().encode(this.#body.value),
      tokenValues: [
        ...resolved.tokenValues,
        ...parts.map(({ value, secret }) => ({ tokenName: secret?.name ?? 'script', value })),
      ],
      tokenSources: [...new Set([...resolved.tokenSources, ...parts.flatMap(({ sources }) => sources)])],
      made: {
        ...resolved.made,
        headers: new Set([...resolved.made.headers, ...secretHeaders.map(([name]) => name.toLowerCase())]),
        body: resolved.made.body || isTainted(this.#body ?? untainted),
      },
      shownHeaders: new Map([
        ...resolved.shownHeaders,
        ...secretHeaders.map(([name, value]) => [value, mask(name)] as const),
      ]),
    };
  }

  /** Where a request goes must not depend on what is secret, and stays what the file says in view of everyone. */
  #setUrl(url: string, taint: Taint, line: number): void {
    if (isTainted(taint)) throw refusal(line, 'the URL, which a script that was given a secret may not.');
    if (url.includes('{{')) throw refusal(line, 'the URL, which holds a variable that has no value yet.');
    this.#url = url;
  }

  /** The method is shown and noted as it is: no secret may be hidden in it. */
  #setMethod(method: string, taint: Taint, line: number): void {
    if (isTainted(taint)) throw refusal(line, 'the method, which a script that was given a secret may not.');
    if (!METHOD.test(method)) throw refusal(line, 'the method to a text that is none.');
    this.#method = method;
  }
}

function refusal(line: number, what: string): KeyturnError {
  return new KeyturnError('script_failed', `The script on line ${line + 1} changed ${what}`, {
    data: { line: line + 1 },
  });
}
