import { OPTIONS, type OptionName } from './grants/all.ts';
import type { Fill, Option, Refuse } from './options/option.ts';

type Value<O> = O extends Option<infer V> ? V : never;

/** What only some grants use; properties of the profile itself in `keyturn.json`, under the same names. */
export type ProfileOptions = { readonly [Name in OptionName]: Value<(typeof OPTIONS)[Name]> };

export const OPTION_NAMES = Object.keys(OPTIONS).filter((name): name is OptionName => name in OPTIONS);

/** The options of a profile that names none. */
export const noOptions: ProfileOptions = filled((name) => OPTIONS[name].none);

/** The options with their variables replaced, in every text at any depth. */
export function resolveOptions(options: ProfileOptions, fill: Fill, refuse: Refuse): ProfileOptions {
  return filled((name) => {
    const option: Option<unknown> = OPTIONS[name];
    const value = options[name];
    return value === null ? null : option.fill(value, fill, refuse);
  });
}

/** The value of an option that is a text. */
export function textOption(options: ProfileOptions, name: OptionName): string | null {
  const value = options[name];
  return typeof value === 'string' ? value : null;
}

/** One value for each option, of its own type. */
function filled(valueOf: (name: OptionName) => unknown): ProfileOptions {
  // Each value comes from the option of its own name, which no type of TypeScript can say of a loop.
  return Object.fromEntries(OPTION_NAMES.map((name) => [name, valueOf(name)])) as unknown as ProfileOptions;
}
