// What the sandbox and its host say to each other. The host's side is `hostFunctions.ts`.

export const STATE_PARTS = [
  'globals',
  'variables',
  'fileVariables',
  'environment',
  'environmentName',
  'processEnvironment',
  'request',
  'response',
  'responseBody',
  'responses',
  'iteration',
] as const;
export type StatePart = (typeof STATE_PARTS)[number];

export const REPORTS = [
  // name, JSON text of the value; without a text the name is to go
  'global',
  'variable',
  'globalHeader',
  // name of the part, text; headers as JSON
  'request',
  // name, why it failed; stack
  'test',
  // level, text
  'log',
  // name of the error, message, stack
  'error',
  // '', text
  'value',
  'exit',
  'skip',
] as const;
export type Report = (typeof REPORTS)[number];

export const DIGESTS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'ripemd160'] as const;
export type Digest = (typeof DIGESTS)[number];

/** How a text stands for bytes. */
export const TEXT_FORMS = ['utf8', 'latin1', 'utf16le', 'ascii', 'hex', 'base64', 'base64url'] as const;
export type TextForm = (typeof TEXT_FORMS)[number];

/** The host's functions: texts go in, texts come out. */
export interface Host {
  /** A part of the job's state as JSON, the response's body as it is; undefined where the job has none. */
  state(part: StatePart): string | undefined;
  report(report: Report, name: string, text?: string, stack?: string): void;
  /** In hex; an HMAC where there is a key. */
  digest(name: Digest, data: string, form: TextForm, key?: string, keyForm?: TextForm): string;
  convert(text: string, from: TextForm, to: TextForm): string;
  /** Random bytes, in hex. */
  random(bytes: string): string;
  /** The text of a library that is part of Keyturn, by its name. */
  source(name: 'jsonPath' | 'dayjs'): string | undefined;
}

/** What the host calls once the API is installed. */
export interface Api {
  /** Before the script: `names` is a JSON list of the variables that stand in its code. */
  begin(names: string): void;
  /** What the script threw. */
  fail(error: unknown): void;
  /** What an expression gave. */
  value(value: unknown): void;
  /** After the script, whether it failed or not. */
  finish(): void;
}
