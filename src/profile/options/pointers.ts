import { text } from './option.ts';
import type { OptionPages } from './page.ts';

/** RFC 6901 section 3. */
const pointer = text((value, name) =>
  (value === '' || value.startsWith('/')) && !/~(?![01])/.test(value)
    ? null
    : `"${name}" must be a JSON pointer, such as "/status/token".`,
);

/** Where in the JSON of a source the token and its expiry stand. */
export const pointerOptions = { tokenPointer: pointer, expiryPointer: pointer };

export const pointerPages: OptionPages<typeof pointerOptions> = {
  tokenPointer: {
    schema: {
      type: 'string',
      description:
        'JSON pointer (RFC 6901) to the token in the output, keychain entry or variable. Without it, Keyturn finds the token by its usual names.',
      examples: ['/status/token'],
      pattern: '\\{\\{|^(/.*)?$',
    },
    doc: 'JSON pointer (RFC 6901) to the token, such as `/status/token`.',
  },
  expiryPointer: {
    schema: {
      type: 'string',
      description:
        'JSON pointer (RFC 6901) to the expiry of the token: seconds, a time since 1970 or a date. Without it, Keyturn finds the expiry by its usual names.',
      examples: ['/status/expirationTimestamp'],
      pattern: '\\{\\{|^(/.*)?$',
    },
    doc: 'JSON pointer to its expiry.',
  },
};
