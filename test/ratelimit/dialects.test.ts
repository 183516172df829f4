import { describe, expect, test } from 'vitest';
import { readRateLimits } from '../../src/ratelimit/read.ts';
import { cpuMs } from '../support/cpuTime.ts';

const RECEIVED_AT = Date.parse('2026-01-15T12:00:00Z');
const EPOCH = RECEIVED_AT / 1000;

/** name, limit, remaining, used, seconds to the reset, window, unit */
type Row = [
  string | null,
  number | null,
  number | null,
  number | null,
  number | null,
  number | null,
  (string | null)?,
];

interface Sample {
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  readonly source?: string;
  readonly retry?: number;
}

function read(headers: Readonly<Record<string, string>> | (readonly [string, string])[]) {
  const list = Array.isArray(headers) ? headers : Object.entries(headers);
  return readRateLimits({ status: 200, headers: list, receivedAtMs: RECEIVED_AT });
}

function rowsOf(headers: Readonly<Record<string, string>> | (readonly [string, string])[]): Row[] {
  return read(headers).limits.map((limit) => [
    limit.name,
    limit.limit,
    limit.remaining,
    limit.used,
    limit.resetAtMs === null ? null : (limit.resetAtMs - RECEIVED_AT) / 1000,
    limit.windowSeconds,
    limit.unit,
  ]);
}

const SAMPLES: readonly Sample[] = [
  {
    title: 'draft 03: the window is that of the policy with the limit as its quota, not of the first',
    headers: {
      'RateLimit-Limit': '5000, 1000;w=3600, 5000;w=86400',
      'RateLimit-Remaining': '100',
      'RateLimit-Reset': '36000',
    },
    rows: [
      [null, 5000, 100, null, 36000, 86400],
      [null, 1000, null, null, null, 3600],
    ],
    source: 'ietf-03',
  },
  {
    title: 'draft 06 with a quoted parameter that holds commas',
    headers: {
      'RateLimit-Limit': '100',
      'RateLimit-Policy': '10;w=1;comment="burst, not 100;w=5", 100;w=60',
      'RateLimit-Remaining': '40',
      'RateLimit-Reset': '12',
    },
    rows: [
      [null, 100, 40, null, 12, 60],
      [null, 10, null, null, null, 1],
    ],
    source: 'ietf-06',
  },
  {
    title: 'draft 07 without remaining',
    headers: { RateLimit: 'limit=100, reset=5', 'RateLimit-Policy': '100;w=60' },
    rows: [[null, 100, null, null, 5, 60]],
    source: 'ietf-07',
  },
  {
    title: 'draft 08 with several buckets and partition keys',
    headers: {
      RateLimit: '"user";r=5;t=30;pk=:YQ==:, "user";r=9;pk=:Yg==:, "bytes";r=1000',
      'RateLimit-Policy':
        '"user";q=10;w=60;pk=:YQ==:, "user";q=20;w=60;pk=:Yg==:, "bytes";q=65535;qu="content-bytes"',
    },
    rows: [
      ['bytes', 65535, 1000, null, null, null, 'content-bytes'],
      ['user', 20, 9, null, null, 60],
      ['user', 10, 5, null, 30, 60],
    ],
    source: 'ietf-08',
  },
  {
    title: 'Docker Hub: parameters on limit and remaining',
    headers: { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '20;w=21600' },
    rows: [[null, 100, 20, null, null, 21600]],
  },
  {
    title: 'Brave: parallel lists',
    headers: {
      'X-RateLimit-Limit': '1, 15000',
      'X-RateLimit-Policy': '1;w=1, 15000;w=2592000',
      'X-RateLimit-Remaining': '1, 1000',
      'X-RateLimit-Reset': '1, 1419704',
    },
    rows: [
      [null, 15000, 1000, null, 1419704, 2592000],
      [null, 1, 1, null, 1, 1],
    ],
  },
  {
    title: 'X',
    headers: {
      'x-rate-limit-limit': '900',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': String(EPOCH + 60),
      'x-user-limit-24hour-limit': '25',
      'x-user-limit-24hour-remaining': '24',
      'x-user-limit-24hour-reset': String(EPOCH + 86_000),
    },
    rows: [
      [null, 900, 0, null, 60, null],
      ['user-24hour', 25, 24, null, 86_000, 86_400],
    ],
  },
  {
    title: 'Discord: fractions, and the delay before the epoch',
    headers: {
      'X-RateLimit-Limit': '10',
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': String(EPOCH + 64.57),
      'X-RateLimit-Reset-After': '64.57',
      'X-RateLimit-Bucket': 'abcd1234',
      'X-RateLimit-Scope': 'user',
      'X-RateLimit-Global': 'true',
      'Retry-After': '65',
    },
    rows: [['abcd1234', 10, 0, null, 64.57, null]],
    source: 'discord',
    retry: 65,
  },
  {
    title: 'Linear: epoch in milliseconds',
    headers: {
      'X-RateLimit-Requests-Limit': '1500',
      'X-RateLimit-Requests-Remaining': '1499',
      'X-RateLimit-Requests-Reset': String((EPOCH + 3600) * 1000),
      'X-RateLimit-Complexity-Limit': '250000',
      'X-RateLimit-Complexity-Remaining': '100000',
      'X-RateLimit-Complexity-Reset': String((EPOCH + 3600) * 1000),
      'X-Complexity': '12',
    },
    rows: [
      ['complexity', 250_000, 100_000, null, 3600, null, 'complexity'],
      ['requests', 1500, 1499, null, 3600, null, 'requests'],
    ],
  },
  {
    title: "RapidAPI: Linear's names, seconds from now",
    headers: {
      'X-RateLimit-Requests-Limit': '500',
      'X-RateLimit-Requests-Remaining': '481',
      'X-RateLimit-Requests-Reset': '2591999',
    },
    rows: [['requests', 500, 481, null, 2_591_999, null, 'requests']],
  },
  {
    title: 'OpenAI: durations, buckets at the end',
    headers: {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '12ms',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-tokens': '1000',
      'x-ratelimit-reset-tokens': '6m0s',
      'x-ratelimit-limit-tokens_usage_based': '10',
      'x-ratelimit-remaining-tokens_usage_based': '9',
      'x-ratelimit-reset-tokens_usage_based': '1h0m0.5s',
    },
    rows: [
      ['tokens', 150_000, 1000, null, 360, null, 'tokens'],
      ['tokens-usage-based', 10, 9, null, 3600.5, null, 'tokens'],
      ['requests', 60, 59, null, 0.012, null, 'requests'],
    ],
  },
  {
    title: 'Azure OpenAI: -1 is unknown, what is overdrawn is empty',
    headers: {
      'x-ratelimit-limit-requests': '-1',
      'x-ratelimit-remaining-requests': '49',
      'x-ratelimit-reset-requests': '-1',
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '-230',
    },
    rows: [
      ['tokens', 1000, 0, null, null, null, 'tokens'],
      ['requests', null, 49, null, null, null, 'requests'],
    ],
  },
  {
    title: 'several windows in one name',
    headers: {
      'x-ratelimit-limit-tokens-minute': '60000',
      'x-ratelimit-remaining-tokens-minute': '30000',
      'x-ratelimit-reset-tokens-minute': '11.38',
    },
    rows: [['tokens-minute', 60_000, 30_000, null, 11.38, 60, 'tokens']],
  },
  {
    title: 'Anthropic: RFC 3339, and the unified windows',
    headers: {
      'anthropic-ratelimit-input-tokens-limit': '80000',
      'anthropic-ratelimit-input-tokens-remaining': '80000',
      'anthropic-ratelimit-input-tokens-reset': '2026-01-15T11:59:59Z',
      'anthropic-ratelimit-unified-5h-utilization': '0.2525',
      'anthropic-ratelimit-unified-5h-reset': String(EPOCH + 9000),
      'anthropic-ratelimit-unified-5h-status': 'allowed',
      'anthropic-ratelimit-unified-reset': String(EPOCH + 9000),
      'anthropic-ratelimit-unified-status': 'allowed',
    },
    rows: [
      ['unified-5h', 100, 74.75, 25.25, 9000, 18_000, 'percent'],
      ['input-tokens', 80_000, 80_000, null, -1, null, 'tokens'],
    ],
    source: 'anthropic',
  },
  {
    title: 'AspNetCoreRateLimit: the limit is the period, the reset has seven digits of fraction',
    headers: {
      'X-Rate-Limit-Limit': '1h',
      'X-Rate-Limit-Remaining': '99',
      'X-Rate-Limit-Reset': '2026-01-15T12:30:00.1234567Z',
    },
    rows: [[null, null, 99, null, 1800.123, 3600]],
  },
  {
    title: 'Yelp: names of its own within the IETF family',
    headers: {
      'RateLimit-DailyLimit': '5000',
      'RateLimit-Remaining': '4980',
      'RateLimit-ResetTime': '2026-01-16T00:00:00+00:00',
    },
    rows: [[null, 5000, 4980, null, 43_200, 86_400]],
    source: 'yelp',
  },
  {
    title: 'WooCommerce Store API: epoch and a wait under IETF names',
    headers: {
      'RateLimit-Limit': '25',
      'RateLimit-Remaining': '0',
      'RateLimit-Reset': String(EPOCH + 10),
      'RateLimit-Retry-After': '9',
    },
    rows: [[null, 25, 0, null, 10, null]],
    retry: 9,
  },
  {
    title: 'NestJS: named throttlers, the wait named too',
    headers: {
      'X-RateLimit-Limit-short': '3',
      'X-RateLimit-Remaining-short': '0',
      'X-RateLimit-Reset-short': '1',
      'X-RateLimit-Limit-long': '100',
      'X-RateLimit-Remaining-long': '90',
      'X-RateLimit-Reset-long': '50',
      'Retry-After-short': '4',
    },
    rows: [
      ['short', 3, 0, null, 1, null],
      ['long', 100, 90, null, 50, null],
    ],
    retry: 4,
  },
  {
    title: 'Salesforce: used of limit, by name',
    headers: { 'Sforce-Limit-Info': 'api-usage=25/5000; per-app-api-usage=17/250(appName=sample)' },
    rows: [
      ['per-app-api-usage', 250, 233, 17, null, null],
      ['api-usage', 5000, 4975, 25, null, 86_400],
    ],
    source: 'salesforce',
  },
  {
    title: 'HubSpot',
    headers: {
      'X-HubSpot-RateLimit-Daily': '250000',
      'X-HubSpot-RateLimit-Daily-Remaining': '249000',
      'X-HubSpot-RateLimit-Interval-Milliseconds': '10000',
      'X-HubSpot-RateLimit-Max': '100',
      'X-HubSpot-RateLimit-Remaining': '99',
      'X-HubSpot-RateLimit-Secondly': '10',
      'X-HubSpot-RateLimit-Secondly-Remaining': '9',
    },
    rows: [
      ['secondly', 10, 9, null, null, 1],
      ['interval', 100, 99, null, null, 10],
      ['daily', 250_000, 249_000, null, null, 86_400],
    ],
    source: 'hubspot',
  },
  {
    title: 'Trello',
    headers: {
      'x-rate-limit-api-key-interval-ms': '300000',
      'x-rate-limit-api-key-max': '300',
      'x-rate-limit-api-key-remaining': '299',
      'x-rate-limit-api-token-interval-ms': '10000',
      'x-rate-limit-api-token-max': '100',
      'x-rate-limit-api-token-remaining': '99',
    },
    rows: [
      ['api-token', 100, 99, null, null, 10],
      ['api-key', 300, 299, null, null, 300],
    ],
  },
  {
    title: 'Strava: two columns, and those of reading apart',
    headers: {
      'X-RateLimit-Limit': '200,2000',
      'X-RateLimit-Usage': '30,500',
      'X-ReadRateLimit-Limit': '100,1000',
      'X-ReadRateLimit-Usage': '100,400',
    },
    rows: [
      ['read 15min', 100, 0, 100, null, 900],
      ['read daily', 1000, 600, 400, null, 86_400],
      ['daily', 2000, 1500, 500, null, 86_400],
      ['15min', 200, 170, 30, null, 900],
    ],
    source: 'strava',
  },
  {
    title: 'Riot: joined on the window, not on the position',
    headers: {
      'X-App-Rate-Limit': '20:1,100:120',
      'X-App-Rate-Limit-Count': '40:120,1:1',
      'X-Method-Rate-Limit': '2000:60',
      'X-Method-Rate-Limit-Count': '2:60',
    },
    rows: [
      ['app', 100, 60, 40, null, 120],
      ['app', 20, 19, 1, null, 1],
      ['method', 2000, 1998, 2, null, 60],
    ],
    source: 'riot',
  },
  {
    title: 'Binance: use only, the window in the name, M for minute',
    headers: { 'X-MBX-USED-WEIGHT-1M': '10', 'X-MBX-ORDER-COUNT-10S': '2', 'X-MBX-ORDER-COUNT-1D': '8' },
    rows: [
      ['order-count-10s', null, null, 2, null, 10, 'orders'],
      ['used-weight-1m', null, null, 10, null, 60, 'weight'],
      ['order-count-1d', null, null, 8, null, 86_400, 'orders'],
    ],
    source: 'binance',
  },
  {
    title: 'Xero',
    headers: {
      'X-DayLimit-Remaining': '4999',
      'X-MinLimit-Remaining': '59',
      'X-AppMinLimit-Remaining': '9999',
    },
    rows: [
      ['minute', null, 59, null, null, 60],
      ['day', null, 4999, null, null, 86_400],
      ['app-minute', null, 9999, null, null, 60],
    ],
    source: 'xero',
  },
  {
    title: 'Azure Resource Manager, with a repeated header joined',
    headers: {
      'x-ms-ratelimit-remaining-subscription-reads': '11999',
      'x-ms-ratelimit-remaining-resource':
        'Microsoft.Compute/DeleteVMScaleSet3Min;107, Microsoft.Compute/DeleteVMScaleSet30Min;587',
    },
    rows: [
      ['Microsoft.Compute/DeleteVMScaleSet3Min', null, 107, null, null, 180],
      ['Microsoft.Compute/DeleteVMScaleSet30Min', null, 587, null, null, 1800],
      ['subscription-reads', null, 11_999, null, null, null, 'requests'],
    ],
    source: 'azure',
  },
  {
    title: 'Spring Cloud Gateway',
    headers: {
      'X-RateLimit-Remaining': '9',
      'X-RateLimit-Requested-Tokens': '1',
      'X-RateLimit-Burst-Capacity': '20',
      'X-RateLimit-Replenish-Rate': '10',
    },
    rows: [[null, 20, 9, null, null, null]],
  },
  {
    title: 'Contentful: a reset of no bucket in particular',
    headers: {
      'X-Contentful-RateLimit-Hour-Limit': '36000',
      'X-Contentful-RateLimit-Hour-Remaining': '35000',
      'X-Contentful-RateLimit-Second-Limit': '10',
      'X-Contentful-RateLimit-Second-Remaining': '9',
      'X-Contentful-RateLimit-Reset': '0',
    },
    rows: [
      ['second', 10, 9, null, null, 1],
      ['hour', 36_000, 35_000, null, null, 3600],
    ],
    source: 'contentful',
  },
  {
    title: 'Crossref',
    headers: { 'X-Rate-Limit-Limit': '50', 'X-Rate-Limit-Interval': '1s' },
    rows: [[null, 50, null, null, null, 1]],
  },
  {
    title: 'Meta: by use case, in minutes',
    headers: {
      'X-Business-Use-Case-Usage':
        '{"1234":[{"type":"pages","call_count":95,"total_cputime":20,"total_time":20,"estimated_time_to_regain_access":19}]}',
      'X-Ad-Account-Usage': '{"acc_id_util_pct":9.67,"reset_time_duration":100}',
    },
    rows: [
      ['pages', 100, 5, 95, 1140, null, 'percent'],
      ['ad-account-usage', 100, 90.33, 9.67, 100, null, 'percent'],
    ],
    source: 'meta',
  },
  {
    title: 'Sentry: only what is exhausted is listed',
    headers: { 'X-Sentry-Rate-Limits': '60:transaction:key, 2700:default;error:organization:quota' },
    rows: [
      ['default;error', null, 0, null, 2700, null],
      ['transaction', null, 0, null, 60, null],
    ],
    source: 'sentry',
  },
  {
    title: 'Auth0: buckets by name',
    headers: {
      'Auth0-Client-Quota-Limit': 'b=per_hour;q=100;r=99;t=1800,b=per_day;q=300;r=150;t=43200',
    },
    rows: [
      ['per_day', 300, 150, null, 43_200, 86_400],
      ['per_hour', 100, 99, null, 1800, 3600],
    ],
    source: 'auth0-client',
  },
  {
    title: 'Imgur: two families of one prefix',
    headers: {
      'X-Post-Rate-Limit-Limit': '1250',
      'X-Post-Rate-Limit-Remaining': '1249',
      'X-Post-Rate-Limit-Reset': '3600',
    },
    rows: [['post', 1250, 1249, null, 3600, null]],
  },
  {
    title: 'Traefik: an exact wait beside Retry-After',
    headers: { 'X-Retry-In': '541ms' },
    rows: [],
    retry: 0.541,
  },
  {
    title: 'resets in micro- and nanoseconds since the epoch',
    headers: {
      'X-RateLimit-Remaining-a': '1',
      'X-RateLimit-Reset-a': `${EPOCH + 5}000000`,
      'X-RateLimit-Remaining-b': '2',
      'X-RateLimit-Reset-b': `${EPOCH + 6}000000000`,
    },
    rows: [
      ['a', null, 1, null, 5, null],
      ['b', null, 2, null, 6, null],
    ],
  },
  {
    title: 'an undocumented family',
    headers: {
      'X-Acme-RateLimit-Searches-Limit': '40',
      'X-Acme-RateLimit-Searches-Remaining': '4',
      'X-Acme-RateLimit-Searches-Reset': '30',
    },
    rows: [['acme-searches', 40, 4, null, 30, null]],
    source: 'x-acme-ratelimit',
  },
];

describe('dialects', () => {
  test.each(SAMPLES.map((sample) => [sample.title, sample] as const))('%s', (_title, sample) => {
    const reading = read(sample.headers);
    expect(rowsOf(sample.headers)).toEqual(
      sample.rows.map(([name, limit, remaining, used, reset, window, unit]) => [
        name,
        limit,
        remaining,
        used,
        reset,
        window,
        unit ?? null,
      ]),
    );
    if (sample.source !== undefined) expect(reading.limits[0]?.source).toBe(sample.source);
    expect(reading.retryAfterSeconds).toBe(sample.retry ?? null);
  });
});

describe('one bucket told twice', () => {
  const draft = { 'RateLimit-Policy': '"10-in-1min"; q=10; w=60', RateLimit: '"10-in-1min"; r=9; t=60' };

  test('legacy and draft headers are one bucket, with the name, the window and the delay of the draft', () => {
    const headers = {
      'X-RateLimit-Limit': '10',
      'X-RateLimit-Remaining': '9',
      'X-RateLimit-Reset': String(EPOCH + 61),
      ...draft,
    };
    expect(rowsOf(headers)).toEqual([['10-in-1min', 10, 9, null, 60, 60, null]]);
  });

  test("the server's wrong clock does not make two of them, when Date tells it", () => {
    const headers = {
      Date: new Date(RECEIVED_AT + 3_600_000).toUTCString(),
      'X-RateLimit-Limit': '10',
      'X-RateLimit-Remaining': '9',
      'X-RateLimit-Reset': String(EPOCH + 3660),
      ...draft,
    };
    expect(rowsOf(headers)).toHaveLength(1);
  });

  test('two limiters with different counts stay two', () => {
    const headers = { 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': '42', ...draft };
    expect(rowsOf(headers)).toHaveLength(2);
  });

  test('policies of another name are not taken for the limit', () => {
    expect(rowsOf({ RateLimit: '"default";r=50;t=30', 'RateLimit-Policy': '"burst";q=100;w=60' })).toEqual([
      ['default', null, 50, null, 30, null, null],
      ['burst', 100, null, null, null, 60, null],
    ]);
  });

  test('repeated header lines are one field', () => {
    const lines: [string, string][] = [
      ['RateLimit', '"a";r=1;t=2'],
      ['ratelimit', '"b";r=3;t=4'],
      ['RateLimit-Policy', '"b";q=30;w=4'],
      ['RATELIMIT-POLICY', '"a";q=2;w=9'],
    ];
    expect(rowsOf(lines)).toEqual([
      ['b', 30, 3, null, 4, 4, null],
      ['a', 2, 1, null, 2, 9, null],
    ]);
    expect(read(lines).headers).toEqual(lines);
  });

  test('the same lines twice are one bucket', () => {
    const line: [string, string][] = [
      ['X-RateLimit-Limit', '60'],
      ['X-RateLimit-Remaining', '59'],
      ['X-RateLimit-Limit', '60'],
      ['X-RateLimit-Remaining', '59'],
    ];
    expect(rowsOf(line)).toEqual([[null, 60, 59, null, null, null, null]]);
  });
});

describe('what is not believed', () => {
  const quota = { 'X-RateLimit-Limit': '10', 'X-RateLimit-Remaining': '9' };

  test.each([
    ['-1'],
    ['NaN'],
    ['1e400'],
    ['soon'],
    ['Infinity'],
    ['0x10'],
    // The year 57223, as milliseconds taken for seconds would be.
    ['1743638400000000000000'],
    ['99999999999'],
    ['1999-01-01T00:00:00Z'],
    ['2026-13-45T99:99:99Z'],
    ['foo 2026'],
    [''],
    ['1'.repeat(5000)],
  ])('a reset of %j is unknown', (value) => {
    expect(rowsOf({ ...quota, 'X-RateLimit-Reset': value })).toEqual([[null, 10, 9, null, null, null, null]]);
  });

  test.each([['-5'], ['0']])('a reset of %s is now', (value) => {
    expect(rowsOf({ ...quota, 'X-RateLimit-Reset': value })[0]?.[4]).toBe(0);
  });

  test.each([['NaN'], ['-1'], ['unlimited'], ['1e400'], ['99999999999999999999']])(
    'counts of %s are unknown',
    (value) => {
      expect(rowsOf({ 'X-RateLimit-Limit': value, 'X-RateLimit-Remaining': value })).toEqual([]);
    },
  );

  test.each([
    ['an unfinished string', '"default;r=5'],
    ['a trailing comma', '"default";r=5,'],
    ['a token for a name', 'default;r=5'],
    ['no remaining', '"default";t=5'],
    ['a fraction', '"default";r=5.5'],
    ['a negative', '"default";r=-5'],
    ['a dictionary that is none', 'limit 5'],
    ['an inner list', '("a" "b");r=5'],
  ])('a RateLimit field with %s is ignored', (_title, value) => {
    expect(rowsOf({ RateLimit: value })).toEqual([]);
    expect(rowsOf({ RateLimit: value, ...quota })).toHaveLength(1);
  });

  test('limits of a cached response are those of another request', () => {
    const headers = { ...quota, RateLimit: '"default";r=5', 'Retry-After': '3', Age: '120' };
    expect(rowsOf(headers)).toEqual([]);
    expect(read(headers).retryAfterSeconds).toBe(3);
    expect(rowsOf({ ...headers, Age: '0' })).not.toEqual([]);
  });

  test('headers that only sound alike', () => {
    expect(
      rowsOf({
        'x-envoy-ratelimited': 'true',
        'X-RateLimit-NearLimit': 'true',
        'X-RateLimit-Type': 'user',
        'content-length': '10',
        'x-limit': '5',
      }),
    ).toEqual([]);
  });

  test('ten thousand header lines are read in bounded time', () => {
    const lines: [string, string][] = [];
    for (let at = 0; at < 10_000; at++) {
      lines.push(
        [`x-ratelimit-limit-${at}`, '10'],
        [`x-ratelimit-remaining-${at}`, '9'],
        ['RateLimit', '"a";r=1'],
      );
    }
    const started = cpuMs();
    expect(read(lines).limits.length).toBeLessThan(500);
    expect(cpuMs() - started).toBeLessThan(1000);
  });
});

describe('the wait asked for', () => {
  const retry = (headers: Readonly<Record<string, string>>) => read(headers).retryAfterSeconds;
  const date = new Date(RECEIVED_AT - 50_000).toUTCString();
  const later = new Date(RECEIVED_AT).toUTCString();

  test.each<[string, Record<string, string>, number | null]>([
    ['seconds', { 'Retry-After': '120' }, 120],
    ['a decimal', { 'Retry-After': '2.0' }, 2],
    ['a date, by the clock of the server', { 'Retry-After': later, Date: date }, 50],
    [
      'a date, by our own clock without one',
      { 'Retry-After': new Date(RECEIVED_AT + 9000).toUTCString() },
      9,
    ],
    ['a date in the old form', { 'Retry-After': 'Thursday, 15-Jan-26 12:00:05 GMT' }, 5],
    ['a date that is past', { 'Retry-After': date }, 0],
    ['milliseconds first', { 'Retry-After': '2', 'retry-after-ms': '1500' }, 1.5],
    ['milliseconds of another name', { 'x-ms-retry-after-ms': '250', 'Retry-After': '1' }, 0.25],
    ['an unreadable one leaves the next', { 'retry-after-ms': 'soon', 'Retry-After': '3' }, 3],
    ['a duration', { 'Retry-After': '1m30s' }, 90],
    ['the longest of repeated ones', { 'Retry-After': '3, 10' }, 10],
    ['a number without end', { 'Retry-After': '1e400' }, null],
    ['minus one', { 'Retry-After': '-1' }, null],
    ['nothing', {}, null],
  ])('%s', (_title, headers, seconds) => {
    expect(retry(headers)).toBe(seconds);
  });
});

test('a share beyond all measure is no reading', () => {
  const limits = read({ 'anthropic-ratelimit-unified-7d-utilization': '1.797693134862316e+304' }).limits;
  expect(limits.every(({ used, remaining }) => used === null && remaining === null)).toBe(true);
});

test('a negative quota with a window is no bucket', () => {
  expect(rowsOf({ 'X-Limit-Per-Day': '-1;w=60' })).toEqual([]);
  expect(rowsOf({ 'RateLimit-Limit': '10, -5;w=60' })).toEqual([[null, 10, null, null, null, null, null]]);
});
