import {
  type Dialect,
  type IgnoredReading,
  type JsonReading,
  type ScalarReading,
  ignored,
  layout,
  limit,
  name,
  pairs,
  policy,
  remaining,
  reset,
  retry,
  used,
  window,
} from './dialect.ts';

const percentages: Pick<JsonReading, 'kind' | 'percentages' | 'resets'> = {
  kind: 'json',
  percentages: ['call_count', 'total_time', 'total_cputime', 'acc_id_util_pct'],
  resets: { estimated_time_to_regain_access: 'minutes', reset_time_duration: 'auto' },
};

/** Waits that any server may ask for, whatever its dialect; the first that can be read counts. */
export const RETRY: Dialect = {
  id: 'retry-after',
  headers: {
    'retry-after-ms': retry('ms'),
    'x-ms-retry-after-ms': retry('ms'),
    'retry-after': retry(),
    'x-retry-after': retry(),
    'x-retry-in': retry(),
  },
};

/**
 * Vendors whose header names follow no family (STEMS below), or whose values have a form of their own. A header
 * named here is read by its vendor's rule only.
 */
export const VENDORS: readonly Dialect[] = [
  {
    id: 'shopify',
    headers: { 'x-shopify-shop-api-call-limit': layout(['used', 'limit'], '/') },
  },
  {
    id: 'salesforce',
    headers: { 'sforce-limit-info': layout(['name', 'used', 'limit'], '=/(', ';') },
    buckets: { 'api-usage': { windowSeconds: 86_400 } },
  },
  {
    id: 'hubspot',
    headers: {
      'x-hubspot-ratelimit-daily': limit('daily'),
      'x-hubspot-ratelimit-daily-remaining': remaining('daily'),
      'x-hubspot-ratelimit-max': limit('interval'),
      'x-hubspot-ratelimit-remaining': remaining('interval'),
      'x-hubspot-ratelimit-interval-milliseconds': window('interval', 'ms'),
      'x-hubspot-ratelimit-secondly': limit('secondly'),
      'x-hubspot-ratelimit-secondly-remaining': remaining('secondly'),
    },
  },
  {
    id: 'bybit',
    headers: {
      'x-bapi-limit': limit(),
      'x-bapi-limit-status': remaining(),
      'x-bapi-limit-reset-timestamp': reset(),
    },
  },
  {
    id: 'bigcommerce',
    headers: {
      'x-rate-limit-requests-quota': limit(),
      'x-rate-limit-requests-left': remaining(),
      'x-rate-limit-time-reset-ms': reset('', 'ms'),
      'x-rate-limit-time-window-ms': window('', 'ms'),
    },
  },
  {
    id: 'etsy',
    headers: {
      'x-limit-per-second': limit('second'),
      'x-remaining-this-second': remaining('second'),
      'x-limit-per-day': limit('day'),
      'x-remaining-today': remaining('day'),
    },
  },
  {
    id: 'xero',
    headers: {
      'x-daylimit-remaining': remaining('day'),
      'x-minlimit-remaining': remaining('minute'),
      'x-appminlimit-remaining': remaining('app-minute'),
    },
  },
  {
    id: 'azure',
    headers: { 'x-ms-ratelimit-remaining-resource': layout(['name', 'remaining'], ';', ',') },
  },
  {
    id: 'riot',
    headers: {
      'x-app-rate-limit': layout(['limit', 'window'], ':', ',', 'app'),
      'x-app-rate-limit-count': layout(['used', 'window'], ':', ',', 'app'),
      'x-method-rate-limit': layout(['limit', 'window'], ':', ',', 'method'),
      'x-method-rate-limit-count': layout(['used', 'window'], ':', ',', 'method'),
    },
  },
  {
    id: 'zendesk',
    headers: {
      'zendesk-ratelimit-{bucket}': pairs({ total: 'limit', remaining: 'remaining', resets: 'reset' }),
    },
  },
  {
    id: 'auth0-client',
    headers: {
      'auth0-client-quota-limit': pairs({ b: 'name', q: 'limit', r: 'remaining', t: 'reset' }, ','),
    },
  },
  {
    id: 'auth0-organization',
    headers: {
      'auth0-organization-quota-limit': pairs({ b: 'name', q: 'limit', r: 'remaining', t: 'reset' }, ','),
    },
  },
  {
    id: 'binance',
    headers: {
      'x-mbx-used-weight-{window}': used('used-weight'),
      'x-mbx-order-count-{window}': used('order-count'),
      'x-sapi-used-ip-weight-{window}': used('used-ip-weight'),
      'x-sapi-used-uid-weight-{window}': used('used-uid-weight'),
    },
    buckets: { 'order-count': { unit: 'orders' } },
  },
  {
    id: 'amazon-sp-api',
    headers: { 'x-amzn-ratelimit-limit': limit() },
    // The value is a rate in requests per second, such as 0.5.
    facts: { windowSeconds: 1, unit: 'requests' },
  },
  {
    id: 'x',
    headers: {
      'x-app-limit-24hour-limit': limit('app-24hour'),
      'x-app-limit-24hour-remaining': remaining('app-24hour'),
      'x-app-limit-24hour-reset': reset('app-24hour'),
      'x-user-limit-24hour-limit': limit('user-24hour'),
      'x-user-limit-24hour-remaining': remaining('user-24hour'),
      'x-user-limit-24hour-reset': reset('user-24hour'),
    },
  },
  {
    id: 'hipchat',
    headers: {
      'x-floodcontrol-limit': limit('floodcontrol'),
      'x-floodcontrol-remaining': remaining('floodcontrol'),
      'x-floodcontrol-reset': reset('floodcontrol'),
    },
  },
  {
    id: 'sentry',
    headers: { 'x-sentry-rate-limits': layout(['reset', 'name'], ':', ',') },
    // Only what is exhausted is listed.
    facts: { remaining: 0 },
  },
  {
    id: 'meta',
    headers: {
      'x-app-usage': { ...percentages, name: null, bucket: 'app-usage' },
      'x-page-usage': { ...percentages, name: null, bucket: 'page-usage' },
      'x-ad-account-usage': { ...percentages, name: null, bucket: 'ad-account-usage' },
      'x-business-use-case-usage': { ...percentages, name: 'type', bucket: 'business-use-case-usage' },
    },
  },
  {
    id: 'anthropic',
    headers: {
      'anthropic-ratelimit-unified-5h-utilization': used('unified-5h', 'ratio'),
      'anthropic-ratelimit-unified-5h-reset': reset('unified-5h'),
      'anthropic-ratelimit-unified-7d-utilization': used('unified-7d', 'ratio'),
      'anthropic-ratelimit-unified-7d-reset': reset('unified-7d'),
      // Repeats the reset of whichever of the two binds.
      'anthropic-ratelimit-unified-reset': ignored,
    },
  },
];

/**
 * Header names of the families are `<prefix>-<stem>-<role and bucket>`: `X-RateLimit-Limit`,
 * `ratelimit-remaining-tokens`, `anthropic-ratelimit-requests-reset`. Prefix and stem together are the family's
 * root; `ratelimit` and `x-ratelimit` are two families, as both are often sent for one bucket.
 */
export const STEMS: readonly string[] = ['ratelimit', 'rate-limit'];

/** Names within a family that the grammar of roles cannot read. */
export const EXCEPTIONS: Readonly<Record<string, ScalarReading | IgnoredReading>> = {
  // Spring Cloud Gateway: a token bucket; its rate of refill and the price of this request are no bucket.
  'x-ratelimit-burst-capacity': limit(),
  'x-ratelimit-replenish-rate': ignored,
  'x-ratelimit-requested-tokens': ignored,
  // Yelp: the limit of the day belongs to RateLimit-Remaining and RateLimit-ResetTime.
  'ratelimit-dailylimit': limit(),
};

/** Vendors told by what stands before the stem (`anthropic-ratelimit-…`); their name is no bucket's name. */
export const VENDOR_PREFIXES: ReadonlyMap<string, string> = new Map([
  ['anthropic', 'anthropic'],
  ['x-contentful', 'contentful'],
  ['x-hubspot', 'hubspot'],
  ['x-ms', 'azure'],
  ['x-amzn', 'amazon'],
  ['x-shopify', 'shopify'],
  ['docker', 'docker'],
]);

/** A family's dialect that is told by a companion header, with what its documentation adds. */
export interface Variant {
  readonly id: string;
  /** Root of the family. */
  readonly root: string;
  /** Lower-case name of the header that tells it. */
  readonly sign: string;
  /** Constants by the bucket's name; `''` is the bucket without a name. */
  readonly buckets?: Readonly<Record<string, BucketConstants>>;
  /** What the columns of a list of values are (`100,1000`). */
  readonly columns?: readonly { readonly name: string; readonly windowSeconds: number }[];
}

interface BucketConstants {
  readonly windowSeconds: number;
}

const STRAVA_COLUMNS = [
  { name: '15min', windowSeconds: 900 },
  { name: 'daily', windowSeconds: 86_400 },
];

export const VARIANTS: readonly Variant[] = [
  {
    id: 'github',
    root: 'x-ratelimit',
    sign: 'x-ratelimit-resource',
    buckets: {
      core: { windowSeconds: 3600 },
      graphql: { windowSeconds: 3600 },
      search: { windowSeconds: 60 },
      code_search: { windowSeconds: 60 },
    },
  },
  { id: 'gitlab', root: 'ratelimit', sign: 'ratelimit-observed' },
  { id: 'discord', root: 'x-ratelimit', sign: 'x-ratelimit-bucket' },
  { id: 'yelp', root: 'ratelimit', sign: 'ratelimit-dailylimit', buckets: { '': { windowSeconds: 86_400 } } },
  { id: 'strava', root: 'x-ratelimit', sign: 'x-ratelimit-usage', columns: STRAVA_COLUMNS },
  { id: 'strava', root: 'x-readratelimit', sign: 'x-readratelimit-usage', columns: STRAVA_COLUMNS },
];

/**
 * Words of the families that say what a header tells. They stand right after the stem, or at the end, and what is
 * left is the bucket: `limit-requests`, `input-tokens-limit`. Longer ones are tried first.
 */
export const ROLES: Readonly<Record<string, ScalarReading>> = {
  limit: limit(),
  remaining: remaining(),
  used: used(),
  reset: reset(),
  'reset-after': reset(),
  'reset-in': reset(),
  'reset-at': reset(),
  'reset-time': reset(),
  'reset-timestamp': reset(),
  'reset-seconds': reset(),
  'reset-ms': reset('', 'ms'),
  'reset-after-ms': reset('', 'ms'),
  'retry-after': retry(),
  'retry-after-ms': retry('ms'),
};

/** Likewise, but too common as parts of other names to stand before a bucket. */
export const CLOSING_ROLES: Readonly<Record<string, ScalarReading>> = {
  resettime: reset(),
  'retry-in': retry(),
  max: limit(),
  quota: limit(),
  left: remaining(),
  available: remaining(),
  usage: used(),
  observed: used(),
  period: window(),
  window: window(),
  interval: window(),
  duration: window(),
  'interval-ms': window('', 'ms'),
  'interval-milliseconds': window('', 'ms'),
  'window-ms': window('', 'ms'),
  'window-seconds': window(),
  'interval-seconds': window(),
  resource: name(),
  bucket: name(),
  name: name(),
  policy: policy(),
};
