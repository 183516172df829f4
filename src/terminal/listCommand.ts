import { KeyturnError } from '../errors.ts';
import type { HttpFile } from '../httpfile/tree.ts';
import { visible, visibleJson } from '../visible.ts';
import { maskedUrl } from '../maskedUrl.ts';
import { parseArguments, type Command, type ExitCode } from './command.ts';
import { listJson } from './listJson.ts';
import { readHttpFile } from './httpFiles.ts';
import { palette } from './streams.ts';

export const listCommand: Command = {
  name: 'list',
  summary: 'Show what requests the files hold',
  usage: 'FILE… [--json]',
  help: `Usage: keyturn list FILE… [--json]

Shows the requests of .http and .rest files without sending anything.

  --json    one object a file: requests, variables and problems, everything raw

Exit codes: 0 done, 1 a file could not be read, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, { json: { type: 'boolean' } });
    if (positionals.length === 0) throw new KeyturnError('usage', 'Name at least one .http file.');
    const paint = palette(streams.out, streams.env);
    let code: ExitCode = 0;
    for (const [index, file] of positionals.entries()) {
      let tree: HttpFile;
      try {
        ({ tree } = await readHttpFile(streams.cwd, file, signal));
      } catch (error) {
        // One file that cannot be read does not hide the others.
        if (!KeyturnError.is(error, 'file_unreadable')) throw error;
        streams.err.write(`${palette(streams.err, streams.env).bad('keyturn:')} ${visible(error.message)}\n`);
        code = 1;
        continue;
      }
      if (values.json === true) {
        streams.out.write(`${visibleJson(listJson(file, tree))}\n`);
        continue;
      }
      if (positionals.length > 1) streams.out.write(`${index > 0 ? '\n' : ''}${paint.bold(visible(file))}\n`);
      streams.out.write(describe(tree, paint));
    }
    return code;
  },
};

function describe(tree: HttpFile, paint: ReturnType<typeof palette>): string {
  const lines = tree.requests.map((request) => {
    const label = request.name ?? request.title;
    const at = paint.dim(String(request.line + 1).padStart(5));
    return `${at}  ${visible(request.method).padEnd(7)} ${visible(maskedUrl(request.url))}${label === null ? '' : `  ${paint.dim(`# ${visible(label)}`)}`}`;
  });
  if (lines.length === 0) lines.push(paint.dim('  no requests'));
  for (const problem of tree.problems) {
    const colour = problem.severity === 'error' ? paint.bad : paint.warn;
    lines.push(
      `${String(problem.span.start.line + 1).padStart(5)}  ${colour(problem.severity)}: ${visible(problem.message)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
