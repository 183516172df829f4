import type { Clock } from '../clock.ts';
import { asKeyturnError, KeyturnError } from '../errors.ts';
import type { Files } from '../files.ts';
import type { BodySink, HeaderList, HttpClient, HttpRequest, SecretValue } from '../http/message.ts';
import { resolveRequest } from '../httpfile/resolve.ts';
import { readRateLimits } from '../ratelimit/read.ts';
import type { RateLimit } from '../ratelimit/rateLimit.ts';
import type { ConsentStore } from '../token/consent.ts';
import { tokenKey } from '../token/key.ts';
import { isSecureUrl, originAllowed } from '../token/origin.ts';
import type { TokenProfile } from '../token/profile.ts';
import type { Redactor } from '../token/redactor.ts';
import { applyToken } from '../token/sendAs.ts';
import type { AcquiredToken, TokenManager } from '../token/tokenManager.ts';
import type { Asker, Engine, RunInput } from './engine.ts';
import type { RequestResult, TokenUse } from './result.ts';
import { requestSettings } from './settings.ts';
import { absoluteUrl, destinationsOf } from './url.ts';

export interface EngineParts {
  readonly files: Files;
  readonly clock: Clock;
  readonly client: HttpClient;
  readonly tokens: TokenManager;
  readonly redactor: Redactor;
  readonly asker: Pick<Asker, 'allowOrigin'>;
  readonly consent: ConsentStore;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** The profile that `name` means in `file`: `profile_unknown`, `profile_invalid`. */
  findProfile(file: string, name: string, variables: ReadonlyMap<string, string>): Promise<TokenProfile>;
  /** Opens a file for a response body. */
  openSink(location: string): Promise<BodySink>;
}

/** The way of one request, in the order of docs/architecture.md. */
export function createEngine(parts: EngineParts): Engine {
  return {
    run: (input, signal) => run(parts, input, signal),
    dispose: () => parts.client.close(),
  };
}

interface Prepared {
  readonly request: HttpRequest;
  readonly primary: AcquiredToken | null;
}

async function run(parts: EngineParts, input: RunInput, signal?: AbortSignal): Promise<RequestResult> {
  const startedAtMs = parts.clock.now();
  const result = (rest: Partial<RequestResult>): RequestResult => ({
    file: input.file,
    node: input.node,
    request: null,
    response: null,
    rateLimits: [],
    rateLimitHeaders: [],
    retryAfterSeconds: null,
    token: null,
    error: null,
    startedAtMs,
    finishedAtMs: parts.clock.now(),
    ...rest,
  });
  let shown: Partial<RequestResult> = {};
  try {
    const { request, primary } = await prepare(parts, input, signal);
    shown = { request: shownRequest(parts.redactor, request), token: primary && tokenUse(primary) };
    const response = await parts.client.send(request, signal);
    const reading = readRateLimits(response);
    return result({
      ...shown,
      response: {
        ...response,
        statusText: parts.redactor.mask(response.statusText),
        headers: maskHeaders(parts.redactor, response.headers),
        url: parts.redactor.mask(response.url),
        redirects: response.redirects.map((redirect) => ({
          ...redirect,
          from: parts.redactor.mask(redirect.from),
          to: parts.redactor.mask(redirect.to),
        })),
      },
      rateLimits: reading.limits.map((limit) => maskLimit(parts.redactor, limit)),
      rateLimitHeaders: maskHeaders(parts.redactor, reading.headers),
      retryAfterSeconds: reading.retryAfterSeconds,
    });
  } catch (thrown) {
    const error = asKeyturnError(thrown);
    return result({
      ...shown,
      error: {
        code: error.code,
        message: parts.redactor.mask(error.message),
        hint: error.hint === undefined ? null : parts.redactor.mask(error.hint),
      },
    });
  }
}

async function prepare(parts: EngineParts, input: RunInput, signal?: AbortSignal): Promise<Prepared> {
  const settings = requestSettings(input.node, input.options, input.tokenName);
  const acquired = new Map<string, Promise<AcquiredToken>>();
  const variables = withOverrides(input.environment, input.overrides);
  const profileOf = (name: string) => parts.findProfile(input.file, name, variables);
  const acquire = (name: string): Promise<AcquiredToken> => {
    let pending = acquired.get(name);
    if (pending === undefined) {
      if (!input.options.trusted) {
        throw new KeyturnError('untrusted_workspace', 'Tokens are used only in a trusted workspace.', {
          hint: 'Trust this workspace to use its tokens.',
        });
      }
      pending = profileOf(name).then((profile) => parts.tokens.acquire(profile, signal ? { signal } : {}));
      acquired.set(name, pending);
    }
    return pending;
  };

  const resolved = await resolveRequest({
    tree: input.tree,
    node: input.node,
    file: input.file,
    files: parts.files,
    overrides: input.overrides,
    environment: input.environment,
    processEnv: parts.processEnv,
    clock: parts.clock,
    trusted: input.options.trusted,
    token: async (name) => (await acquire(name)).token.accessToken,
  });
  let url = absoluteUrl(resolved.url, resolved.headers);
  let headers = resolved.headers;
  const destinations = destinationsOf(url, headers);
  const secrets: SecretValue[] = resolved.tokenValues.map(({ tokenName, value }) => ({ tokenName, value }));

  // Every token that stands somewhere in the request must be allowed to go where the request goes.
  for (const pending of acquired.values()) {
    await checkOrigins(parts, (await pending).profile, destinations);
  }
  let primary: AcquiredToken | null = null;
  if (settings.tokenName !== null) {
    // Asked before the token is obtained: a refused origin costs no refresh.
    if (input.options.trusted) await checkOrigins(parts, await profileOf(settings.tokenName), destinations);
    primary = await acquire(settings.tokenName);
    const sent = applyToken({ url, headers }, primary.profile, primary.token.accessToken);
    ({ url, headers } = sent);
    for (const value of sent.secrets) {
      parts.redactor.register(value, primary.profile.name);
      secrets.push({ tokenName: primary.profile.name, value });
    }
  } else {
    const [first] = acquired.values();
    if (first !== undefined) primary = await first;
  }

  const insecureHost = input.options.trusted && input.options.insecureHosts.includes(url.hostname);
  return {
    primary,
    request: {
      method: resolved.method,
      url,
      headers,
      body: resolved.body,
      secrets,
      followRedirects: settings.followRedirects,
      verifyTls: settings.verifyTls && !insecureHost,
      connectTimeoutMs: settings.connectTimeoutMs,
      totalTimeoutMs: settings.totalTimeoutMs,
      maxBodyBytes: input.options.maxBodyBytes,
      ...(input.options.saveBodyTo === null
        ? {}
        : { saveBodyTo: await parts.openSink(input.options.saveBodyTo) }),
    },
  };
}

function withOverrides(
  environment: ReadonlyMap<string, string>,
  overrides: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const above = Object.entries(overrides);
  return above.length === 0 ? environment : new Map([...environment, ...above]);
}

async function checkOrigins(
  parts: EngineParts,
  profile: TokenProfile,
  destinations: readonly URL[],
): Promise<void> {
  for (const destination of destinations) await checkOrigin(parts, profile, destination);
}

async function checkOrigin(parts: EngineParts, profile: TokenProfile, url: URL): Promise<void> {
  if (originAllowed(profile.origins, url)) return;
  if (!isSecureUrl(url)) {
    throw new KeyturnError(
      'insecure_origin',
      `Token ${profile.name} may not be sent to ${url.origin}, which is not encrypted.`,
      {
        hint: 'Use https: plain http is possible for this computer alone.',
        data: { token: profile.name, origin: url.origin },
      },
    );
  }
  const key = tokenKey(profile);
  if ((await parts.consent.allowed(key)).includes(url.origin)) return;
  const answer = await parts.asker.allowOrigin({
    tokenName: profile.name,
    origin: url.origin,
    allowed: profile.origins,
  });
  if (answer === 'remember') await parts.consent.remember(key, url.origin);
  if (answer !== 'refuse') return;
  throw new KeyturnError('origin_not_allowed', `Token ${profile.name} may not be sent to ${url.origin}.`, {
    hint: `It may go to ${profile.origins.join(', ')}. Add the origin to its profile to allow it.`,
    data: { token: profile.name, origin: url.origin },
  });
}

function tokenUse({ profile, token, status, refreshed }: AcquiredToken): TokenUse {
  return { name: profile.name, status, refreshed, expiresAtMs: token.expiresAtMs };
}

function maskHeaders(redactor: Redactor, headers: HeaderList): HeaderList {
  return headers.map(([name, value]) => [redactor.mask(name), redactor.mask(value)] as const);
}

/** What a server calls its limits may be a token too, as with limits that are counted by key. */
function maskLimit(redactor: Redactor, limit: RateLimit): RateLimit {
  const mask = (text: string | null) => (text === null ? null : redactor.mask(text));
  return {
    ...limit,
    name: mask(limit.name),
    unit: mask(limit.unit),
    partitionKey: mask(limit.partitionKey),
  };
}

/** Credentials that were written into the file itself are the person's, but a report is no place for them. */
const credentialHeaders = new Set(['authorization', 'proxy-authorization', 'cookie']);

function shownRequest(redactor: Redactor, request: HttpRequest): NonNullable<RequestResult['request']> {
  return {
    method: request.method,
    url: redactor.mask(withoutPassword(request.url)),
    headers: request.headers.map(([name, value]) => {
      const masked = redactor.mask(value);
      return [
        redactor.mask(name),
        credentialHeaders.has(name.toLowerCase()) ? withoutCredentials(masked) : masked,
      ] as const;
    }),
  };
}

function withoutPassword({ href, password }: URL): string {
  return password === '' ? href : href.replace(`:${password}@`, ':•••@');
}

/** Keeps the scheme, which helps to see what was sent. */
function withoutCredentials(value: string): string {
  const space = value.indexOf(' ');
  return space > 0 && space < 32 ? `${value.slice(0, space)} •••` : '•••';
}
