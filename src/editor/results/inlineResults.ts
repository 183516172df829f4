import type { HttpFile, RequestNode } from '../../httpfile/parse/tree.ts';
import type { RequestResult } from '../../run/result.ts';

/** What stands at the end of a request line. */
export type InlineState =
  /** `previous` stays in sight for the moment in which most requests are answered. */
  | { readonly kind: 'running'; readonly startedAtMs: number; readonly previous: RequestResult | null }
  | { readonly kind: 'done'; readonly result: RequestResult };

export interface InlineEntry {
  /** Zero-based line of the request, after the edits since it was sent. */
  readonly line: number;
  readonly state: InlineState;
}

/** One replacement in a text; lines are zero-based and as they were before it. */
export interface TextChange {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  /** Line breaks in the new text. */
  readonly insertedLines: number;
}

interface Anchored {
  line: number;
  node: RequestNode;
  /** The one that was chosen when it was sent. */
  environment: string | null;
  state: InlineState;
}

/** Requests of a run that begin one after the other, while a person may edit their document. */
export interface PendingRequests extends Disposable {
  /** The request as it stands in the document now; null where an edit changed it or took it away. Asked once. */
  take(node: RequestNode, tree: HttpFile): RequestNode | null;
}

/**
 * Results by document and line. They follow edits, and go when their own request changes. Setting and finishing one
 * costs the same however many there are.
 */
export class InlineResults {
  readonly #byDocument = new Map<string, Map<number, Anchored>>();
  /** Lines of the requests that are to be sent, for each run of a document. */
  readonly #pending = new Map<string, Set<Map<RequestNode, number>>>();
  readonly #running = new WeakMap<InlineState, Anchored>();

  set(document: string, node: RequestNode, state: InlineState, environment: string | null = null): void {
    const entries = this.#byDocument.get(document) ?? new Map<number, Anchored>();
    const entry: Anchored = { line: node.line, node, environment, state };
    entries.set(node.line, entry);
    this.#byDocument.set(document, entries);
    if (state.kind === 'running') this.#running.set(state, entry);
  }

  /** Follows requests through edits until they begin. */
  follow(document: string, nodes: readonly RequestNode[]): PendingRequests {
    const lines = new Map(nodes.map((node) => [node, node.line]));
    const runs = this.#pending.get(document) ?? new Set();
    this.#pending.set(document, runs.add(lines));
    return {
      take: (node, tree) => {
        const line = lines.get(node);
        lines.delete(node);
        const now = line === undefined ? null : nodeOnLine(tree, line);
        return now !== null && isSame(now, node) ? now : null;
      },
      [Symbol.dispose]: () => {
        runs.delete(lines);
        if (runs.size === 0 && this.#pending.get(document) === runs) this.#pending.delete(document);
      },
    };
  }

  /** Replaces what is running by its result, wherever edits have moved it; false when its request changed meanwhile. */
  finish(document: string, started: InlineState, result: RequestResult): boolean {
    const entry = this.#runningIn(document, started);
    if (entry === null) return false;
    entry.state = { kind: 'done', result };
    return true;
  }

  /** The result that stands at a request now; null where there is none. */
  resultAt(document: string, line: number): RequestResult | null {
    const state = this.at(document, line);
    return state?.kind === 'done' ? state.result : null;
  }

  /** Takes a running entry away again. */
  remove(document: string, started: InlineState): void {
    const entry = this.#runningIn(document, started);
    const entries = this.#byDocument.get(document);
    if (entry === null || entries === undefined) return;
    entries.delete(entry.line);
    if (entries.size === 0) this.#byDocument.delete(document);
  }

  /** Takes away what was sent in another environment than the one that is chosen now; what is under way stays. */
  keepEnvironment(document: string, chosen: string | null): void {
    this.#keep(document, ({ state, environment }) => state.kind === 'running' || environment === chosen);
  }

  clear(document: string): void {
    this.#byDocument.delete(document);
    // Nothing tells of edits from now on.
    for (const lines of this.#pending.get(document) ?? []) lines.clear();
  }

  has(document: string): boolean {
    return this.#byDocument.has(document) || this.#pending.has(document);
  }

  of(document: string): readonly InlineEntry[] {
    return [...(this.#byDocument.get(document)?.values() ?? [])];
  }

  at(document: string, line: number): InlineState | null {
    return this.#byDocument.get(document)?.get(line)?.state ?? null;
  }

  /** Where the request of a result stands now; null when it is gone. */
  lineOf(document: string, result: RequestResult): number | null {
    const found = this.of(document).find(({ state }) => state.kind === 'done' && state.result === result);
    return found?.line ?? null;
  }

  /** Moves the entries with the edits, given in the order of the editor's event (each as if it were alone). */
  edit(document: string, changes: readonly TextChange[]): void {
    for (const lines of this.#pending.get(document) ?? []) {
      for (const [node, line] of lines) lines.set(node, line + shift(line, changes));
    }
    const entries = this.#byDocument.get(document);
    if (entries === undefined) return;
    const moved: Anchored[] = [];
    for (const entry of entries.values()) {
      const by = shift(entry.line, changes);
      if (by === 0) continue;
      entries.delete(entry.line);
      entry.line += by;
      moved.push(entry);
    }
    // One that stays where another one arrives belonged to a line that the edit took away.
    for (const entry of moved) entries.set(entry.line, entry);
  }

  /** Drops the entries whose request is not the same any more. */
  verify(document: string, tree: HttpFile): void {
    this.#keep(document, (entry) => {
      const node = nodeOnLine(tree, entry.line);
      if (node === null || !isSame(node, entry.node)) return false;
      entry.node = node;
      return true;
    });
  }

  #runningIn(document: string, started: InlineState): Anchored | null {
    const entry = this.#running.get(started);
    if (entry?.state !== started) return null;
    return this.#byDocument.get(document)?.get(entry.line) === entry ? entry : null;
  }

  #keep(document: string, wanted: (entry: Anchored) => boolean): void {
    const entries = this.#byDocument.get(document);
    if (entries === undefined) return;
    for (const entry of entries.values()) if (!wanted(entry)) entries.delete(entry.line);
    if (entries.size === 0) this.#byDocument.delete(document);
  }
}

/** By how many lines the changes of an edit move what stands on `line`. */
function shift(line: number, changes: readonly TextChange[]): number {
  return changes.reduce((sum, change) => {
    const before = change.startLine < line || (change.startLine === line && change.startColumn === 0);
    if (!before || change.endLine > line) return sum;
    return sum + change.insertedLines - (change.endLine - change.startLine);
  }, 0);
}

function nodeOnLine(tree: HttpFile, line: number): RequestNode | null {
  let low = 0;
  let high = tree.requests.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const node = tree.requests[middle];
    if (node === undefined) return null;
    if (node.line === line) return node;
    if (node.line < line) low = middle + 1;
    else high = middle - 1;
  }
  return null;
}

function isSame(node: RequestNode, other: RequestNode): boolean {
  return node === other || fingerprint(node) === fingerprint(other);
}

/** Everything of a request that counts when it is sent. */
function fingerprint(node: RequestNode): string {
  const body = node.body.kind === 'none' ? '' : node.body.kind === 'file' ? node.body.path : node.body.text;
  return JSON.stringify([
    node.method,
    node.url,
    node.headers.map(({ name, value }) => [name, value]),
    node.metadata.map(({ key, value }) => [key, value]),
    node.body.kind,
    body,
  ]);
}
