import { KeyturnError } from '../base/errors.ts';
import type { Files } from '../base/files.ts';
import type { HeaderList, HttpRequest, SecretValue } from '../http/message.ts';
import type { ForeignTokenSource, RequestTarget, WantedToken } from '../httpfile/resolve/foreignToken.ts';
import { maskedDisguise, resolveRequest, type ResolvedRequest } from '../httpfile/resolve/resolve.ts';
import type { ResolveContext } from '../httpfile/resolve/resolveContext.ts';
import type { ApiCertificates } from '../oauth/client/boundCertificate.ts';
import { isDpopBound } from '../oauth/client/provenRequest.ts';
import { foreignProfile } from '../foreign/foreignProfiles.ts';
import type { ForeignTokens } from '../foreign/foreignTokens.ts';
import { tokenKey } from '../profile/key.ts';
import { downScopedProfile } from '../token/downScoped.ts';
import type { TokenProfile } from '../profile/profile.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { registerTokenValue } from '../token/registerToken.ts';
import { applyToken } from './sendAs.ts';
import type { TokenManager } from '../token/manager.ts';
import type { AcquiredToken, AcquireOptions } from '../token/acquire.ts';
import { TimedFiles } from '../base/timedFiles.ts';
import { untrusted } from '../base/untrusted.ts';
import { CapturedTokenCheck } from './session/capturedTokenCheck.ts';
import type { Asker, RunInput } from './engine.ts';
import { GeneratedValues } from './generated.ts';
import { OriginCheck, type OriginCheckParts } from './originCheck.ts';
import { ProofSigner, type SignerParts } from './proofSigner.ts';
import { requireRefreshOrigins } from './refreshOrigins.ts';
import { requestSettings, type RequestSettings } from './settings.ts';
import { shownCertificate } from './shownCertificate.ts';
import { tokenFailure } from './tokenFailure.ts';
import type { ShownRequest } from './masked.ts';
import { urlToSafeHost } from './secretHost.ts';
import { isInsecureHost, UnverifiedCheck } from './unverified.ts';
import { absoluteUrl, destinationsOf } from './url.ts';
import { writtenCredentials, writtenInBody } from './writtenCredentials.ts';

export interface PrepareParts extends OriginCheckParts, SignerParts {
  readonly asker: Pick<Asker, 'allowOrigin' | 'sendUnverified'>;
  readonly files: Files;
  readonly tokens: TokenManager;
  readonly redactor: Redactor;
  /** What requests show to APIs where their tokens may be bound to it. */
  readonly certificates: ApiCertificates;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** The profile that `name` means in `file`: `profile_unknown`, `profile_invalid`. */
  findProfile(file: string, name: string, variables: ReadonlyMap<string, string>): Promise<TokenProfile>;
  /** Tokens that files ask for in the words of other tools. Absent: they are refused. */
  readonly foreign?: ForeignParts;
}

export interface ForeignParts {
  readonly tokens: ForeignTokens;
  /** The entry of Security → Auth of this id in the environment that `file` uses; null where there is none. */
  authEntry(file: string, id: string): Promise<Readonly<Record<string, unknown>> | null>;
}

/** A request that is ready to be sent. */
export interface Prepared {
  readonly request: HttpRequest;
  /** The token of `# @token`, else the first that stands in the request. */
  readonly primary: AcquiredToken | null;
  /** All that stand in the request. */
  readonly tokens: readonly AcquiredToken[];
  /** Where the primary token is bound to a key. */
  readonly signer: ProofSigner | null;
  /** What the person should know of the request: sentences. */
  readonly notes: readonly string[];
  /** How people see it. */
  readonly shown: ShownRequest;
}

/** Makes the request of one node, and the same request again with another token. */
export class Preparation {
  /** The line that the request stands on, for the audit. */
  readonly cause: string;
  readonly #parts: PrepareParts;
  readonly #input: RunInput;
  readonly #signal: AbortSignal | undefined;
  readonly #settings: RequestSettings;
  readonly #variables: ReadonlyMap<string, string>;
  readonly #origins: OriginCheck;
  readonly #captured: CapturedTokenCheck;
  readonly #unverified: UnverifiedCheck;
  readonly #files: TimedFiles;
  readonly #generated = new GeneratedValues();
  readonly #acquired = new Map<string, Promise<AcquiredToken>>();
  readonly #startedAtMs: number;
  #resolved: ResolvedRequest | null = null;
  #sendsRefreshToken = false;

  /** Fails like `requestSettings`. */
  constructor(parts: PrepareParts, input: RunInput, signal: AbortSignal | undefined) {
    this.cause = `${input.file}:${input.node.line + 1}`;
    this.#parts = parts;
    this.#input = input;
    this.#signal = signal;
    this.#settings = requestSettings(input.node, input.options, input.tokenName);
    this.#variables = withOverrides(input.environment, input.overrides);
    this.#origins = new OriginCheck(parts, this.cause);
    this.#captured = new CapturedTokenCheck(parts.asker, input);
    this.#unverified = new UnverifiedCheck(parts.asker);
    this.#files = new TimedFiles(parts.files, this.#settings.totalTimeoutMs, signal);
    this.#startedAtMs = parts.clock.now();
  }

  async prepare(): Promise<Prepared> {
    const { options } = this.#input;
    const settings = this.#settings;
    const resolved = await this.#resolve();
    const { disguises } = resolved;
    const { line } = this.#input.node;
    let url = urlToSafeHost(resolved.url, disguises, resolved.headers, line);
    let shownAs = disguises[0] === undefined ? url : absoluteUrl(disguises[0], resolved.headers);
    let headers = resolved.headers;
    let { made } = resolved;
    const destinations = destinationsOf(url, headers);
    await this.#captured.check(resolved.tokenSources, destinations);
    if (this.#sendsRefreshToken) requireRefreshOrigins(this.#input.obtains, destinations);
    const secrets: SecretValue[] = [...resolved.tokenValues];
    // The bare tokens are registered already; what a file made of them reads differently.
    for (const { value, tokenName } of secrets) this.#parts.redactor.registerGiven(value, tokenName);
    const inBody = writtenInBody(headers, resolved.body);
    if (inBody.length > 0) made = { ...made, body: true };
    for (const value of [...writtenCredentials(url, headers), ...inBody]) {
      this.#parts.redactor.registerGiven(value);
    }

    // Every token that stands somewhere in the request must be allowed to go where the request goes.
    for (const pending of this.#acquired.values()) {
      const { profile } = await pending;
      await this.#origins.check(profile, destinations);
      await this.#checkVerified(profile.name, url);
    }
    let primary: AcquiredToken | null = null;
    if (settings.tokenName !== null) {
      // Asked before the token is obtained: a refused origin costs no refresh.
      if (options.trusted) {
        await this.#origins.check(await this.#profileOf(settings.tokenName), destinations);
        await this.#checkVerified(settings.tokenName, url);
      }
      primary = await this.#acquire(settings.tokenName);
      const { profile, token } = primary;
      const sent = applyToken({ url, headers }, sentProfile(primary), token.accessToken);
      shownAs = applyToken({ url: shownAs, headers }, sentProfile(primary), token.accessToken).url;
      ({ url, headers } = sent);
      if (sent.header !== null) made = { ...made, headers: new Set([...made.headers, sent.header]) };
      for (const value of sent.secrets) {
        registerTokenValue(this.#parts.redactor, profile, value);
        secrets.push({ tokenName: profile.name, value });
      }
    } else {
      const [first] = this.#acquired.values();
      if (first !== undefined) primary = await first;
    }

    const signer = this.#signer(primary, headers, destinations);
    const tokens = await Promise.all(this.#acquired.values());
    const clientCertificate = await shownCertificate(
      primary === null ? tokens : [primary, ...tokens],
      url,
      this.#parts.certificates,
      this.#signal ?? neverAborted,
    );
    return {
      primary,
      tokens,
      signer,
      notes: resolved.notes,
      shown: {
        href: url.href,
        url: maskedDisguise(shownAs.href, resolved.urlSecrets),
        parameters: new Set(
          primary !== null && 'query' in primary.profile.sendAs ? [primary.profile.sendAs.query] : [],
        ),
        values: resolved.shownHeaders,
      },
      request: {
        method: resolved.method,
        url,
        headers,
        omittedHeaders: resolved.omittedHeaders,
        body: resolved.body,
        secrets,
        made,
        followRedirects: settings.followRedirects,
        verifyTls: settings.verifyTls && !isInsecureHost(url, options),
        connectTimeoutMs: settings.connectTimeoutMs,
        totalTimeoutMs: this.#files.leftMs,
        maxBodyBytes: options.maxBodyBytes,
        ...(signer === null ? {} : { signer }),
        ...(clientCertificate === null ? {} : { clientCertificate }),
      },
    };
  }

  /**
   * The same request with a fresh token in place of the one that the server refused; null when there is no other.
   * Fails like `TokenManager.acquire`.
   */
  async withFreshToken(refused: AcquiredToken): Promise<Prepared | null> {
    const rejected = refused.token.accessToken;
    const fresh = await this.#parts.tokens.acquire(refused.profile, {
      ...this.#asking(),
      force: true,
      rejected,
    });
    if (fresh.token.accessToken === rejected) return null;
    for (const [name, pending] of this.#acquired) {
      if ((await pending).token === refused.token) this.#acquired.set(name, Promise.resolve(fresh));
    }
    // Only where the token stands in the text itself does the text have to be worked out again.
    if (this.#resolved !== null && this.#resolved.tokenValues.length > 0) this.#resolved = null;
    return this.prepare();
  }

  async #resolve(): Promise<ResolvedRequest> {
    const { tree, node, file, overrides, environment, options } = this.#input;
    const { processEnv, clock, foreign } = this.#parts;
    this.#generated.rewind();
    this.#resolved ??= await resolveRequest({
      tree,
      node,
      file,
      files: this.#files,
      overrides,
      environment,
      processEnv,
      clock: { now: () => this.#startedAtMs, at: (atMs, callback) => clock.at(atMs, callback) },
      trusted: options.trusted,
      generate: this.#generated.generate,
      token: async (name) => (await this.#acquire(name)).token.accessToken,
      ...this.#refreshToken(),
      ...(this.#input.memory && { earlier: this.#input.memory }),
      ...(foreign && { foreign: this.#foreignSource(foreign) }),
    });
    return this.#resolved;
  }

  #refreshToken(): Pick<ResolveContext, 'refreshToken'> {
    const { profile, refreshToken } = this.#input.obtains ?? {};
    if (profile === undefined || refreshToken === undefined || refreshToken === null) return {};
    return {
      refreshToken: () => {
        this.#sendsRefreshToken = true;
        return { tokenName: `refresh token of ${profile.name}`, value: refreshToken.value };
      },
    };
  }

  /** A host that the settings name is not asked about: the person said so, not the file. */
  async #checkVerified(tokenName: string, url: URL): Promise<void> {
    if (this.#settings.verifyTls || isInsecureHost(url, this.#input.options)) return;
    await this.#unverified.check(tokenName, url);
  }

  #acquire(name: string): Promise<AcquiredToken> {
    let pending = this.#acquired.get(name);
    if (pending === undefined) {
      this.#requireTrust();
      pending = this.#profileOf(name)
        .then((profile) => this.#parts.tokens.acquire(profile, this.#asking()))
        .catch((error: unknown) => {
          throw tokenFailure(name, error);
        });
      this.#acquired.set(name, pending);
    }
    return pending;
  }

  #asking(): Pick<AcquireOptions, 'signal' | 'cause' | 'file' | 'neededFor'> {
    const { cause } = this;
    const { file, obtains } = this.#input;
    return {
      cause,
      file,
      ...(this.#signal && { signal: this.#signal }),
      ...(obtains && { neededFor: obtains.profile }),
    };
  }

  #requireTrust(): void {
    if (this.#input.options.trusted) return;
    throw untrusted('Keyturn uses tokens only in a trusted workspace.', 'use its tokens');
  }

  #foreignSource(foreign: ForeignParts): ForeignTokenSource {
    return {
      entry: (id) => foreign.authEntry(this.#input.file, id),
      token: (wanted, target) => this.#foreignToken(foreign.tokens, wanted, target),
    };
  }

  /** The person is asked before the token is obtained: a refused origin costs no sign-in. */
  async #foreignToken(tokens: ForeignTokens, wanted: WantedToken, target: RequestTarget) {
    this.#requireTrust();
    const { line } = this.#input.node;
    const url = urlToSafeHost(target.url, [target.disguise], target.headers, line);
    const made = foreignProfile(wanted, { origin: url.origin, file: this.#input.file });
    await this.#origins.checkUndeclared(made.profile, destinationsOf(url, target.headers));
    tokens.use(made);
    const name = `foreign ${tokenKey(made.profile)}`;
    let pending = this.#acquired.get(name);
    if (pending === undefined) {
      pending = this.#parts.tokens
        .acquire(made.profile, {
          ...this.#asking(),
          ...(made.anew ? { reauthenticate: { scope: null, acrValues: null, maxAge: null } } : {}),
        })
        .catch((error: unknown) => {
          throw tokenFailure(made.profile.name, error);
        });
      this.#acquired.set(name, pending);
    }
    const { token, profile } = await pending;
    const secret = made.idToken ? token.idToken : token.accessToken;
    if (secret === null) {
      throw new KeyturnError('id_token_invalid', `The token "${profile.name}" has no ID token.`, {
        hint: 'Add openid to the scope, and use a grant with a sign-in.',
        data: { token: profile.name },
      });
    }
    registerTokenValue(this.#parts.redactor, profile, secret);
    return { secret, text: made.withScheme ? `Bearer ${secret}` : secret };
  }

  async #profileOf(name: string): Promise<TokenProfile> {
    const profile = await this.#parts.findProfile(this.#input.file, name, this.#variables);
    const { scope, tokenName } = this.#settings;
    return scope === null || name !== tokenName ? profile : downScopedProfile(profile, scope);
  }

  #signer(
    primary: AcquiredToken | null,
    headers: HeaderList,
    destinations: readonly URL[],
  ): ProofSigner | null {
    if (primary === null || !isDpopBound(primary.token)) return null;
    // A proof that was written by hand is what shall be sent.
    if (headers.some(([name]) => name.toLowerCase() === 'dpop')) return null;
    return new ProofSigner(this.#parts, primary, destinations.at(-1)?.host ?? '');
  }
}

const neverAborted = new AbortController().signal;

/** A token that is bound to a key goes by a scheme of its own (RFC 9449 section 7.1). */
function sentProfile({ profile, token }: AcquiredToken): Pick<TokenProfile, 'name' | 'sendAs'> {
  if (!isDpopBound(token) || !('scheme' in profile.sendAs)) return profile;
  return { name: profile.name, sendAs: { scheme: 'DPoP' } };
}

function withOverrides(
  environment: ReadonlyMap<string, string>,
  overrides: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const above = Object.entries(overrides);
  return above.length === 0 ? environment : new Map([...environment, ...above]);
}
