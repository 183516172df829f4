import { isSecretVariable } from '../../base/secretVariables.ts';
import { secretVariable } from '../../httpfile/environments/secretVariable.ts';
import type { Exchange } from '../../httpfile/earlier/exchange.ts';
import { definitionsIn } from '../../httpfile/resolve/definitions.ts';
import { knownText } from '../../httpfile/resolve/knownText.ts';
import { parameterOf } from '../../httpfile/resolve/charset.ts';
import type { ResolveContext } from '../../httpfile/resolve/resolveContext.ts';
import type { ScriptedValue, Taint } from '../../httpfile/resolve/scripted.ts';
import { isSecretVariableName } from '../../redaction/credentialNames.ts';
import type { JsonValue, ScriptResponse, ScriptState } from '../../script/job.ts';
import { decodeText } from '../../http/content.ts';
import { headerValue } from '../../http/message.ts';
import { joined, taintOf, taintOfText } from './taint.ts';

/** What a script sees, and what of it is secret. */
export interface Seen {
  readonly state: ScriptState;
  readonly taint: Taint;
}

export interface SeenParts {
  readonly context: ResolveContext;
  readonly globals: ReadonlyMap<string, ScriptedValue>;
  /** Of the request in JetBrains, of the file in httpyac. */
  readonly variables: ReadonlyMap<string, ScriptedValue>;
  /** Null where nothing of the request may be seen. */
  readonly request: ScriptState['request'];
  readonly response: ScriptResponse | null;
  /** Of request and response. */
  readonly taint: Taint;
}

/**
 * The state for a script with this code. What is secret is in it only where the code names it: variables whose name says so,
 * variables that hold what an earlier script made of a secret, and responses that held a token.
 */
export async function seenBy(code: string, parts: SeenParts): Promise<Seen> {
  const { context } = parts;
  const taints = [parts.taint];
  const scripted = (values: ReadonlyMap<string, ScriptedValue>) => {
    const shown: [string, JsonValue][] = [];
    for (const [name, value] of values) {
      const isSecret = value.secret !== null || value.sources.length > 0;
      // `clearAll` has to know of all.
      if (isSecret && !code.includes(name) && !code.includes('clearAll')) continue;
      if (isSecret) taints.push(value);
      shown.push([name, value.value as JsonValue]);
    }
    return Object.fromEntries(shown);
  };
  const written = async (values: Iterable<readonly [string, string]>) => {
    const shown: [string, string][] = [];
    for (const [name, raw] of values) {
      const isSecret = isSecretVariableName(name) || secretVariable(name) !== null;
      if (isSecret && !code.includes(name)) continue;
      const text = await knownText(context, raw, 0);
      taints.push(taintOfText(text));
      if (isSecret) taints.push({ secret: { kind: 'secret', name }, sources: [] });
      shown.push([name, text.text]);
    }
    return Object.fromEntries(shown);
  };
  const definitions = [...definitionsIn(context.tree)].map(
    ([name, nodes]) => [name, nodes.at(-1)?.value ?? ''] as const,
  );
  const environment = await written([...context.environment, ...Object.entries(context.overrides)]);
  const fileVariables = await written(definitions);
  const responses: Record<string, ScriptResponse> = {};
  const variables: Record<string, JsonValue> = { ...environment, ...fileVariables };
  const names = namesIn(code);
  for (const name of names) {
    const exchange = context.earlier?.exchange(name) ?? null;
    if (exchange === null) continue;
    taints.push(taintOf(exchange));
    const response = responseOf(exchange.response, 0);
    responses[exchange.name] = response;
    variables[exchange.name] = parsed(response);
  }
  const globals = scripted(parts.globals);
  const isHttpyac = context.tree.dialect === 'httpyac';
  const named = isHttpyac
    ? { ...variables, ...globals, ...scripted(parts.variables) }
    : scripted(parts.variables);
  // In httpyac it is the answer to the request before until there is one to this, unless it is a variable.
  const wantsLast = isHttpyac && names.has('response') && !Object.hasOwn(named, 'response');
  const last = wantsLast && parts.response === null ? (context.earlier?.last() ?? null) : null;
  if (last !== null) taints.push(taintOf(last));
  return {
    state: {
      globals,
      variables: named,
      fileVariables,
      environment,
      environmentName: null,
      processEnvironment: processVariables(code, context),
      request: parts.request,
      response: last === null ? parts.response : responseOf(last.response, 0),
      responses,
      // Of a loop.
      iteration: Number(context.overrides['$index'] ?? 0),
    },
    taint: joined(...taints),
  };
}

/** A response as data. */
export function responseOf(
  { status, headers, body }: Exchange['response'],
  durationMs: number,
  statusText = '',
): ScriptResponse {
  const charset = parameterOf(headerValue(headers, 'content-type') ?? '', 'charset');
  return { status, statusText, headers, body: body === null ? '' : decodeText(body, charset), durationMs };
}

/** What may be the name of a request: words, and texts in quotes. Files have thousands of requests, code has few words. */
function namesIn(code: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [word] of code.matchAll(/[\w$-]{1,200}/g)) names.add(word);
  for (const [, text = ''] of code.matchAll(/["'`]([^"'`\n]{1,200})["'`]/g)) names.add(text);
  return names;
}

/** As httpyac gives it to later scripts by the name of the request. */
function parsed({ body }: ScriptResponse): JsonValue {
  try {
    return JSON.parse(body) as JsonValue;
  } catch {
    return body;
  }
}

/** Those that the code asks for by `$env.NAME`; never one whose name says that it holds a secret of Keyturn. */
function processVariables(code: string, { processEnv, trusted }: ResolveContext): Record<string, string> {
  const found: [string, string][] = [];
  for (const [, name = ''] of trusted ? code.matchAll(/\$env(?:\.|\[["'])(\w{1,200})/g) : []) {
    const value = isSecretVariable(name) ? undefined : processEnv[name];
    if (value !== undefined) found.push([name, value]);
  }
  return Object.fromEntries(found);
}
