import type { Clock } from '../../base/clock.ts';
import type { Files } from '../../base/files.ts';
import type { ForeignTokenSource } from './foreignToken.ts';
import type { EarlierRequests } from '../earlier/exchange.ts';
import type { Scripted } from './scripted.ts';
import type { ValueQuestion } from './questions.ts';
import type { HttpFile, RequestNode } from '../parse/tree.ts';

export interface ResolveContext {
  readonly tree: HttpFile;
  readonly node: RequestNode;
  /** Location of the `.http` file. */
  readonly file: string;
  readonly files: Files;
  /** Stand above all other variables. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Variables of the chosen environment, shared ones included. */
  readonly environment: ReadonlyMap<string, string>;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** The value of a token, obtained or refreshed where needed. */
  token(name: string): Promise<string>;
  /** What `{{$refreshToken}}` stands for; absent where the request refreshes no token. */
  readonly refreshToken?: () => TokenValue;
  /**
   * Stands between `$guid` and its like and their values: `make` makes a new one, or null where the expression is no
   * such variable. Absent: always a new one.
   */
  readonly generate?: (expression: string, make: () => string | null) => string | null;
  /** The person's answer: the same for the same question of one request. Absent: `input_needed`. */
  readonly ask?: (question: ValueQuestion) => Promise<string>;
  /** Tokens that the file asks for in the words of another tool. Absent: they are refused. */
  readonly foreign?: ForeignTokenSource;
  /** What earlier requests of the session left. Absent: nothing was sent before. */
  readonly earlier?: EarlierRequests;
  /** What scripts gave. Absent: no script runs, and a request that needs one is refused. */
  readonly scripted?: Scripted;
  /** False in an untrusted workspace: no process environment, no body files outside the folder of the file. */
  readonly trusted: boolean;
}

/** A secret as it stands in the request, in one of the forms it was given on the way, and what it is called. */
export interface TokenValue {
  readonly tokenName: string;
  readonly value: string;
}
