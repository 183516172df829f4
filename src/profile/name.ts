/** What declares the tokens of a folder. */
export const PROFILE_FILE_NAME = 'keyturn.json';

/** Upper bound on a profile's name, which becomes part of keys, labels and variable names. */
export const LONGEST_NAME = 100;

/** Names stand in `# @token name` and `{{$token name}}`, so they hold nothing that ends them there. */
export function isValidName(name: string): boolean {
  return name.length > 0 && name.length <= LONGEST_NAME && !/[\s{}"'<>\x00-\x1f\x7f-\x9f]/.test(name);
}
