import { applyEdits, modify } from 'jsonc-parser';
import { KeyturnError } from '../base/errors.ts';
import { parseJsonText } from '../base/jsonText.ts';
import { hasVariable } from './variables.ts';

/** A profile as it is written into keyturn.json. */
export type WrittenProperties = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/**
 * The text of a keyturn.json with one more profile; comments and layout stay. An empty text becomes a whole file.
 * Fails with `profile_invalid` where the text is no keyturn.json or has the name already, and where a value would be
 * read as a variable.
 */
export function withProfile(text: string, name: string, written: WrittenProperties): string {
  // What a server said must not name a variable, whose value would go to that server.
  if (hasVariable(JSON.stringify(Object.values(written)))) {
    throw new KeyturnError('profile_invalid', 'The profile could not be added: a value holds "{{".');
  }
  return withWrittenProfile(text, name, written);
}

/** The same for properties whose variables Keyturn itself put there. */
export function withWrittenProfile(text: string, name: string, written: WrittenProperties): string {
  const before = text.trim() === '' ? '{}' : text;
  const { root, errors } = parseJsonText(before);
  const tokens = root?.children?.find(({ children }) => children?.[0]?.value === 'tokens')?.children?.[1];
  const unfit =
    root?.type !== 'object' || errors.length > 0 || (tokens !== undefined && tokens.type !== 'object');
  if (unfit) {
    throw new KeyturnError('profile_invalid', 'The profile could not be added: keyturn.json has errors.', {
      hint: 'Correct them first: the editor marks each.',
    });
  }
  if (tokens?.children?.some(({ children }) => children?.[0]?.value === name) === true) {
    throw new KeyturnError('profile_invalid', `The profile "${name}" is declared already.`);
  }
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: before.includes('\r\n') ? '\r\n' : '\n' };
  const after = applyEdits(before, modify(before, ['tokens', name], written, { formattingOptions }));
  return after.endsWith('\n') ? after : `${after}\n`;
}

/** A name for the profile of an API, after its host: `reports` for `api.reports.example.com`. Free among `taken`. */
export function profileNameFor(host: string, taken: ReadonlySet<string>): string {
  const labels = host.replace(/:\d+$/, '').split('.');
  const generic = new Set(['api', 'www', 'localhost', 'com', 'org', 'net', 'io', 'dev']);
  const isAddress = labels.every((label) => /^\d+$/.test(label)) || host.includes('[');
  const wanted = isAddress ? 'api' : (labels.find((label) => !generic.has(label)) ?? 'api');
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number++) if (!taken.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
}
