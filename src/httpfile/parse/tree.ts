import type { Position, Span } from '../../base/position.ts';

export type { Position, Span };

/** Whose rules a file is read by: see docs/http-files.md. */
export type Dialect = (typeof dialects)[number];

export const dialects = ['rest-client', 'visual-studio', 'httpyac', 'jetbrains', 'kulala'] as const;

/** The syntax tree of one `.http` file. Everything is raw: `{{ }}` is not expanded. */
export interface HttpFile {
  readonly dialect: Dialect;
  readonly requests: readonly RequestNode[];
  readonly variables: readonly VariableNode[];
  /** What stands outside of every request, in the order of the file. httpyac applies it to all requests. */
  readonly loose: readonly LooseNode[];
  /** httpyac: GraphQL fragments outside of every request. A query that spreads one gets it. Absent where there is none. */
  readonly graphqlFragments?: readonly GraphqlFragment[];
  readonly problems: readonly Problem[];
}

export interface GraphqlFragment {
  readonly name: string;
  /** `fragment name on …`, or `gql name < file`. */
  readonly text: string;
  readonly span: Span;
}

/** Metadata and scripts of a part of the file that holds no request. */
export interface LooseNode {
  /** Text after the `###` above it. */
  readonly title: string | null;
  readonly metadata: readonly MetadataNode[];
  readonly extras: readonly ExtraNode[];
}

export interface RequestNode {
  /** Position in the file, from 0. */
  readonly index: number;
  /** By the dialect's own rule. */
  readonly name: string | null;
  /** Text after the `###` that governs this request. */
  readonly title: string | null;
  /** From the block's first line (after the separator) to its last, both included. */
  readonly blockStartLine: number;
  readonly blockEndLine: number;
  /** The request line; for a URL over several lines, the first of them. */
  readonly line: number;
  readonly requestLineSpan: Span;
  /** `# @key value` and `// @key value` lines, keys as written. */
  readonly metadata: readonly MetadataNode[];
  /** Upper case, in a cURL command as it is written; GET where the file gives none. */
  readonly method: string;
  /** Continuation lines joined without their indentation; a trailing HTTP/x removed. */
  readonly url: string;
  readonly urlSpan: Span;
  readonly headers: readonly HeaderNode[];
  readonly body: BodyNode;
  /** What this version reads but does not run: scripts, assertions, response references, redirections. */
  readonly extras: readonly ExtraNode[];
  /** Absent for a request that is no cURL command. */
  readonly curl?: CurlNode;
  /** Lines among the headers that cannot be headers: problems too, and the request is not sent. */
  readonly stray?: readonly Span[];
  /** Why this request is not sent; each is a problem too. */
  readonly refusals?: readonly Refusal[];
}

export interface Refusal {
  readonly message: string;
  readonly span: Span;
}

/** What a cURL command says besides. */
export interface CurlNode {
  /** Added to the query of the URL. */
  readonly query: readonly CurlData[];
  /** Names of headers, in lower case, that are not sent though Keyturn would add them. */
  readonly omitted: readonly string[];
  /** Of `--aws-sigv4`, raw; empty where the host says them. */
  readonly sigv4?: { readonly region: string; readonly service: string };
}

/** A piece of what `-d` and its like send. */
export type CurlData = {
  /** Stands before it, unless it is the first. */
  readonly glue: '&' | '';
  /** Stands before it as it is: `name=` of `--data-urlencode`. */
  readonly name: string;
  /** Whether it is percent-encoded. */
  readonly encodes: boolean;
} & (
  | { readonly text: string }
  /** `strips`: without line breaks and NULs. */
  | { readonly path: string; readonly strips: boolean }
);

/** A part of a form that `-F` describes. */
export type FormPart = {
  readonly name: string;
  readonly type: string | null;
  readonly filename: string | null;
} & ({ readonly text: string } | { readonly path: string });

export interface MetadataNode {
  readonly key: string;
  readonly value: string;
  /** Written as `# @key = value`: JetBrains' way, or a variable that someone took out. */
  readonly assigned?: true;
  readonly span: Span;
}

export interface HeaderNode {
  readonly name: string;
  readonly value: string;
  /** The value is `Basic user:password`, or `Digest` or `AWS` instead of Basic, to the letter, as curl's `-u` has it. */
  readonly exact?: true;
  readonly span: Span;
}

export interface VariableNode {
  readonly name: string;
  /** Text after the `=`, trimmed by the dialect's rule. */
  readonly value: string;
  /** httpyac's `:=`: worked out where it is used instead of where it stands. */
  readonly lazy?: true;
  readonly span: Span;
}

export type BodyNode =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'text';
      /** With LF at the end of each line, also where the file has CRLF. */
      readonly text: string;
      /** They are sent with CRLF, as the file has them. */
      readonly crlf?: true;
      /** What a cURL command makes it of, to the byte. */
      readonly data?: readonly CurlData[];
      readonly span: Span;
    }
  | {
      readonly kind: 'file';
      readonly path: string;
      /** `<@`: variables in the file are expanded. */
      readonly expand: boolean;
      readonly encoding: string | null;
      readonly span: Span;
    }
  /** `text` holds the whole raw body, boundaries and `< file` lines included. */
  | {
      readonly kind: 'multipart';
      readonly text: string;
      /** The parts that a cURL command says instead, which get a boundary when they are sent. */
      readonly form?: readonly FormPart[];
      readonly span: Span;
    }
  | { readonly kind: 'graphql'; readonly text: string; readonly span: Span };

export interface ExtraNode {
  readonly kind:
    | 'pre-request-script'
    | 'response-handler'
    /** `?? status == 200`. */
    | 'assertion'
    | 'response-reference'
    | 'response-redirect'
    /** httpyac's `...name` among the headers: those that a script made. */
    | 'header-spread';
  readonly text: string;
  readonly span: Span;
}

export type ProblemCode =
  | 'request_line_missing'
  | 'url_missing'
  | 'url_fragment'
  | 'header_invalid'
  | 'variable_invalid'
  | 'name_duplicate'
  | 'metadata_invalid'
  | 'script_unclosed'
  | 'body_invalid'
  | 'unsupported'
  | 'file_too_large'
  | 'method_unknown'
  | 'directive_unknown'
  | 'directive_ignored'
  | 'variable_unknown'
  | 'not_run';

export interface Problem {
  readonly code: ProblemCode;
  /** One English sentence. */
  readonly message: string;
  /** `hint`: worth knowing, and nothing to mend. */
  readonly severity: 'error' | 'warning' | 'hint';
  readonly span: Span;
}
