import type { Dialect } from './tree.ts';
import { commonMethods, davMethods } from './methods.ts';
import { indentOf, isAssertion } from './text.ts';

/**
 * How one dialect reads a file. Files mean opposite things in different tools, so each dialect has rules of its
 * own instead of one grammar that tries to serve them all; docs/http-files.md lists the differences.
 */
export interface DialectRules {
  readonly dialect: Dialect;
  /** Where `###` ends a block: at the start of a line, after an indentation too, or anywhere in a line. */
  readonly separator: 'line-start' | 'indented' | 'anywhere';
  /** The text after `###` names the request where no `# @name` does. */
  readonly titleIsName: boolean;
  /**
   * Methods that are recognized wherever one may stand; null for any word in capitals. Others are recognized only in
   * front of a URL (`isMeantAsMethod`).
   */
  readonly methods: ReadonlySet<string> | null;
  readonly anyCaseMethod: boolean;
  /** The URL ends at the first space; elsewhere it is the whole line. */
  readonly urlEndsAtSpace: boolean;
  /** True when a line after the request line belongs to the URL. */
  readonly continuesUrl: (line: string) => boolean;
  /** `#` without a space after it ends the headers instead of being a comment among them. */
  readonly tightHashEndsHeaders: boolean;
  /** What a line is that stands among the headers and cannot be one. */
  readonly strayHeaderLine: 'header' | 'body' | 'problem';
  /** Whether lines that begin with `#` or `//` belong to a body. */
  readonly bodyComments: 'kept' | 'dropped';
  /**
   * Line breaks of a text body: as the file has them, or LF because the tool's editor holds its text so. REST Client and
   * httpyac send those of the operating system, which a file has where it was written or checked out.
   */
  readonly bodyLineBreaks: 'kept' | 'lf';
  /** `# @key value` counts: before the request line, or anywhere in the block. */
  readonly metadata: 'before-request' | 'anywhere';
  /** `@name = value` is read: before the request line, at the start of any line but headers, or on any line. */
  readonly variables: 'before-request' | 'line-start' | 'anywhere';
  /** Which definition of a variable a request sees: the last of the file, or the last above the request's end. */
  readonly variableScope: 'file' | 'above';
  /** `< {% %}`, `> {% %}`, `> file`, `>> file`, `<> file`. */
  readonly scripts: boolean;
  /** `import file` and `run #name`. */
  readonly directives: boolean;
  /** What makes the body GraphQL. */
  readonly graphql: { readonly method: boolean; readonly header: boolean };
}

function startsWithOneOf(line: string, first: string): boolean {
  const at = indentOf(line);
  return at < line.length && first.includes(line.charAt(at));
}

const restClient: DialectRules = {
  dialect: 'rest-client',
  separator: 'line-start',
  titleIsName: false,
  methods: new Set([...commonMethods, ...davMethods, 'MKCALENDAR', 'ACL', 'SEARCH']),
  anyCaseMethod: true,
  urlEndsAtSpace: false,
  continuesUrl: (line) => startsWithOneOf(line, '?&') && !isAssertion(line),
  tightHashEndsHeaders: false,
  strayHeaderLine: 'header',
  bodyComments: 'dropped',
  bodyLineBreaks: 'kept',
  metadata: 'before-request',
  variables: 'anywhere',
  variableScope: 'file',
  scripts: false,
  directives: false,
  graphql: { method: false, header: true },
};

const visualStudio: DialectRules = {
  dialect: 'visual-studio',
  separator: 'anywhere',
  titleIsName: false,
  methods: new Set(commonMethods),
  anyCaseMethod: true,
  urlEndsAtSpace: true,
  continuesUrl: () => false,
  tightHashEndsHeaders: true,
  strayHeaderLine: 'body',
  bodyComments: 'kept',
  bodyLineBreaks: 'kept',
  metadata: 'before-request',
  variables: 'before-request',
  variableScope: 'above',
  scripts: false,
  directives: false,
  graphql: { method: false, header: false },
};

const jetbrains: DialectRules = {
  dialect: 'jetbrains',
  separator: 'line-start',
  titleIsName: true,
  methods: null,
  anyCaseMethod: false,
  urlEndsAtSpace: false,
  continuesUrl: (line) => indentOf(line) > 0 && !isAssertion(line),
  tightHashEndsHeaders: false,
  strayHeaderLine: 'problem',
  bodyComments: 'dropped',
  bodyLineBreaks: 'lf',
  metadata: 'before-request',
  variables: 'before-request',
  variableScope: 'above',
  scripts: true,
  directives: true,
  graphql: { method: true, header: false },
};

const kulala: DialectRules = {
  dialect: 'kulala',
  separator: 'line-start',
  titleIsName: true,
  methods: null,
  anyCaseMethod: false,
  urlEndsAtSpace: false,
  continuesUrl: (line) => startsWithOneOf(line, '?&/') && !isAssertion(line),
  tightHashEndsHeaders: false,
  strayHeaderLine: 'problem',
  bodyComments: 'kept',
  bodyLineBreaks: 'lf',
  metadata: 'anywhere',
  variables: 'line-start',
  variableScope: 'above',
  scripts: true,
  directives: true,
  graphql: { method: true, header: true },
};

/** httpyac reads line by line instead of by blocks (httpyac.ts); the rules say what the two ways share. */
const httpyac: DialectRules = {
  dialect: 'httpyac',
  separator: 'indented',
  titleIsName: true,
  methods: new Set([
    ...commonMethods,
    ...davMethods,
    ...['CHECKOUT', 'CHECKIN', 'REPORT', 'MERGE', 'MKACTIVITY', 'MKWORKSPACE', 'VERSION-CONTROL'],
    ...['BASELINE-CONTROL', 'MKCALENDAR', 'ACL', 'SEARCH', 'GRAPHQL'],
    ...['WS', 'WSS', 'WEBSOCKET', 'SSE', 'EVENTSOURCE', 'MQTT', 'MQTTS', 'AMQP', 'GRPC'],
  ]),
  anyCaseMethod: false,
  urlEndsAtSpace: false,
  continuesUrl: (line) => startsWithOneOf(line, '?&/') && !isAssertion(line),
  tightHashEndsHeaders: true,
  strayHeaderLine: 'body',
  bodyComments: 'dropped',
  bodyLineBreaks: 'kept',
  metadata: 'anywhere',
  variables: 'anywhere',
  variableScope: 'above',
  scripts: true,
  directives: false,
  graphql: { method: true, header: false },
};

export const rulesOf: Readonly<Record<Dialect, DialectRules>> = {
  'rest-client': restClient,
  'visual-studio': visualStudio,
  httpyac,
  jetbrains,
  kulala,
};
