import { KeyturnError } from '../../base/errors.ts';
import { notRunIn, notRunWords } from '../../httpfile/marks/notRun.ts';
import type { HttpFile, Problem } from '../../httpfile/parse/tree.ts';
import { visible, visibleJson } from '../../base/visible.ts';
import { maskedWrittenUrl } from '../../redaction/maskedText.ts';
import { withoutCredentials } from '../../redaction/withoutCredentials.ts';
import { parseArguments, type Command, type ExitCode } from '../command.ts';
import { listJson } from '../output/listJson.ts';
import { dialectHelp, parseDialect } from '../session/dialects.ts';
import { type ReadFile, readHttpFile } from '../session/httpFiles.ts';
import { problemsOf } from '../output/problems.ts';
import { palette, type Palette } from '../output/streams.ts';

const options = { json: { type: 'boolean' }, dialect: { type: 'string' } } as const;

export const listCommand: Command = {
  options,
  help: `Usage: keyturn list FILE… [options]

Shows the requests of .http and .rest files. It sends nothing.

${dialectHelp}
  --json             print one JSON object for each file: requests, variables and problems, texts as written

Exit codes: 0 done, 1 a file could not be read, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    if (positionals.length === 0) throw new KeyturnError('usage', 'Name at least one request file.');
    const dialect = parseDialect(values.dialect);
    const paint = palette(streams.out, streams.env);
    let code: ExitCode = 0;
    for (const [index, file] of positionals.entries()) {
      let read: ReadFile;
      try {
        read = await readHttpFile(streams.cwd, file, signal, { dialect });
      } catch (error) {
        // One file that cannot be read does not hide the others.
        if (!KeyturnError.is(error, 'file_unreadable')) throw error;
        streams.err.write(`${palette(streams.err, streams.env).bad('keyturn:')} ${visible(error.message)}\n`);
        code = 1;
        continue;
      }
      const { tree } = read;
      const problems = await problemsOf(read, streams.env, signal);
      if (values.json === true) {
        streams.out.write(`${visibleJson(listJson(file, tree, problems))}\n`);
        continue;
      }
      if (positionals.length > 1) streams.out.write(`${index > 0 ? '\n' : ''}${paint.bold(visible(file))}\n`);
      streams.out.write(describe(tree, problems, paint));
    }
    return code;
  },
};

function describe(tree: HttpFile, problems: readonly Problem[], paint: Palette): string {
  const lines = tree.requests.map((request) => {
    const label = request.name ?? request.title;
    const at = paint.dim(String(request.line + 1).padStart(5));
    return `${at}  ${visible(request.method).padEnd(7)} ${visible(maskedWrittenUrl(request.url))}${label === null ? '' : `  ${paint.dim(`# ${visible(withoutCredentials(label))}`)}`}`;
  });
  if (lines.length === 0) lines.push(paint.dim('  no requests'));
  for (const problem of problems) {
    // Of what is not run a count is enough.
    if (problem.severity === 'hint') continue;
    const colour = problem.severity === 'error' ? paint.bad : paint.warn;
    lines.push(
      `${String(problem.span.start.line + 1).padStart(5)}  ${colour(problem.severity)}: ${visible(problem.message)}`,
    );
  }
  const left = notRunWords(tree.requests.flatMap((node) => notRunIn(tree.dialect, node)));
  if (left !== null) lines.push(paint.dim(`  ${left} by this version`));
  return `${lines.join('\n')}\n`;
}
