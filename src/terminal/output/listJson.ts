import type { BodyNode, Dialect, HttpFile, Problem } from '../../httpfile/parse/tree.ts';

/** What `keyturn list --json` prints for one file. Lines and columns count from 1; everything is raw. */
export interface ListedFile {
  readonly file: string;
  /** Whose rules it is read by. */
  readonly dialect: Dialect;
  readonly requests: readonly ListedRequest[];
  readonly variables: readonly (readonly [name: string, rawValue: string])[];
  readonly problems: readonly {
    readonly line: number;
    readonly column: number;
    readonly code: string;
    readonly severity: Problem['severity'];
    readonly message: string;
  }[];
}

export interface ListedRequest {
  readonly name: string | null;
  readonly title: string | null;
  readonly line: number;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: { readonly kind: BodyNode['kind']; readonly text?: string; readonly path?: string };
}

export function listJson(
  file: string,
  tree: HttpFile,
  problems: readonly Problem[] = tree.problems,
): ListedFile {
  return {
    file,
    dialect: tree.dialect,
    requests: tree.requests.map((request) => ({
      name: request.name,
      title: request.title,
      line: request.line + 1,
      method: request.method,
      url: request.url,
      headers: request.headers.map(({ name, value }) => [name, value] as const),
      body: listedBody(request.body),
    })),
    variables: tree.variables.map(({ name, value }) => [name, value] as const),
    problems: problems.map(listedProblem),
  };
}

export function listedProblem({ span, code, severity, message }: Problem): ListedFile['problems'][number] {
  return { line: span.start.line + 1, column: span.start.column + 1, code, severity, message };
}

/** A body from a file shows both the line as it is written and the path in it. */
function listedBody(body: BodyNode): ListedRequest['body'] {
  switch (body.kind) {
    case 'none':
      return { kind: 'none' };
    case 'file': {
      const mark = body.expand ? `<@${body.encoding ?? ''}` : '<';
      return { kind: 'file', text: `${mark} ${body.path}`, path: body.path };
    }
    default:
      return { kind: body.kind, text: body.text };
  }
}
