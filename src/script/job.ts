import * as v from 'valibot';

/** What JSON can say. What enters and leaves the sandbox is JSON or plain text. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** JetBrains' API serves kulala too. */
export type ScriptApi = 'jetbrains' | 'httpyac';

/** Names and values, as sent or received; a name may repeat. */
export type ScriptHeaders = readonly (readonly [name: string, value: string])[];

export interface ScriptRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: ScriptHeaders;
  /** Null where there is none, or where it is no text. */
  readonly body: string | null;
  /** As the file has it, variables unresolved; null where that is not known. */
  readonly raw: {
    readonly url: string;
    readonly headers: ScriptHeaders;
    readonly body: string | null;
  } | null;
}

export interface ScriptResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: ScriptHeaders;
  /** Decoded by its charset. */
  readonly body: string;
  readonly durationMs: number;
}

/** What a script may read. Put in only what the file itself names: a script can hand out all that it sees. */
export interface ScriptState {
  /** Variables of the session (`client.global`, httpyac's `$global`). */
  readonly globals: Readonly<Record<string, JsonValue>>;
  /** Variables of this request (`request.variables`); in httpyac what its code may call by name. */
  readonly variables: Readonly<Record<string, JsonValue>>;
  /** Variables of the file (`client.variables.file`). */
  readonly fileVariables: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly environmentName: string | null;
  /** Of the process; only what the file asks for by `$env`. */
  readonly processEnvironment: Readonly<Record<string, string>>;
  readonly request: ScriptRequest | null;
  /** Null before the request. */
  readonly response: ScriptResponse | null;
  /** Earlier responses of the session by the name of their request (kulala's `client.responses`). */
  readonly responses: Readonly<Record<string, ScriptResponse>>;
  /** Zero-based count of the sending of a request that is sent several times. */
  readonly iteration: number;
}

export interface ScriptJob {
  readonly api: ScriptApi;
  /** `expression`: `code` is one expression, and the outcome has its value as text. */
  readonly form: 'script' | 'expression';
  readonly code: string;
  /** Zero-based line of the file on which `code` begins. */
  readonly firstLine: number;
  readonly state: ScriptState;
}

export interface ScriptLimits {
  /** For the script alone: waiting for its turn and starting the worker do not count. */
  readonly timeoutMs: number;
  readonly memoryBytes: number;
}

export const defaultScriptLimits: ScriptLimits = { timeoutMs: 5000, memoryBytes: 64 * 1024 * 1024 };

/** JSON as text while it crosses the thread: what `JSON.parse` gives is JSON, however deep. */
const json = v.pipe(
  v.string(),
  v.parseJson(),
  v.custom<JsonValue>((value) => value !== undefined),
);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const line = v.nullable(count);

const changes = v.object({
  /** Pairs, since a name may be `__proto__`. */
  set: v.array(v.tuple([v.string(), json])),
  /** Names of those that were there and are to go. */
  removed: v.array(v.string()),
});

const errorSchema = v.object({
  /**
   * `threw`: the script threw. `syntax`: it cannot be read. `unsupported`: it asks for what Keyturn does not offer.
   * `time`, `memory`, `stack`: it reached a limit. `result`: what it handed out is too much, or no JSON.
   */
  kind: v.picklist(['threw', 'syntax', 'unsupported', 'time', 'memory', 'stack', 'result']),
  /** One sentence, or the script's own words. */
  message: v.string(),
  /** Zero-based line of the file; null where it is not known. */
  line,
});

const testSchema = v.object({
  name: v.string(),
  passed: v.boolean(),
  /** Why it failed; null for one that passed. */
  message: v.nullable(v.string()),
  /** Zero-based line of the file: of the failure, or of the test. */
  line,
});

const logSchema = v.object({
  level: v.picklist(['log', 'info', 'warn', 'error', 'debug']),
  text: v.string(),
});

export const outcomeSchema = v.object({
  globals: changes,
  variables: changes,
  /** Headers for all later requests of the session (`client.global.headers`). */
  globalHeaders: changes,
  /** Parts of the request that the script replaced; null where it left the request alone. */
  request: v.nullable(
    v.object({
      method: v.nullable(v.string()),
      url: v.nullable(v.string()),
      /** All of them, replacing the request's. */
      headers: v.nullable(v.array(v.tuple([v.string(), v.string()]))),
      body: v.nullable(v.string()),
    }),
  ),
  tests: v.array(testSchema),
  /** Not masked. */
  logs: v.array(logSchema),
  /** The script asked to end there (`client.exit()`). */
  exited: v.boolean(),
  /** The script asked not to send the request (httpyac's `exports.$cancel`, kulala's `request.skip()`). */
  skipped: v.boolean(),
  /** Of an expression. */
  value: v.nullable(v.string()),
  error: v.nullable(errorSchema),
});

/** Data as the script made it: untrusted, and secret where the script saw secrets. */
export type ScriptOutcome = v.InferOutput<typeof outcomeSchema>;
/** The same on its way out of the worker. */
export type WireOutcome = v.InferInput<typeof outcomeSchema>;
export type ScriptChanges = v.InferOutput<typeof changes>;
export type ScriptTest = v.InferOutput<typeof testSchema>;
export type ScriptLog = v.InferOutput<typeof logSchema>;
export type ScriptError = v.InferOutput<typeof errorSchema>;

/** Of a script that did nothing. */
export function emptyOutcome() {
  return {
    globals: { set: [], removed: [] },
    variables: { set: [], removed: [] },
    globalHeaders: { set: [], removed: [] },
    request: null,
    tests: [],
    logs: [],
    exited: false,
    skipped: false,
    value: null,
    error: null,
  } satisfies WireOutcome & ScriptOutcome;
}
