import type { RequestNode } from '../../httpfile/parse/tree.ts';

/** A password in plain text in the body of a login. */
export interface PlainPassword {
  readonly value: string;
  /** Zero-based, in the lines of the body's text. */
  readonly line: number;
  readonly column: number;
}

const NAME = '(?:password|passwd|pwd|passphrase|client_?secret|secret)';
/** Values with escapes or variables would not be the same at another place. */
const IN_JSON = new RegExp(`"${NAME}"\\s{0,20}:\\s{0,20}"([^"\\\\{}\\n]{1,500})"`, 'id');
const IN_FORM = new RegExp(`(?:^|&)${NAME}=([\\w.~-]{1,500})(?=&|$)`, 'id');

/** The first one; null where the body holds none. */
export function plainPassword({ body }: RequestNode): PlainPassword | null {
  if (body.kind !== 'text' || body.data !== undefined) return null;
  for (const [line, text] of body.text.split('\n').entries()) {
    const match = IN_JSON.exec(text) ?? IN_FORM.exec(text.trimEnd());
    const [value, at] = [match?.[1], match?.indices?.[1]];
    if (value !== undefined && at !== undefined) return { value, line, column: at[0] };
  }
  return null;
}
