import type { Dialect } from './tree.ts';

/** What a sign says for each dialect. */
export type Scores = Partial<Record<Dialect, number>>;

/** No other tool reads the construct so. */
export const certain = 100;
/** Others read it too, but it is rare in their files. */
export const likely = 10;
/** A habit. */
export const hint = 1;

/** `# @key` metadata that one tool defines. */
export const metadataSigns: Readonly<Record<string, Scores>> = {
  ...signs({ httpyac: certain }, [
    ...[
      'ref',
      'forceRef',
      'loop',
      'sleep',
      'ratelimit',
      'disabled',
      'keepStreaming',
      'keep-streaming',
      'openWith',
    ],
    ...[
      'injectVariables',
      'inject-variables',
      'responseRef',
      'jwt',
      'verbose',
      'extension',
      'tag',
      'grpcReflection',
    ],
    ...[
      'forceRegionDelimiter',
      'noGqlParsing',
      'post-redirect-get',
      'noRejectUnauthorized',
      'no-reject-unauthorized',
    ],
    ...[
      'noStreamingLog',
      'no-streaming-log',
      'noResponseView',
      'no-response-view',
      'force-ref',
      'save',
      'debug',
    ],
  ]),
  import: { httpyac: likely },
  ...signs({ jetbrains: likely }, ['no-log', 'no-auto-encoding', 'connection-timeout', 'use-os-credentials']),
  ...signs({ kulala: certain }, [
    ...['accept', 'env', 'jq', 'secret', 'stdin-cmd', 'stdin-cmd-pre', 'env-stdin-cmd', 'env-stdin-cmd-pre'],
    ...[
      'env-json-key',
      'write-body-to-temporary-file',
      'graphql',
      'attach-cookie-jar',
      'delay',
      'grpc-protoset',
    ],
    ...['grpc-import-path', 'grpc-proto', 'grpc-global-plaintext', 'grpc-plaintext', 'grpc-v'],
  ]),
  prompt: { 'rest-client': likely, kulala: hint },
  note: { 'rest-client': hint },
  expect: { 'rest-client': certain },
};

function signs(scores: Scores, keys: readonly string[]): Record<string, Scores> {
  return Object.fromEntries(keys.map((key) => [key, scores]));
}

/** `{{$name …}}` that only some tools know. */
const dynamicVariableSigns: Readonly<Record<string, Scores>> = {
  ...signs({ 'rest-client': certain }, ['$aadToken', '$aadV2Token', '$oidcAccessToken']),
  $dotenv: { 'rest-client': hint },
  ...signs({ 'rest-client': hint, 'visual-studio': hint }, [
    '$guid',
    '$datetime',
    '$localDatetime',
    '$processEnv',
  ]),
  ...signs({ jetbrains: likely, kulala: likely }, ['$auth.token', '$auth.idToken']),
  ...signs({ jetbrains: hint, httpyac: hint, kulala: hint }, ['$uuid', '$isoTimestamp', '$random.uuid']),
  ...signs({ jetbrains: hint, kulala: hint }, ['$random.integer', '$random.alphabetic', '$random.email']),
  ...signs({ httpyac: certain }, [
    '$global',
    '$input',
    '$input-askonce',
    '$password',
    '$pick',
    '$pick-askonce',
  ]),
};

/** Methods that REST Client and Visual Studio do not know. */
export const lateMethods = new Set(['SSE', 'EVENTSOURCE', 'MQTT', 'MQTTS', 'AMQP', 'GRPC', 'WS', 'WSS']);
export const plainMethods = new Set([
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'WEBSOCKET',
  'GRAPHQL',
]);

/** What an expression in `{{ }}` says that is no plain name. */
export function expressionScores(expression: string): Scores {
  if (expression.startsWith('$')) {
    const name = /^\$[\w.-]+/.exec(expression)?.[0] ?? '';
    const key = name.startsWith('$global.') ? '$global' : name;
    return Object.hasOwn(dynamicVariableSigns, key) ? (dynamicVariableSigns[key] ?? {}) : {};
  }
  if (expression.startsWith('%')) return { 'rest-client': likely };
  if (/^[\w-]+\.(response|request)\.(body|headers)\./.test(expression)) {
    return expression.includes('.cookies.') ? { kulala: likely } : { 'rest-client': likely, kulala: hint };
  }
  if (/^[\w-]+\.response\.(cookies|status)/.test(expression)) return { kulala: likely };
  if (/^response\.|^new |^Buffer\./.test(expression) || /[\w\])]\(/.test(expression)) {
    return { httpyac: likely };
  }
  return /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/.test(expression) ? { httpyac: hint } : {};
}

/** What a line inside a `{% %}` script says. */
export function scriptScores(text: string): Scores {
  if (/^\s*-- lua/.test(text) || text.includes('response.body.json') || text.includes('request.replay(')) {
    return { kulala: certain };
  }
  return /\brequire\(/.test(text) ? { kulala: likely } : {};
}
