import { KeyturnError } from '../../base/errors.ts';
import { tokenDirectives } from '../../httpfile/parse/directives.ts';
import { disabledBy } from '../../httpfile/marks/stops.ts';
import { inputNeeded } from '../../httpfile/resolve/questions.ts';
import { questionsOf } from '../../httpfile/resolve/questionsOf.ts';
import { canAsk } from '../ask/secretPrompt.ts';
import { requestAtLine } from '../../httpfile/parse/requestAt.ts';
import type { HttpFile, RequestNode } from '../../httpfile/parse/tree.ts';
import type { RunOptions } from '../../run/engine.ts';
import type { RequestResult } from '../../run/result.ts';
import { isSecureUrl } from '../../profile/origin.ts';
import { parseUrl } from '../../base/url.ts';
import { authorityHelp, authorityOptions, readAuthorities } from '../session/authorities.ts';
import { parseArguments, parseAssignments, parseSize, parseWholeNumber, type Command } from '../command.ts';
import { didYouMean } from '../didYouMean.ts';
import { dialectHelp, parseDialect } from '../session/dialects.ts';
import { readHttpFile } from '../session/httpFiles.ts';
import { Progress } from '../output/progress.ts';
import { runSummary } from '../output/runSummary.ts';
import { JoinedWriter } from '../output/joinedWriter.ts';
import { isSaidBefore, problemLine, problemsByRequest } from '../output/problems.ts';
import { printResult, writeBody } from '../output/printResult.ts';
import { type ReportContext, runJson } from '../output/runJson.ts';
import { runInOrder } from '../../run/batch.ts';
import { Imports } from '../../run/session/imports.ts';
import { Session } from '../../run/session/session.ts';
import { SessionMemory } from '../../run/session/sessionMemory.ts';
import { systemClock } from '../../base/clock.ts';
import { visible, visibleJson } from '../../base/visible.ts';
import { maskedWrittenUrl } from '../../redaction/maskedText.ts';
import { withoutCredentials } from '../../redaction/withoutCredentials.ts';
import { palette, type Streams } from '../output/streams.ts';

const options = {
  name: { type: 'string' },
  line: { type: 'string' },
  tag: { type: 'string', multiple: true },
  dialect: { type: 'string' },
  env: { type: 'string', short: 'e' },
  var: { type: 'string', multiple: true },
  token: { type: 'string' },
  'allow-origin': { type: 'string', multiple: true },
  concurrency: { type: 'string' },
  fail: { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  'no-dependencies': { type: 'boolean' },
  'no-input': { type: 'boolean' },
  json: { type: 'boolean' },
  'max-size': { type: 'string' },
  timeout: { type: 'string' },
  output: { type: 'string', short: 'o' },
  untrusted: { type: 'boolean' },
  'insecure-host': { type: 'string', multiple: true },
  ...authorityOptions,
} as const;

const defaultMaxSize = '50 MB';

export const runCommand: Command = {
  options,
  help: `Usage: keyturn run FILE… [--name N | --line L] [options]

Sends all requests of the files in order, or the one that you choose. The response body of a chosen request
goes to standard output, everything else to standard error.

  --name N           send the request with this name or ### title
  --line L           send the request at this line
  --tag T            send only requests with this # @tag; repeatable
${dialectHelp}
  -e, --env E        environment of http-client.env.json
  --var NAME=VALUE   set a variable, overriding files and environments; repeatable
  --token NAME       use this token for every request, instead of its # @token
  --allow-origin O   allow this origin for tokens in this run; repeatable
  --insecure-host H  do not verify the certificate of this host, such as localhost:8443; repeatable. Only here
                     may requests with # @insecure send a token
${authorityHelp}
  --concurrency N    send up to N requests at once (1 to 256, default 1)
  --fail             fail on a status of 400 or above, and on anything that Keyturn did not run
  --no-dependencies  do not send the requests that a chosen request needs, such as a login that it refers to
  -y, --yes          send requests with a \`# @note\` without asking
  --no-input         ask nothing, even at a terminal: what needs an answer fails, and nothing is sent if a
                     request needs a value that no --var gives
  --timeout SECONDS  time limit of a request (default 300, 0 for none)
  --max-size SIZE    truncate a body in memory at this size (default ${defaultMaxSize})
  -o, --output FILE  write the body of the chosen request to a file, in full
  --json             print one JSON object a line for each request
  --untrusted        for files that you do not trust: no tokens, no environment variables, no files outside
                     their folder

Tokens are in the system's keychain (see \`keyturn token --help\`). Without a keychain, set environment variables:
KEYTURN_TOKEN_VIEWER or KEYTURN_CLIENT_SECRET_VIEWER for the token "viewer".
Keyturn asks at a terminal before it runs a command of keyturn.json. In scripts KEYTURN_ALLOW_COMMANDS,
KEYTURN_ALLOW_KEY_FILES, KEYTURN_ALLOW_EXCHANGES and KEYTURN_ALLOW_RECEIVERS hold what you allow.

Exit codes: 0 done, 1 a request failed, 2 wrong use.
`,
  async run(args, given, signal) {
    const { values, positionals } = parseArguments(args, options);
    if (positionals.length === 0) throw new KeyturnError('usage', 'Name at least one request file.');
    const chosen = values.name !== undefined || values.line !== undefined;
    if (values.name !== undefined && values.line !== undefined) {
      throw new KeyturnError('usage', 'Use `--name` or `--line`, not both.');
    }
    if (chosen && values.tag !== undefined) {
      throw new KeyturnError('usage', 'Use `--tag` without `--name` and `--line`.');
    }
    if (chosen && positionals.length > 1)
      throw new KeyturnError('usage', '`--name` and `--line` take one file.');
    if (values.output !== undefined && !chosen) {
      throw new KeyturnError('usage', '`--output` needs one request. Choose it with `--name` or `--line`.');
    }
    const concurrency = parseWholeNumber('concurrency', values.concurrency ?? '1', 1, 256);
    const runOptions: RunOptions = {
      followRedirects: true,
      connectTimeoutMs: 10_000,
      totalTimeoutMs: parseWholeNumber('timeout', values.timeout ?? '300', 0, 86_400) * 1000,
      maxBodyBytes: parseSize('max-size', values['max-size'] ?? defaultMaxSize),
      insecureHosts: (values['insecure-host'] ?? []).map(hostOf),
      trusted: values.untrusted !== true,
      saveBodyTo: values.output ?? null,
    };
    const line = values.line === undefined ? null : parseWholeNumber('line', values.line, 1, 999_999_999);
    const dialect = parseDialect(values.dialect);
    const files = await Promise.all(
      positionals.map(async (file) => {
        const { path, tree } = await readHttpFile(given.cwd, file, signal, {
          trusted: runOptions.trusted,
          dialect,
        });
        const nodes = choose(file, tree, values.name ?? null, line);
        return { file, path, tree, nodes: withTags(nodes, values.tag) };
      }),
    );

    const total = files.reduce((sum, { nodes }) => sum + nodes.length, 0);
    const startMs = performance.now();
    if (total === 0 && values.tag !== undefined) {
      throw new KeyturnError('request_not_found', `No request has the tag ${values.tag.join(' or ')}.`);
    }
    const variables = parseAssignments(values.var ?? []);
    const surroundings: Streams = values['no-input'] === true ? { ...given, noInput: true } : given;
    if (!canAsk(surroundings)) requireAnswers(files, variables);
    using progress = new Progress(surroundings, total, values.json !== true);
    const { streams } = progress;
    const { openSession } = await import('../session/session.ts');
    const allowed = (values['allow-origin'] ?? []).map(originOf);
    await using session = openSession(streams, values.env ?? null, signal, null, allowed, {
      trusted: runOptions.trusted,
      timeoutMs: runOptions.totalTimeoutMs,
      insecureHosts: runOptions.insecureHosts,
      caCertificates: await readAuthorities(streams, values.ca, signal),
    });
    const show = { json: values.json === true, body: chosen && values.output === undefined };
    // Standard output is for the body, if there is one to show.
    using lines = new JoinedWriter(show.body && !show.json ? streams.err : streams.out);
    const named = new Map(files.map(({ path, file }) => [path, file]));
    const toCome = new Set(files.flatMap(({ nodes }) => nodes));
    const report = reporter(streams, lines, values.token ?? null, show, toCome);
    const run = new Session({
      engine: session.engine,
      variables,
      tokenName: values.token ?? null,
      confirmed: values.yes === true,
      rules: { strict: values.fail === true, skipsDisabled: !chosen },
      dependencies: values['no-dependencies'] !== true,
      memory: new SessionMemory(),
      imports: new Imports(session.files),
      sentFirst({ result, outcome }) {
        // Others are told of in their turn.
        if (toCome.has(result.node)) return;
        report(named.get(result.file) ?? result.file, result, {
          skipped: outcome === 'skipped',
          problems: [],
          mask: session.mask,
        });
      },
      now: () => systemClock.now(),
    });
    let failed = false;
    for (const { file, path, tree, nodes } of files) {
      const problems = problemsByRequest(tree);
      warn(streams, { file, problems, nodes: chosen ? nodes : [null, ...nodes], json: show.json });
      if (nodes.length === 0) streams.err.write(`${visible(file)} contains no requests.\n`);
      const input = { file: path, tree, environment: await session.environment(path), options: runOptions };
      const send = (node: RequestNode) =>
        progress.during(`${node.method} ${maskedWrittenUrl(node.url)}`, () => run.run(input, node, signal));
      for await (const { result, outcome, passed } of runInOrder(nodes, send, { concurrency, signal })) {
        failed ||= !passed;
        report(file, result, {
          skipped: outcome === 'skipped',
          problems: problems.get(result.node) ?? [],
          mask: session.mask,
        });
      }
    }
    if (!chosen && !show.json && total > 0) {
      const paint = palette(streams.out, streams.env);
      lines.write(`\n${runSummary(run.counts, total, performance.now() - startMs, paint)}`);
    }
    return failed || signal.aborted ? 1 : 0;
  },
};

/** Where Keyturn cannot ask. Fails with `usage` before anything is sent. */
function requireAnswers(
  files: readonly {
    readonly file: string;
    readonly tree: HttpFile;
    readonly nodes: readonly RequestNode[];
  }[],
  given: Readonly<Record<string, string>>,
): void {
  for (const { file, tree, nodes } of files) {
    for (const node of nodes) {
      if (disabledBy(tree, node) !== null) continue;
      const [first] = questionsOf(tree, node, given);
      if (first === undefined) continue;
      const { message, hint = '' } = inputNeeded(first.name, node.line);
      throw new KeyturnError('usage', `${file}: ${message}`, { hint });
    }
  }
}

interface Warning {
  readonly file: string;
  readonly problems: ReturnType<typeof problemsByRequest>;
  /** Null for what stands outside of all requests. */
  readonly nodes: readonly (RequestNode | null)[];
  readonly json: boolean;
}

/** Before anything is sent. In JSON each request carries its own problems. */
function warn(streams: Streams, { file, problems, nodes, json }: Warning): void {
  const paint = palette(streams.err, streams.env);
  for (const node of nodes) {
    if (json && node !== null) continue;
    for (const problem of problems.get(node) ?? []) {
      if (isSaidBefore(problem, node)) streams.err.write(problemLine(file, problem, paint));
    }
  }
}

/** Fails with `usage`. */
function hostOf(text: string): string {
  const url = parseUrl(`https://${text}`);
  if (url === null || /[@/?#*\\\s]/.test(text) || url.hostname === '') {
    throw new KeyturnError(
      'usage',
      '`--insecure-host` takes a host such as localhost or dev.example.com:8443.',
    );
  }
  return url.host;
}

/** Fails with `usage`. */
function originOf(text: string): string {
  const url = parseUrl(text);
  const bare =
    url !== null && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  if (!bare || !isSecureUrl(url)) {
    throw new KeyturnError('usage', '`--allow-origin` takes an origin such as https://api.example.com.');
  }
  return url.origin;
}

/** Those with one of the tags; `# @tag a, b` gives two. */
function withTags(
  nodes: readonly RequestNode[],
  tags: readonly string[] | undefined,
): readonly RequestNode[] {
  if (tags === undefined) return nodes;
  return nodes.filter(({ metadata }) =>
    metadata.some(
      ({ key, value }) => key === 'tag' && value.split(',').some((tag) => tags.includes(tag.trim())),
    ),
  );
}

function choose(
  file: string,
  tree: HttpFile,
  name: string | null,
  line: number | null,
): readonly RequestNode[] {
  if (line !== null) {
    const node = requestAtLine(tree, line - 1);
    if (node !== null) return [node];
    throw new KeyturnError('request_not_found', `There is no request at line ${line} of ${file}.`, {
      hint: `\`keyturn list ${file}\` shows the lines.`,
    });
  }
  if (name === null) return tree.requests;
  const node =
    tree.requests.find((request) => request.name === name) ??
    tree.requests.find((request) => request.title === name);
  if (node !== undefined) return [node];
  const labels = tree.requests.flatMap(({ name, title }) => [name, title]).filter((label) => label !== null);
  const near = didYouMean(
    name,
    labels.filter((label) => withoutCredentials(label) === label),
  );
  throw new KeyturnError(
    'request_not_found',
    `There is no request named ${JSON.stringify(name)} in ${file}.`,
    {
      hint:
        near === null
          ? `\`keyturn list ${file}\` shows the names.`
          : `Did you mean \`--name ${JSON.stringify(near)}\`?`,
    },
  );
}

type Report = (file: string, result: RequestResult, context: ReportContext) => void;

/** The name in `# @token`. */
function ownToken({ metadata }: RequestNode): string | null {
  return tokenDirectives(metadata)[0]?.value.trim() ?? null;
}

function reporter(
  streams: Streams,
  lines: JoinedWriter,
  picked: string | null,
  show: { json: boolean; body: boolean },
  chosen: ReadonlySet<RequestNode>,
): Report {
  if (show.json) {
    return (file, result, context) => lines.write(`${visibleJson(runJson(file, result, context))}\n`);
  }
  const paint = palette(show.body ? streams.err : streams.out, streams.env);
  return (_file, result, { skipped, mask }) => {
    lines.write(printResult(result, paint, { skipped, tokenName: picked ?? ownToken(result.node) }));
    if (!show.body || result.response === null || !chosen.has(result.node)) return;
    lines.flush();
    writeBody(streams, result.response, mask);
  };
}
