/** Words of which one is enough: what is called so is a credential, whatever stands around it. */
const CREDENTIAL_WORDS = new Set([
  ...['auth', 'authorization', 'authentication', 'cookie', 'cookies', 'session', 'sessid', 'sid'],
  ...['token', 'tokens', 'jwt', 'bearer', 'dpop', 'assertion', 'secret', 'secrets', 'csrf', 'xsrf', 'otp'],
  ...[
    'password',
    'passwords',
    'passwd',
    'passphrase',
    'passcode',
    'pass',
    'pwd',
    'credential',
    'credentials',
  ],
  ...['creds', 'signature', 'sig', 'hmac', 'apikey', 'passkey', 'pin', 'totp'],
]);

/** Endings of names in one word, such as `accesstoken` and `phpsessid`. */
const CREDENTIAL_ENDINGS = [
  ...['token', 'secret', 'password', 'passwd', 'jwt', 'session', 'sessionid', 'sessid', 'credential'],
  ...['credentials', 'signature'],
];

/** With one of these a `key` names a record, a column or a message, or is meant to be known. */
const HARMLESS_KEYS = new Set([
  ...[
    'idempotency',
    'partition',
    'primary',
    'sort',
    'public',
    'foreign',
    'row',
    'cache',
    'surrogate',
    'routing',
  ],
  ...[
    'shard',
    'group',
    'hash',
    'range',
    'natural',
    'unique',
    'composite',
    'index',
    'search',
    'lookup',
    'map',
  ],
  ...[
    'object',
    'socket',
    'message',
    'translation',
    'resource',
    'project',
    'issue',
    'record',
    'entity',
    'item',
    'hot',
  ],
  ...['dedup', 'deduplication', 'event', 'order'],
  // Of words that only end so: donkey, hockey, jockey, lackey, monkey, turkey, whiskey.
  ...['don', 'hoc', 'joc', 'lac', 'mon', 'tur', 'whis'],
]);

/** With one of these a `token` says where a list goes on. */
const HARMLESS_TOKENS = new Set(['page', 'next', 'previous', 'continuation', 'pagination', 'cursor']);

/** With one of these `tokens` are counted, as by language models. */
const COUNTED = new Set([
  ...['max', 'maximum', 'min', 'minimum', 'total', 'num', 'number', 'count', 'budget', 'used', 'remaining'],
  ...['prompt', 'completion', 'input', 'output', 'reasoning', 'cached', 'thinking'],
]);

/** Last words that make of the rest something about a credential. */
const ABOUT = new Set([
  ...[
    'type',
    'types',
    'url',
    'urls',
    'uri',
    'endpoint',
    'expires',
    'expiry',
    'expiration',
    'lifetime',
    'ttl',
  ],
  ...[
    'count',
    'limit',
    'length',
    'size',
    'policy',
    'mode',
    'method',
    'format',
    'version',
    'status',
    'enabled',
  ],
  ...['required', 'duration', 'timeout', 'algorithm', 'alg', 'host', 'port', 'server', 'path', 'name'],
]);

/** Words that in the name of a variable may as well speak of a server, a number or a column. */
const VAGUE = new Set(['auth', 'authentication', 'session', 'key', 'pass', 'pin', 'sid']);

const VAGUE_MEMBERS = new Set(['auth', 'authentication', 'session', 'key', 'pin']);

/**
 * Whether a header, a query parameter, a cookie or a form field of this name holds a credential. Names are split at
 * `-`, `_`, `.` and other signs, and where small letters change to capitals.
 */
export function isCredentialName(name: string): boolean {
  const words = wordsOf(name);
  return !ABOUT.has(words.at(-1) ?? '') && credentialWord(words, words);
}

/** A random value, in one word. */
const LOOKS_RANDOM = /^(?=.*\d)(?=.*[A-Za-z])\S{16,}$/;

/**
 * Whether a member of JSON, a part of a form or a name in a script holds a credential. There `key`, `auth`, `pin` and `session`
 * alone name entries, kinds and events more often, so the value has to look like one.
 */
export function isCredentialMember(name: string, value: string): boolean {
  if (!isCredentialName(name)) return false;
  const words = wordsOf(name);
  return words.length > 1 || !VAGUE_MEMBERS.has(words[0] ?? '') || LOOKS_RANDOM.test(value);
}

/** Whether a variable of this name holds a secret: its last word has to say so. */
export function isSecretVariableName(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  if (last === 'auth' || last === 'session' || (words.length === 1 && VAGUE.has(last))) return false;
  return credentialWord([last], words);
}

/** Whether one of `looked` is the word of a credential in a name of these words. */
function credentialWord(looked: readonly string[], words: readonly string[]): boolean {
  const keys = !words.some((word) => HARMLESS_KEYS.has(word));
  const tokens = !words.some((word) => HARMLESS_TOKENS.has(word));
  return looked.some((word) => {
    if (word === 'key') return keys;
    if (word === 'tokens') return tokens && !words.some((each) => COUNTED.has(each));
    if (word === 'token') return tokens;
    if (CREDENTIAL_WORDS.has(word)) return true;
    if (word.endsWith('key')) return !HARMLESS_KEYS.has(word.slice(0, -3));
    const ending = CREDENTIAL_ENDINGS.find((each) => word.endsWith(each));
    return ending !== undefined && !(ending === 'token' && HARMLESS_TOKENS.has(word.slice(0, -5)));
  });
}

/** `X-AuthToken2` → `x`, `auth`, `token`; what is one word in spite of its capitals stays one: `DPoP`, `PHPSessID`. */
function wordsOf(name: string): string[] {
  return name
    .split(/[^A-Za-z\d]+/)
    .flatMap((part) => {
      const whole = part.toLowerCase();
      const isOne = CREDENTIAL_WORDS.has(whole) || /(?:sessid|sessionid|passwd|password|jwt)$/.test(whole);
      return isOne ? [whole] : part.split(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/);
    })
    .map((word) => word.toLowerCase().replace(/\d{1,6}$/, ''))
    .filter((word) => word !== '');
}
