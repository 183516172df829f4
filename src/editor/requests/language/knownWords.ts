/** Methods of RFC 9110, PATCH of RFC 5789 and QUERY of the IETF draft. */
export const methods: readonly (readonly [method: string, says: string])[] = [
  ['GET', 'Read a resource'],
  ['POST', 'Create, or hand in for processing'],
  ['PUT', 'Replace a resource'],
  ['PATCH', 'Change a part of a resource'],
  ['DELETE', 'Remove a resource'],
  ['HEAD', 'GET without the body'],
  ['OPTIONS', 'What may be done with a resource'],
  ['TRACE', 'Loop the request back'],
  ['QUERY', 'Read, with the question in the body'],
];

/** What `# @…` lines can say. */
export const metadataKeys: readonly (readonly [key: string, says: string])[] = [
  ['name', 'The name of the request'],
  ['token', 'The token that the request is sent with'],
  ['scope', 'The scope of the token in this request alone'],
  ['note', 'Ask before the request is sent, with this text'],
  ['disabled', 'Do not send the request'],
  ['no-redirect', 'Do not follow redirects'],
  ['timeout', 'How long the whole request may take, such as 30 s'],
  ['connection-timeout', 'How long the connection may take, such as 5 s'],
  ['insecure', 'Do not verify the certificate of the server'],
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
  ['$guid', 'A new UUID'],
  ['$uuid', 'A new UUID'],
  ['$timestamp', 'Seconds since 1970, with an offset if wanted: $timestamp -1 d'],
  ['$datetime iso8601', 'The time in UTC: iso8601, rfc1123 or a format'],
  ['$localDatetime iso8601', 'The time in the local zone: iso8601, rfc1123 or a format'],
  ['$randomInt 0 1000', 'A number from the first to below the second'],
  ['$processEnv NAME', 'A variable of the process'],
  ['$dotenv NAME', 'A variable of the .env file'],
];
