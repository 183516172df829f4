import { KeyturnError } from '../../base/errors.ts';
import { fileLimits } from '../../base/files.ts';
import { untrusted } from '../../base/untrusted.ts';
import type { HttpResponse } from '../../http/message.ts';
import type { Exchange } from '../../httpfile/earlier/exchange.ts';
import { knownText } from '../../httpfile/resolve/knownText.ts';
import { quotedCode, quotedPart } from '../../httpfile/resolve/quotedPart.ts';
import type { ResolvedRequest } from '../../httpfile/resolve/resolve.ts';
import type { ResolveContext } from '../../httpfile/resolve/resolveContext.ts';
import type { Scripted, ScriptedValue, Taint } from '../../httpfile/resolve/scripted.ts';
import type { Traced } from '../../httpfile/resolve/traced.ts';
import { type FileScript, scriptsOf } from '../../httpfile/scripts/fileScripts.ts';
import { withoutCredentials } from '../../redaction/withoutCredentials.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import type { ScriptChanges, ScriptError, ScriptRequest } from '../../script/job.ts';
import type { RunInput } from '../engine.ts';
import type { RequestResult, TestResult } from '../result.ts';
import { ScriptMemory } from '../session/scriptMemory.ts';
import { RequestChanges } from './requestChanges.ts';
import type { ScriptParts } from './scriptParts.ts';
import { responseOf, seenBy, type SeenParts } from './scriptState.ts';
import { joined, tainted, taintOf, taintOfText, untainted } from './taint.ts';

export interface RequestScriptsParts {
  readonly redactor: Redactor;
  readonly scripts: ScriptParts;
}

type View = Pick<SeenParts, 'request' | 'response' | 'taint'>;

/** The scripts of one request, and what they leave. */
export class RequestScripts implements Scripted {
  readonly tests: TestResult[] = [];
  readonly #parts: RequestScriptsParts;
  readonly #input: RunInput;
  readonly #signal: AbortSignal | undefined;
  readonly #memory: ScriptMemory;
  /** `request.variables` of JetBrains. */
  readonly #own = new Map<string, ScriptedValue>();
  readonly #changes = new RequestChanges();
  #context: ResolveContext | null = null;

  constructor(parts: RequestScriptsParts, input: RunInput, signal: AbortSignal | undefined) {
    this.#parts = parts;
    this.#input = input;
    this.#signal = signal;
    this.#memory = input.memory?.scripts ?? new ScriptMemory();
  }

  variable(name: string): ScriptedValue | null {
    const { globals } = this.#memory;
    return (
      this.#own.get(name) ?? this.#memory.ofFile(this.#input.file).get(name) ?? globals.get(name) ?? null
    );
  }

  async evaluate(
    expression: string,
    line: number,
    known: ReadonlyMap<string, Traced>,
  ): Promise<ScriptedValue> {
    if (this.#context === null) throw new Error('Nothing is resolved yet.');
    const shown = `{{${quotedCode(expression)}}} on line ${line + 1}`;
    if (!this.#input.options.trusted) {
      throw untrusted(
        `${shown} is an expression: Keyturn runs scripts only in a trusted workspace.`,
        'run scripts',
      );
    }
    const context: ResolveContext = {
      ...this.#context,
      environment: new Map([...known].map(([name, value]) => [name, value.text])),
      overrides: {},
      tree: { ...this.#context.tree, variables: [] },
    };
    const taint = joined(...[...known.values()].map(taintOfText));
    const seen = await this.#seen(expression, context, { request: null, response: null, taint });
    const runner = await this.#parts.scripts.runner();
    const job = { api: 'httpyac', form: 'expression', code: expression, firstLine: line } as const;
    const { error, value } = await runner.run({ ...job, state: seen.state }, this.#signal);
    if (error !== null) {
      const message = `${shown} failed: ${this.#shown(error.message)}`;
      throw new KeyturnError('script_failed', message, { data: { line: line + 1 } });
    }
    return tainted(value ?? '', seen.taint, this.#parts.redactor);
  }

  /**
   * Runs what goes before the request. Fails with `script_failed`, `untrusted_workspace`, `file_unreadable`, `unsupported`,
   * and with `request_disabled` where a script asks not to send the request.
   */
  async before(context: ResolveContext): Promise<void> {
    this.#context = context;
    for (const [name, value] of this.#memory.headers) this.#changes.addHeader(name, value);
    for (const script of this.#scripts('before')) {
      const line = script.line + 1;
      if (!this.#input.options.trusted) {
        throw untrusted(
          `Keyturn runs the script on line ${line} only in a trusted workspace.`,
          'run scripts',
        );
      }
      const code = await this.#codeOf(script, context);
      const view = code.includes('request') ? await requestBefore(context) : nothing;
      const { outcome, taint } = await this.#run(script, code, context, view);
      if (outcome.error !== null) throw failed(script, outcome.error, this.#shown);
      if (outcome.skipped) {
        throw new KeyturnError(
          'request_disabled',
          `The script on line ${line} asked not to send this request.`,
        );
      }
      if (outcome.request !== null && view.request !== null) {
        this.#changes.add(view.request, outcome.request, taint, script.line);
      }
    }
    this.#spreadHeaders();
  }

  /** httpyac's `...name` among the headers. */
  #spreadHeaders(): void {
    for (const { kind, text, span } of this.#input.node.extras) {
      if (kind !== 'header-spread') continue;
      const name = text.trim().replace(/^\.\.\./, '');
      const found = this.variable(name);
      if (typeof found?.value !== 'object' || found.value === null) {
        const line = span.start.line + 1;
        const message = `No script gave ${quotedPart(name)} on line ${line} any headers.`;
        throw new KeyturnError('variable_unknown', message, { data: { name: quotedPart(name), line } });
      }
      for (const [header, value] of Object.entries(found.value)) {
        this.#changes.addHeader(header, { ...found, value });
      }
    }
  }

  /** The request with what scripts changed. */
  applied(resolved: ResolvedRequest): ResolvedRequest {
    return this.#changes.apply(resolved);
  }

  /**
   * Runs what looks at the response; `sent` is the request as it is shown. What fails there is the failure of the result;
   * null for none.
   */
  async after(
    response: HttpResponse,
    exchange: Exchange,
    sentAs: () => RequestResult['request'],
  ): Promise<KeyturnError | null> {
    const context = this.#context;
    const after = this.#scripts('after');
    // Most requests have none.
    if (context === null || !this.#input.options.trusted || after.length === 0) return null;
    const sent = sentAs();
    let failure: KeyturnError | null = null;
    for (const script of after) {
      if (script.refusal !== null) continue;
      try {
        const code = await this.#codeOf(script, context);
        const view: View = {
          request: sent === null ? null : { ...sent, body: this.#sentBody(exchange), raw: rawOf(context) },
          response: responseOf(
            { status: response.status, headers: response.headers, body: response.body },
            response.timings.totalMs,
            response.statusText,
          ),
          taint: taintOf(exchange),
        };
        const { outcome } = await this.#run(script, code, context, view);
        if (outcome.error !== null) failure ??= failed(script, outcome.error, this.#shown);
      } catch (error) {
        if (!KeyturnError.is(error) || error.code === 'cancelled') throw error;
        failure ??= error;
      }
    }
    return failure;
  }

  readonly #mask = (text: string) => this.#parts.redactor.mask(text);
  /** Without the credentials that a person wrote into a script, which the redactor does not know. */
  readonly #shown = (text: string) => withoutCredentials(this.#mask(text));

  #scripts(when: FileScript['when']): readonly FileScript[] {
    return scriptsOf(this.#input.tree, this.#input.node, when);
  }

  async #run(script: FileScript, code: string, context: ResolveContext, view: View) {
    const { redactor, scripts } = this.#parts;
    const { state, taint } = await this.#seen(code, context, view, script.api);
    const { api } = script;
    const firstLine = script.path === null ? script.firstLine : 0;
    const runner = await scripts.runner();
    const outcome = await runner.run({ api, form: 'script', code, firstLine, state }, this.#signal);
    const file = this.#memory.ofFile(this.#input.file);
    const kept = (value: unknown) => tainted(value, taint, redactor);
    keep(this.#memory.globals, outcome.globals, kept);
    keep(script.api === 'httpyac' ? file : this.#own, outcome.variables, kept);
    keep(this.#memory.headers, outcome.globalHeaders, kept);
    const inFile = script.path === null;
    for (const { name, passed, message, line } of outcome.tests) {
      this.tests.push({
        name: this.#shown(name),
        passed,
        message: message === null ? null : this.#shown(message),
        line: inFile ? line : script.line,
      });
    }
    for (const { level, text } of outcome.logs) {
      scripts.log({ file: this.#input.file, line: script.line, level, text: this.#shown(text) });
    }
    return { outcome, taint };
  }

  #seen(code: string, context: ResolveContext, view: View, api: FileScript['api'] = 'httpyac') {
    // What a script sees is worked out without other scripts, which might ask for it in turn.
    const scripted: Scripted = {
      variable: (name) => this.variable(name),
      evaluate: () => Promise.reject(new Error('No expression is worked out here.')),
    };
    const variables = api === 'httpyac' ? this.#memory.ofFile(this.#input.file) : this.#own;
    return seenBy(code, {
      ...view,
      context: { ...context, scripted },
      globals: this.#memory.globals,
      variables,
    });
  }

  #sentBody({ request: { body } }: Exchange): string | null {
    return body === null ? null : this.#mask(new TextDecoder().decode(body));
  }

  async #codeOf({ code, path, line }: FileScript, context: ResolveContext): Promise<string> {
    if (code !== null) return code;
    const { text } = await knownText(context, path ?? '', line);
    const shown = `${quotedPart(path ?? '')} (line ${line + 1})`;
    const bytes = await context.files.read(context.files.resolve(context.file, text), {
      from: context.file,
      trusted: context.trusted,
      maxBytes: fileLimits.settings,
      name: shown,
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
    });
    if (bytes === null) throw new KeyturnError('file_unreadable', `There is no file ${shown}.`);
    return new TextDecoder().decode(bytes);
  }
}

const nothing: View = { request: null, response: null, taint: untainted };

/** The request as its script sees it: variables that have a value are replaced, tokens are not. */
async function requestBefore(context: ResolveContext): Promise<View> {
  const taints: Taint[] = [];
  const known = async (text: string, line: number) => {
    const value = await knownText(context, text, line);
    taints.push(taintOfText(value));
    return value.text;
  };
  const { node } = context;
  const headers: [string, string][] = [];
  for (const { name, value, span } of node.headers) headers.push([name, await known(value, span.start.line)]);
  const url = await known(node.url, node.line);
  const raw = rawOf(context);
  const { body } = node;
  const text = raw.body === null || !('span' in body) ? null : await known(raw.body, body.span.start.line);
  const request: ScriptRequest = { method: node.method, url, headers, body: text, raw };
  return { request, response: null, taint: joined(...taints) };
}

function rawOf({ node }: ResolveContext): NonNullable<ScriptRequest['raw']> {
  const { url, headers, body } = node;
  return {
    url,
    headers: headers.map(({ name, value }) => [name, value] as const),
    body: body.kind === 'text' || body.kind === 'graphql' ? body.text : null,
  };
}

function keep(
  values: Map<string, ScriptedValue>,
  { set, removed }: ScriptChanges,
  kept: (value: unknown) => ScriptedValue,
): void {
  for (const name of removed) values.delete(name);
  for (const [name, value] of set) values.set(name, kept(value));
}

function failed(
  { path, line: reference }: FileScript,
  { message, line }: ScriptError,
  mask: (text: string) => string,
): KeyturnError {
  const at = path === null ? (line ?? reference) : reference;
  const place =
    path === null
      ? `line ${at + 1}`
      : `line ${at + 1} (${quotedPart(path)}${line === null ? '' : `, line ${line + 1}`})`;
  return new KeyturnError('script_failed', `The script on ${place} failed: ${mask(message)}`, {
    data: { line: at + 1 },
  });
}
