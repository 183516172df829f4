import { l10n } from 'vscode';

/** Methods of RFC 9110, PATCH of RFC 5789 and QUERY of the IETF draft. */
export const methods: readonly (readonly [method: string, says: string])[] = [
  ['GET', l10n.t('Read a resource')],
  ['POST', l10n.t('Create a resource, or submit data')],
  ['PUT', l10n.t('Replace a resource')],
  ['PATCH', l10n.t('Change a part of a resource')],
  ['DELETE', l10n.t('Remove a resource')],
  ['HEAD', l10n.t('GET without the body')],
  ['OPTIONS', l10n.t('Ask which methods a resource allows')],
  ['TRACE', l10n.t('Get the request back as the server received it')],
  ['QUERY', l10n.t('Read with a query in the body')],
];

/** What `# @…` lines can say. */
export const metadataKeys: readonly (readonly [key: string, says: string])[] = [
  ['name', l10n.t('Name of the request')],
  ['token', l10n.t('Token to send the request with')],
  ['scope', l10n.t('Scope of the token for this request only')],
  ['note', l10n.t('Ask with this text before sending the request')],
  ['disabled', l10n.t('Do not send the request')],
  ['no-redirect', l10n.t('Do not follow redirects')],
  ['timeout', l10n.t('Limit for the whole request, such as 30 s')],
  ['connection-timeout', l10n.t('Limit for connecting, such as 5 s')],
  ['insecure', l10n.t('Do not verify the certificate of the server')],
];

/** Request headers of common use, from the IANA registry. */
export const headerNames: readonly string[] = [
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Authorization',
  'Cache-Control',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Type',
  'Cookie',
  'Date',
  'DPoP',
  'Expect',
  'Forwarded',
  'From',
  'Host',
  'Idempotency-Key',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'If-Unmodified-Since',
  'Link',
  'Origin',
  'Pragma',
  'Prefer',
  'Priority',
  'Range',
  'Referer',
  'TE',
  'Traceparent',
  'Tracestate',
  'User-Agent',
  'X-API-Key',
  'X-Correlation-ID',
  'X-Forwarded-For',
  'X-Request-ID',
  'X-Requested-With',
];

const mediaTypes: readonly string[] = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=boundary',
  'application/xml',
  'application/problem+json',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/graphql-response+json',
  'application/octet-stream',
  'text/plain',
  'text/html',
  'text/csv',
];

/** Values that are usual for a header, by its lower-case name. */
export const headerValues: Readonly<Record<string, readonly string[]>> = {
  accept: ['*/*', ...mediaTypes],
  'content-type': mediaTypes,
  'accept-encoding': ['gzip, deflate, br, zstd', 'gzip', 'identity'],
  authorization: ['Bearer {{$token }}', 'Basic '],
  'cache-control': ['no-cache', 'no-store', 'max-age=0'],
  'content-encoding': ['gzip', 'br', 'zstd'],
  expect: ['100-continue'],
  prefer: ['return=minimal', 'return=representation', 'respond-async'],
};

/** Variables that make their own value, with their arguments. */
export const dynamicVariables: readonly (readonly [variable: string, says: string])[] = [
  ['$guid', l10n.t('A new UUID')],
  ['$uuid', l10n.t('A new UUID')],
  ['$timestamp', l10n.t('Seconds since 1970, with an offset if wanted: $timestamp -1 d')],
  ['$datetime iso8601', l10n.t('The time in UTC: iso8601, rfc1123 or a format')],
  ['$localDatetime iso8601', l10n.t('The time in the local zone: iso8601, rfc1123 or a format')],
  ['$randomInt 0 1000', l10n.t('A whole number from the first up to, but not including, the second')],
  ['$processEnv NAME', l10n.t('An environment variable of the process')],
  ['$refreshToken', l10n.t('The stored refresh token, in a request that refreshes a token')],
  ['$dotenv NAME', l10n.t('A variable of the .env file')],
];
