import fc from 'fast-check';

/** What stands between the parts of a language, and what often breaks a reader. */
const tokens = [
  ...[
    '{{',
    '}}',
    '{{{{',
    '{%',
    '%}',
    '###',
    '#',
    '//',
    '@',
    '@a={{a}}\n',
    '= ',
    ':=',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
  ],
  ...[
    '<',
    '< ./f.bin\n',
    '<@utf16le ./f.bin\n',
    '>> ',
    '>',
    '<>',
    '??',
    '&',
    '?',
    '%',
    '\\',
    '"',
    "'",
    '`',
    '$',
  ],
  ...[
    'HTTP/1.1',
    ' HTTP/2 200\n',
    'Content-Type: ',
    'multipart/form-data; boundary=',
    '--b',
    'charset=utf-16',
  ],
  ...['GET ', 'post ', 'GRAPHQL ', 'query {', 'fragment A on A {...A}', '...A', 'gql A < ./f.bin\n', 'curl '],
  ...['{{$datetime "', '{{$randomInt 1 ', '{{$random.integer(', '{{$token a}}', '{{a.response.body.$..a}}'],
  ...['\0', '\u2028', '\ufeff', '\ud800', '🔑', '\u00a0', ' ', '\t', 'ü', '0', '-1', '9'.repeat(30)],
].map((token) => new TextEncoder().encode(token));

/** One change of a file's bytes; places are shares of its length. */
export type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly value: number }
  | { readonly kind: 'insert'; readonly at: number; readonly token: number }
  | { readonly kind: 'remove' | 'repeat'; readonly at: number; readonly length: number }
  /** A part of another sample. */
  | { readonly kind: 'splice'; readonly at: number; readonly from: number; readonly length: number };

const share = fc.double({ min: 0, max: 1, noNaN: true });
const length = fc.nat({ max: 80 });
export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: share, value: fc.nat({ max: 255 }) }),
  fc.record({ kind: fc.constant('insert' as const), at: share, token: fc.nat({ max: tokens.length - 1 }) }),
  fc.record({ kind: fc.constantFrom('remove' as const, 'repeat' as const), at: share, length }),
  fc.record({ kind: fc.constant('splice' as const), at: share, from: share, length }),
);

/** The text of the changed bytes, as an editor shows it. */
export function mutated(bytes: Uint8Array, mutations: readonly Mutation[], other: Uint8Array): string {
  let now = bytes;
  for (const change of mutations) {
    const at = Math.floor(change.at * now.length);
    now = Buffer.concat([now.subarray(0, at), ...middle(now, at, change, other)]);
  }
  return new TextDecoder().decode(now);
}

/** What stands from `at` on. */
function middle(now: Uint8Array, at: number, change: Mutation, other: Uint8Array): Uint8Array[] {
  switch (change.kind) {
    case 'flip':
      return [Uint8Array.of(change.value), now.subarray(at + 1)];
    case 'insert':
      return [tokens[change.token] ?? new Uint8Array(), now.subarray(at)];
    case 'remove':
      return [now.subarray(at + change.length)];
    case 'repeat':
      return [now.subarray(at, at + change.length), now.subarray(at)];
    case 'splice': {
      const from = Math.floor(change.from * other.length);
      return [other.subarray(from, from + change.length), now.subarray(at)];
    }
  }
}
