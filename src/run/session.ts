import { CookieJar } from '../http/cookies/cookieJar.ts';
import type { HttpFile, RequestNode } from '../httpfile/parse/tree.ts';
import type { Engine, RunOptions } from './engine.ts';
import type { RequestResult } from './result.ts';
import { type Verdict, verdictOf, type VerdictRules } from './verdict.ts';

export interface SessionOptions {
  readonly engine: Pick<Engine, 'run'>;
  /** Variables of the run, above all others (`--var`). */
  readonly variables: Readonly<Record<string, string>>;
  /** A token picked for every request of the run, instead of its own `# @token`. */
  readonly tokenName: string | null;
  /** The person has already confirmed what a `# @note` asks. */
  readonly confirmed: boolean;
  readonly rules: VerdictRules;
  /** Missing: new ones, for this session alone. */
  readonly cookies?: CookieJar;
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
  readonly failed: number;
  readonly skipped: number;
  /** Tests and the like that Keyturn did not run. */
  readonly notRun: number;
}

/** A run of one request or many: what its requests share, and what became of them. Both doors send through one. */
export class Session {
  readonly #options: SessionOptions & { readonly cookies: CookieJar };
  readonly #counts = { succeeded: 0, refused: 0, failed: 0, skipped: 0, cancelled: 0, notRun: 0 };

  constructor(options: SessionOptions) {
    this.#options = { cookies: new CookieJar(), ...options };
  }

  get counts(): SessionCounts {
    const { succeeded, refused, failed, skipped, notRun } = this.#counts;
    return { sent: succeeded + refused + failed, succeeded, refused, failed, skipped, notRun };
  }

  /** Never rejects: what fails is in `result.error`. */
  async run(file: SessionFile, node: RequestNode, signal?: AbortSignal): Promise<SessionResult> {
    const { engine, variables, tokenName, confirmed, cookies, rules } = this.#options;
    const result = await engine.run(
      { ...file, node, overrides: variables, tokenName, confirmed, cookies },
      signal,
    );
    const verdict = verdictOf(result, rules);
    this.#counts[verdict.outcome]++;
    // Of a request that failed, that is the lesser trouble.
    if (verdict.outcome !== 'failed') this.#counts.notRun += result.notRun.length;
    return { ...verdict, result };
  }
}
