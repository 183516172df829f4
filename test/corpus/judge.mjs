/** Headers that a client works out anew or keeps for itself. */
const notCompared = new Set([
  'authorization',
  'content-length',
  'x-request-type',
  'connection',
  'cookie',
  'host',
]);

/** @typedef {import('./proxy.mjs').Seen} Seen */

/** Whether what arrived is the expected request, whatever its variables stand for. */
export function isExpected(seen, want) {
  if (want.method !== undefined && seen.method !== sentMethod(want.method)) return false;
  if (want.url === undefined) return true;
  // A variable at the start may hold anything: a scheme, an origin, an origin with a path.
  const rest = want.url.trim().startsWith('{{')
    ? want.url.trim().replace(/#.*$/s, '')
    : afterOrigin(want.url);
  return matches(rest, afterOrigin(seen.url)) || matches(rest, seen.url);
}

/** The first expected header that did not arrive as written; null where all did. */
export function missingHeader(seen, want) {
  const arrived = [];
  for (let at = 0; at < seen.headers.length; at += 2)
    arrived.push([seen.headers[at].toLowerCase(), seen.headers[at + 1]]);
  for (const [name, value] of want.headers ?? []) {
    const lower = name.toLowerCase();
    if (notCompared.has(lower) || lower.includes('{{')) continue;
    if (!arrived.some(([key, text]) => key === lower && matches(value, text))) return name;
  }
  return null;
}

function sentMethod(method) {
  return method === 'GRAPHQL' ? 'POST' : method;
}

/** Path and query, without the fragment. */
function afterOrigin(url) {
  const rest = url
    .trim()
    .replace(/#.*$/s, '')
    .replace(/^(?:[a-z]+:\/\/[^/?]*|[^/?{]+)/i, '');
  return rest === '' ? '/' : rest;
}

/** Compares as a person would: percent-encoded or not, spaces aside, `{{…}}` for anything. */
function matches(written, arrived) {
  return pattern(written, '/?$').test(squeezed(arrived));
}

function pattern(written, end) {
  const parts = written
    .split(/\{\{[^{}]*\}\}/)
    .map((part) => squeezed(part).replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
  return new RegExp(`^/?${parts.join('[^]*')}${end}`, 'i');
}

function squeezed(text) {
  return decoded(text).replaceAll(/[\s\\]/g, '');
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const protocols = new Set([
  'WEBSOCKET',
  'WS',
  'WSS',
  'GRPC',
  'MQTT',
  'MQTTS',
  'AMQP',
  'AMQPS',
  'SSE',
  'EVENTSOURCE',
]);

/**
 * What a request needs from outside its file, as the error says it; null where the fault lies elsewhere.
 * @param {string} text of the file
 */
export function outside(error, want, text) {
  if (protocols.has(want.method) || /^(wss?|mqtts?|amqps?|grpc):/i.test(want.url ?? ''))
    return 'another protocol';
  if (text.includes('[[.') || /^@\w+\s*=\s*<[A-Z ]+>\s*$/m.test(text)) return 'a value for a placeholder';
  const message = error?.message ?? '';
  switch (error?.code) {
    case 'file_unreadable':
    case 'import_unreadable':
      return 'a file that is not there';
    case 'variable_unknown': {
      if (message.startsWith('The process has no variable')) return 'a variable of the process';
      if (message.startsWith('No .env file')) return 'a .env that is not there';
      const name = /^The variable (\S+)/.exec(message)?.[1];
      if (name === undefined || isMadeIn(text, name)) return null;
      return 'a variable of an environment that is not there';
    }
    case 'request_not_found': {
      const name = /named (\S+)/.exec(message)?.[1];
      return name === undefined || isMadeIn(text, name) ? null : 'a request of another file';
    }
    case 'input_needed':
    case 'prompt_needed':
      return 'an answer of a person';
    case 'profile_invalid':
      return 'a sign-in';
    case 'request_invalid':
      return message.includes('only a path and there is no Host') ? 'a host' : null;
    case 'unsupported':
      if (message.includes('an account of the editor')) return 'a sign-in';
      return /@prompt|prompts?\b|\$(prompt|input|password|pick)\b/.test(message)
        ? 'an answer of a person'
        : null;
    case 'sign_in_required':
    case 'no_token':
    case 'token_missing':
    case 'secret_missing':
      return 'a sign-in';
    default:
      return null;
  }
}

/** Whether the file itself gives a variable its value: by a definition, a script or a request of that name. */
function isMadeIn(text, name) {
  const [root] = name.split('.');
  const word = root.replaceAll(/[$()*+.?[\\\]^{|}-]/g, '\\$&');
  return new RegExp(
    [
      `^\\s*@${word}\\s*:?=`,
      `@(?:name|prompt|ref|forceRef|loop for)\\s+${word}\\b`,
      `(?:set|variables\\.set)\\(\\s*["'\`]${word}["'\`]`,
      `(?:exports|\\$global|client\\.global)\\.${word}\\b`,
      `@(?:jq|save|env-json-key|env-header-key|env-stdin-cmd)\\s+${word}\\b`,
      `^#{3,}\\s*${word}\\s*$`,
    ].join('|'),
    'm',
  ).test(text);
}

/** Whether a body arrived where one is expected, with its beginning, and none where none is. */
export function isBodyExpected({ body }, want) {
  if (want.bodyKind === undefined || want.ambiguous === true) return true;
  if ((want.bodyKind === 'none') !== (body.length === 0)) return false;
  if (want.bodyKind !== 'text' || want.bodyStartsWith === undefined) return true;
  // The beginning may end inside of a variable.
  const written = want.bodyStartsWith.replace(/\{\{[^}]*\}?$/, '{{}}');
  return pattern(written, '').test(squeezed(body.toString('utf8')));
}

/** The message without what differs from file to file, so that equal reasons are counted together. */
export function reasonOf(error) {
  const words = error.message
    .split('\n')[0]
    .replaceAll(/ ?\(line \d+\)| on line \d+|Line \d+: ?/g, '')
    .replaceAll(/\{\{([^}]*)\}\}/g, (_all, inner) => `{{${kindOf(inner.trim())}}}`)
    .replaceAll(/"[^"]*"/g, '"…"')
    .replaceAll(/https?:\/\/[^\s]+/g, 'URL')
    .replaceAll(/(?<![\w.])[\w-]+(?:\.[\w-]+)+:\d+/g, 'HOST');
  return `${error.code}: ${words}`;
}

function kindOf(expression) {
  if (/^[\w-]+\.(response|request)\./.test(expression)) return 'x.response…';
  if (expression.startsWith('$')) return expression.split(/[\s(]/)[0];
  if (/^[\w-]+$/.test(expression)) return 'name';
  return /^[\w-]+(\.[\w-]+)+$/.test(expression) ? 'a.b' : 'expression';
}
