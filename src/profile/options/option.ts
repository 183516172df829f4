import * as v from 'valibot';
import { hasVariable } from '../variables.ts';

/** Replaces the variables of one text. Fails with `profile_invalid`. */
export type Fill = (text: string) => string;

/** Makes the error for a value that a variable must not bring in. */
export type Refuse = (message: string) => Error;

/** Tells what is wrong with a value; `path` leads further into it. */
export type AddValueFault = (
  message: string,
  path?: readonly (string | number)[],
  code?: 'value_invalid' | 'secret_in_file',
) => void;

/** A property of a profile that only some grants or ways to authenticate use. */
export interface Option<Value> {
  /** Its value where the profile does not name it. */
  readonly none: Value;
  /** Its type as it is written, for messages that call it `name`. */
  written(name: string): v.GenericSchema<unknown, NonNullable<Value>>;
  /** The value with its variables replaced. */
  fill(value: NonNullable<Value>, fill: Fill, refuse: Refuse): NonNullable<Value>;
  /** What the type alone does not say. Texts that still hold variables are left for later. */
  check(value: NonNullable<Value>, name: string, add: AddValueFault): void;
}

/** Options by name; their order is that of the documentation. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** A text; `fault` says what is wrong with one that is not empty. */
export function text(
  fault: (value: string, name: string) => string | null = () => null,
): Option<string | null> {
  return {
    none: null,
    written: (name) => v.string(`"${name}" must be a string.`),
    fill: (value, fill) => fill(value),
    check(value, name, add) {
      const message = hasVariable(value) ? null : fault(value, name);
      if (message !== null) add(message);
    },
  };
}

/** A text that says nothing when it is empty. */
export function filledText(): Option<string | null> {
  return text((value, name) => (value === '' ? `"${name}" must not be empty.` : null));
}

/** A whole number of seconds. */
export function seconds(least: number): Option<number | null> {
  return {
    none: null,
    written: (name) => v.number(`"${name}" must be a number of seconds.`),
    fill: (value) => value,
    check(value, name, add) {
      if (!Number.isSafeInteger(value) || value < least) add(`"${name}" must be a whole number of seconds.`);
    },
  };
}

/** One of a few words, listed in `message`. */
export function choice<const Word extends string>(
  words: readonly Word[],
  message: string,
): Option<Word | null> {
  return {
    none: null,
    written: () => v.picklist(words, message),
    fill: (value) => value,
    check: () => undefined,
  };
}

export const flag: Option<boolean> = {
  none: false,
  written: (name) => v.boolean(`"${name}" must be true or false.`),
  fill: (value) => value,
  check: () => undefined,
};

/** Any JSON below names; strings at any depth may hold variables. */
export const json: Option<Readonly<Record<string, unknown>> | null> = {
  none: null,
  written: (name) => v.record(v.string(), v.unknown(), `"${name}" must be an object.`),
  fill: (value, fill) => mapValues(value, (item) => fillJson(item, fill)),
  check: () => undefined,
};

export function mapValues<Value, Result>(
  object: Readonly<Record<string, Value>>,
  map: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}

/** The depth of keyturn.json is bounded by its parser. */
function fillJson(value: unknown, fill: Fill): unknown {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((item: unknown) => fillJson(item, fill));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fillJson(item, fill)]));
}
