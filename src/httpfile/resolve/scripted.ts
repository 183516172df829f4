import type { TokenSource } from '../earlier/exchange.ts';
import { type SecretOrigin, Traced } from './traced.ts';

/** What a script was given that is secret: all that it hands out may be made of it. */
export interface Taint {
  readonly secret: SecretOrigin | null;
  /** Earlier exchanges whose tokens it saw. */
  readonly sources: readonly TokenSource[];
}

/** The value of a variable that a script set. */
export interface ScriptedValue extends Taint {
  /** JSON. */
  readonly value: unknown;
}

/** What scripts of the session and of this request gave variables, and what works out expressions. */
export interface Scripted {
  /** Null where no script set it. */
  variable(name: string): ScriptedValue | null;
  /**
   * The value of an expression of httpyac; `known` has the variables of the file that stand in it. `line` is zero-based.
   * Fails with `script_failed`.
   */
  evaluate(expression: string, line: number, known: ReadonlyMap<string, Traced>): Promise<ScriptedValue>;
}

/** `name`, or `name.member.0` of a variable that is an object; null where no script set it. */
export function scriptedVariable(scripted: Scripted | undefined, name: string): ScriptedValue | null {
  const whole = scripted?.variable(name) ?? null;
  if (whole !== null) return whole;
  const [root = '', ...members] = name.split('.');
  const found = members.length === 0 ? null : (scripted?.variable(root) ?? null);
  if (found === null) return null;
  let value = found.value;
  for (const member of members) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return null;
    value = Reflect.get(value, member);
  }
  return { ...found, value };
}

/** As it stands in a request: texts as they are, the rest as JSON. */
export function scriptedText({ value, secret, sources }: ScriptedValue): Traced {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) as string | undefined);
  return secret === null ? Traced.plain(text ?? '') : Traced.secret(text ?? '', secret, sources);
}
