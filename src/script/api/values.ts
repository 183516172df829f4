// Taken before the script runs, which may replace the originals.
const { parse, stringify } = JSON;
/** As it is: undefined for what JSON has no word for. */
const write: (value: unknown) => string | undefined = stringify;
const { defineProperty, getOwnPropertyNames } = Object;
const evaluateGlobally = eval;

/** Something that Keyturn does not offer, by its name. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

export function unsupported(what: string): never {
  throw new UnsupportedError(`Keyturn doesn't support ${what} in scripts.`);
}

/** Thrown to end a script where it asks for that. */
export class ExitSignal extends Error {
  override readonly name = 'ExitSignal';
}

/** Parsed JSON of the host; undefined where it gives none. */
export function fromJson(text: string | undefined): unknown {
  return text === undefined ? undefined : parse(text);
}

/** @throws TypeError that names what cannot be JSON, such as `client.global.set("a", …)`. */
export function toJson(value: unknown, what: string): string | undefined {
  let text: string | undefined;
  try {
    text = write(value);
  } catch (error) {
    throw new TypeError(`${what}: the value can't be written as JSON: ${messageOf(error)}`);
  }
  if (text === undefined && value !== undefined) {
    throw new TypeError(`${what}: a ${typeof value} can't be written as JSON`);
  }
  return text;
}

/** As a person reads it: texts as they are, errors with their message, the rest as JSON where that is possible. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'object' && value !== null) {
    try {
      return stringify(value, null, 2);
    } catch (error) {
      return `[${messageOf(error)}]`;
    }
  }
  return String(value);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : shown(error);
}

/** A name that every script finds, though it may have its own of that name. */
export function offer(name: string, value: unknown): void {
  defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: false });
}

export function isOffered(name: string): boolean {
  return name in globalThis;
}

/** Own names, without those of a prototype that the script may have changed. */
export function namesOf(value: object): string[] {
  return getOwnPropertyNames(value);
}

/** A library of Keyturn: its text defines `keyturnLibrary`. */
export function library<Library>(
  source: string | undefined,
  check: (value: unknown) => value is Library,
): Library {
  const value: unknown = evaluateGlobally(`(function(){${source ?? ''}\nreturn keyturnLibrary})()`);
  if (!check(value)) throw new Error('A library of Keyturn is missing.');
  return value;
}
