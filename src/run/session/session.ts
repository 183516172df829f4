import { asKeyturnError, KeyturnError } from '../../base/errors.ts';
import type { Exchange } from '../../httpfile/earlier/exchange.ts';
import { requestNamed } from '../../httpfile/earlier/references.ts';
import type { HttpFile, RequestNode } from '../../httpfile/parse/tree.ts';
import { quotedPart } from '../../httpfile/resolve/quotedPart.ts';
import { type Dependency, dependenciesOf, requiredRequest } from './dependencies.ts';
import type { Engine, ObtainedToken, RunInput, RunOptions } from '../engine.ts';
import type { ImportedFile, Imports } from './imports.ts';
import type { RequestResult } from '../result.ts';
import type { SessionMemory } from './sessionMemory.ts';
import { type Verdict, verdictOf, type VerdictRules } from '../verdict.ts';

export interface SessionOptions {
  readonly engine: Engine;
  readonly memory: SessionMemory;
  readonly imports: Imports;
  /** Variables of the run, above all others (`--var`). */
  readonly variables: Readonly<Record<string, string>>;
  /** A token picked for the chosen requests of the run, instead of their own `# @token`. */
  readonly tokenName: string | null;
  /** The person has already confirmed what a `# @note` asks. */
  readonly confirmed: boolean;
  readonly rules: VerdictRules;
  /** The token that the run is for. */
  readonly obtains?: ObtainedToken;
  /** False where a request goes without those that it needs (`--no-dependencies`). */
  readonly dependencies: boolean;
  /** Told of each request that went because another one needs it. */
  readonly sentFirst?: (result: SessionResult) => void;
  now(): number;
}

/** A file with what its requests are sent with, the same throughout a run. */
export interface SessionFile {
  readonly file: string;
  readonly tree: HttpFile;
  /** Variables of the chosen environment. */
  readonly environment: ReadonlyMap<string, string>;
  readonly options: RunOptions;
}

export interface SessionResult extends Verdict {
  readonly result: RequestResult;
}

/** What became of the requests of a session so far. A request that was cancelled is not counted. */
export interface SessionCounts {
  /** The next three together. */
  readonly sent: number;
  readonly succeeded: number;
  readonly refused: number;
  /** Those that did not pass: under strict rules an answer may be among them. */
  readonly failed: number;
  readonly skipped: number;
  /** Tests and the like that Keyturn did not run. */
  readonly notRun: number;
}

/** A request in its file. */
interface Step {
  readonly file: SessionFile;
  readonly node: RequestNode;
}

interface Need extends Step {
  readonly when: Dependency['when'];
}

/** Tokens this close to their expiry are obtained anew: the request needs time to arrive. */
const EXPIRY_MARGIN_MS = 5_000;

/**
 * A run of one request or many: what its requests share, and what became of them. Both doors send through one. A request
 * that needs others goes after them.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #counts = { succeeded: 0, refused: 0, failed: 0, skipped: 0, cancelled: 0, notRun: 0 };
  /** Of what is asked once in a session. */
  readonly #answers = new Map<string, Promise<string>>();
  /** Under way, by request. */
  readonly #running = new Map<RequestNode, Promise<SessionResult>>();
  /** Went because another one needed them, and are still to come in the batch. */
  readonly #early = new Map<RequestNode, Promise<SessionResult>>();
  readonly #needs = new WeakMap<RequestNode, Promise<readonly Need[]>>();
  /** Requests from which no circle leads on. */
  readonly #straight = new WeakSet<RequestNode>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get counts(): SessionCounts {
    const { succeeded, refused, failed, skipped, notRun } = this.#counts;
    return { sent: succeeded + refused + failed, succeeded, refused, failed, skipped, notRun };
  }

  /** Never rejects: what fails is in `result.error`. */
  async run(file: SessionFile, node: RequestNode, signal?: AbortSignal): Promise<SessionResult> {
    const early = this.#early.get(node);
    this.#early.delete(node);
    return early ?? this.#start({ file, node }, this.#options.tokenName, signal);
  }

  #start(step: Step, tokenName: string | null, signal: AbortSignal | undefined): Promise<SessionResult> {
    const running = this.#send(step, tokenName, signal).finally(() => this.#running.delete(step.node));
    this.#running.set(step.node, running);
    return running;
  }

  async #send({ file, node }: Step, tokenName: string | null, signal: AbortSignal | undefined) {
    const { variables, confirmed, rules, memory, obtains } = this.#options;
    const shared = {
      overrides: variables,
      tokenName,
      confirmed,
      answers: this.#answers,
      cookies: memory.cookies,
      ...(obtains && { obtains }),
    };
    const input = { ...file, node, ...shared };
    const result = await this.#answer(input, signal);
    const verdict = verdictOf(result, rules);
    const counted = verdict.passed || verdict.outcome === 'cancelled' ? verdict.outcome : 'failed';
    this.#counts[counted]++;
    // Of a request that failed, that is the lesser trouble.
    if (counted !== 'failed') this.#counts.notRun += result.notRun.length;
    return { ...verdict, result };
  }

  /** Never rejects. */
  async #answer(input: RunInput & SessionFile, signal: AbortSignal | undefined): Promise<RequestResult> {
    const { engine, memory, imports } = this.#options;
    try {
      const { files, failure } = await imports.of(input, signal);
      const first = await this.#sendNeeded({ file: input, node: input.node }, signal).catch(
        (error: unknown) => {
          throw failure !== null && KeyturnError.is(error, ...mayBeImported) ? failure : error;
        },
      );
      const environment = withImported(input.environment, files);
      const before = memory.of(input.file, files);
      const own = await engine.run({ ...input, environment, memory: before }, signal);
      const result = first.length > 0 ? { ...own, done: [sentFirst(first), ...own.done] } : own;
      if (failure === null) return result;
      const { error } = engine.failed(input, failure);
      if (mayBeImported.some((code) => code === result.error?.code)) return { ...result, error };
      const note = error?.message ?? '';
      return {
        ...result,
        notes: [...result.notes, result.error === null ? `${note} The request needs nothing of it.` : note],
      };
    } catch (error) {
      return engine.failed(input, asKeyturnError(error));
    }
  }

  /** Sends what a request needs, each after what it needs itself. The names of those that went for it. */
  async #sendNeeded(step: Step, signal: AbortSignal | undefined): Promise<string[]> {
    if (!this.#options.dependencies) return [];
    await this.#requireNoCircle(step, [], signal);
    const sent: string[] = [];
    for (const need of await this.#needsOf(step, signal)) {
      const under = this.#running.get(need.node);
      if (under === undefined && this.#isAnswered(need)) continue;
      const result = await (under ?? this.#sendFirst(need, signal));
      if (under === undefined) sent.push(labelOf(need.node));
      requireAnswer(need.node, result);
    }
    return sent;
  }

  #sendFirst(need: Need, signal: AbortSignal | undefined): Promise<SessionResult> {
    const file = { ...need.file, options: { ...need.file.options, saveBodyTo: null } };
    const running = this.#start({ file, node: need.node }, null, signal);
    this.#early.set(need.node, running);
    return running.then((result) => {
      this.#options.sentFirst?.(result);
      return result;
    });
  }

  #isAnswered({ file, node, when }: Need): boolean {
    if (when === 'always' || node.name === null) return false;
    const exchange = this.#options.memory.exchanges.find(file.file, node.name);
    return exchange !== null && (when === 'unanswered' || !this.#hasExpired(exchange));
  }

  #hasExpired({ tokens }: Exchange): boolean {
    const latest = this.#options.now() + EXPIRY_MARGIN_MS;
    return tokens.some(({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs < latest);
  }

  #needsOf(step: Step, signal: AbortSignal | undefined): Promise<readonly Need[]> {
    let needs = this.#needs.get(step.node);
    if (needs === undefined) this.#needs.set(step.node, (needs = this.#findNeeds(step, signal)));
    return needs;
  }

  async #findNeeds({ file, node }: Step, signal: AbortSignal | undefined): Promise<readonly Need[]> {
    const { imports } = this.#options;
    const { files: imported } = await imports.of(file, signal);
    /** The file that has a request of this name: this one, or one that it imports. */
    const holderOf = (name: string) =>
      [file, ...imported].find(({ tree }) => requestNamed(tree, name) !== null);
    const needs: Need[] = [];
    const dependencies = dependenciesOf(file.tree, node, (name) => holderOf(name) !== undefined);
    for (const { name, file: path, line, when } of dependencies) {
      const holder = path === null ? holderOf(name ?? '') : await imports.read(file, path, line, signal);
      const other = { ...file, ...holder };
      const nodes = name === null ? other.tree.requests : [requiredRequest(other.tree, name, line)];
      for (const each of nodes) needs.push({ file: other, node: each, when });
    }
    return needs;
  }

  async #requireNoCircle(
    step: Step,
    path: readonly RequestNode[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (this.#straight.has(step.node)) return;
    if (path.includes(step.node)) throw circle([...path.slice(path.indexOf(step.node)), step.node]);
    for (const need of await this.#needsOf(step, signal))
      await this.#requireNoCircle(need, [...path, step.node], signal);
    this.#straight.add(step.node);
  }
}

/** What is missing where a file that defines it could not be read. */
const mayBeImported = ['variable_unknown', 'request_not_found'] as const;

/** Variables of imported files stand above those of the environment and below those of the file itself. */
function withImported(
  environment: ReadonlyMap<string, string>,
  imported: readonly ImportedFile[],
): ReadonlyMap<string, string> {
  if (imported.length === 0) return environment;
  const variables = new Map(environment);
  for (const { tree } of imported.toReversed())
    for (const { name, value } of tree.variables) variables.set(name, value);
  return variables;
}

function labelOf(node: RequestNode): string {
  return quotedPart(node.name ?? `line ${node.line + 1}`);
}

function sentFirst(names: readonly string[]): string {
  return `Keyturn sent ${[...new Set(names)].join(', ')} first.`;
}

function requireAnswer(node: RequestNode, { result }: SessionResult): void {
  if (result.error === null || result.response !== null) return;
  const { code, message, hint } = result.error;
  const text = `${labelOf(node)} (line ${node.line + 1}) has to be answered first, and failed: ${message}`;
  // A request that was left out is skipped; one that needs it has failed.
  const own = code === 'request_disabled' ? 'request_invalid' : code;
  throw new KeyturnError(own, text, hint === null ? {} : { hint });
}

function circle(path: readonly RequestNode[]): KeyturnError {
  const steps = path.map((node) => `${labelOf(node)} (line ${node.line + 1})`);
  return new KeyturnError(
    'variable_cycle',
    `Requests wait for one another in a circle: ${steps.join(' → ')}.`,
  );
}
