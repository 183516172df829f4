import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten-core';
import { DIGESTS, REPORTS, STATE_PARTS, TEXT_FORMS, type StatePart, type TextForm } from './api/host.ts';
import type { Collector } from './collector.ts';
import type { ScriptState } from './job.ts';

/** What the functions below work on while a script runs. */
export interface HostWork {
  readonly state: ScriptState;
  readonly collector: Collector;
  /** Characters of the longest text that the script's memory has room for. */
  readonly longestText: number;
}

const MOST_RANDOM_BYTES = 65_536;

/**
 * All that a script can reach outside of its sandbox: each function takes texts and gives a text or nothing. None takes a
 * path, an address or code, and none gives an object.
 */
export function hostFunctions(
  work: () => HostWork,
  sourceOf: (name: string) => string | null,
): Readonly<Record<string, (...texts: (string | undefined)[]) => string | undefined>> {
  return {
    state: (part) => stateText(oneOf(STATE_PARTS, part), work()),
    report: (report, name, text, stack) => {
      work().collector.report(oneOf(REPORTS, report), name ?? '', text, stack);
      return undefined;
    },
    digest: (name, data, form, key, keyForm) => {
      const algorithm = oneOf(DIGESTS, name);
      const bytes = bytesOf(data, form);
      const hash = key === undefined ? createHash(algorithm) : createHmac(algorithm, bytesOf(key, keyForm));
      return hash.update(bytes).digest('hex');
    },
    convert: (text, from, to) => textOf(bytesOf(text, from), oneOf(TEXT_FORMS, to)),
    random: (bytes) => {
      const count = Number(bytes);
      if (!Number.isInteger(count) || count < 0 || count > MOST_RANDOM_BYTES)
        throw new Error('Too many bytes.');
      return randomBytes(count).toString('hex');
    },
    source: (name) => {
      const source = sourceOf(name ?? '');
      return source ?? undefined;
    },
  };
}

/** An object in the sandbox with these functions, whose arguments arrive as texts, or as nothing. */
export function installed(
  context: QuickJSContext,
  functions: ReturnType<typeof hostFunctions>,
): QuickJSHandle {
  const host = context.newObject();
  for (const [name, act] of Object.entries(functions)) {
    const made = context.newFunction(name, (...handles) => {
      const texts = handles.map((handle) =>
        context.typeof(handle) === 'string' ? context.getString(handle) : undefined,
      );
      const result = act(...texts);
      return result === undefined ? context.undefined : context.newString(result);
    });
    // The handle stays, so that no script frees the function, which the next one needs.
    context.setProp(host, name, made);
  }
  return host;
}

function stateText(part: StatePart, { state, longestText }: HostWork): string | undefined {
  const text = partText(part, state);
  if (text !== undefined && text.length > longestText) {
    throw new Error(
      `The ${part === 'responseBody' ? "response's body" : part} is too long for the memory that a script has.`,
    );
  }
  return text;
}

function partText(part: StatePart, state: ScriptState): string | undefined {
  switch (part) {
    case 'responseBody':
      return state.response?.body;
    case 'response':
      return state.response === null ? undefined : JSON.stringify({ ...state.response, body: '' });
    case 'request':
      return state.request === null ? undefined : JSON.stringify(state.request);
    default:
      return JSON.stringify(state[part]);
  }
}

function bytesOf(text: string | undefined, form: string | undefined): Buffer {
  return Buffer.from(text ?? '', oneOf(TEXT_FORMS, form));
}

function textOf(bytes: Buffer, form: TextForm): string {
  return bytes.toString(form);
}

function oneOf<Name extends string>(names: readonly Name[], wanted: string | undefined): Name {
  const found = names.find((name) => name === wanted);
  if (found === undefined) throw new Error(`There is no ${wanted ?? 'nameless one'}.`);
  return found;
}
