import { abortable } from '../base/abortable.ts';
import { KeyturnError } from '../base/errors.ts';
import { type DigestChallenges, DigestSigner } from '../http/auth/digestSigner.ts';
import { schemeSigner } from '../http/auth/schemeSigner.ts';
import { secretsOf, SHORTEST_SECRET } from '../http/auth/credentials.ts';
import type { Files } from '../base/files.ts';
import type { SentSecret, TokenSource } from '../httpfile/earlier/exchange.ts';
import type { HeaderList, HttpRequest, SecretValue, ShownCertificate } from '../http/message.ts';
import type { ForeignTokenSource, RequestTarget, WantedToken } from '../httpfile/resolve/foreignToken.ts';
import { lookUp, maskedDisguise, resolveRequest, type ResolvedRequest } from '../httpfile/resolve/resolve.ts';
import type { ResolveContext } from '../httpfile/resolve/resolveContext.ts';
import type { Traced } from '../httpfile/resolve/traced.ts';
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
import type { Answers } from './directives/answers.ts';
import { GeneratedValues } from './generated.ts';
import type { HostCertificates } from './hostCertificate.ts';
import { OriginCheck, type OriginCheckParts } from './originCheck.ts';
import { ProofSigner, type SignerParts } from './proofSigner.ts';
import type { RequestScripts } from './scripts/requestScripts.ts';
import { requireRefreshOrigins } from './session/refreshOrigins.ts';
import { requestSettings, type RequestSettings } from './settings.ts';
import { SessionCookies } from './session/sessionCookies.ts';
import { shownCertificate } from './shownCertificate.ts';
import { tokenFailure } from './tokenFailure.ts';
import type { ShownRequest } from './masked.ts';
import { urlToSafeHost } from './secretHost.ts';
import { isInsecureHost, UnverifiedCheck } from './unverified.ts';
import { absoluteUrl, destinationsOf } from './url.ts';
import { writtenCredentials, writtenInBody } from './writtenCredentials.ts';

export interface PrepareParts extends OriginCheckParts, SignerParts {
  readonly digestChallenges: DigestChallenges;
  readonly asker: Pick<Asker, 'allowOrigin' | 'sendUnverified'>;
  readonly files: Files;
  readonly tokens: TokenManager;
  readonly redactor: Redactor;
  /** What requests show to APIs where their tokens may be bound to it. */
  readonly certificates: ApiCertificates;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** The profile that `name` means in `file`: `profile_unknown`, `profile_invalid`. */
  findProfile(file: string, name: string, variables: ReadonlyMap<string, string>): Promise<TokenProfile>;
  /** Of other tools' settings. Absent: none is shown. */
  readonly hostCertificates?: HostCertificates;
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
  /** Where the file writes user and password for Digest. */
  readonly digest: DigestSigner | null;
  /** What the person should know of the request: sentences. */
  readonly notes: readonly string[];
  /** Get the body of the response. */
  readonly responseFiles: ResolvedRequest['responseFiles'];
  /** The secrets in it, and where they may go. */
  readonly sent: readonly SentSecret[];
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
  readonly #answers: Answers;
  readonly #acquired = new Map<string, Promise<AcquiredToken>>();
  readonly #startedAtMs: number;
  /** Null where no script runs. */
  readonly #scripts: RequestScripts | null;
  #ranScripts = false;
  #resolved: ResolvedRequest | null = null;
  #sendsRefreshToken = false;

  /** Fails like `requestSettings`. */
  constructor(
    parts: PrepareParts,
    input: RunInput,
    signal: AbortSignal | undefined,
    answers: Answers,
    scripts: RequestScripts | null = null,
  ) {
    this.#scripts = scripts;
    this.cause = `${input.file}:${input.node.line + 1}`;
    this.#parts = parts;
    this.#input = input;
    this.#signal = signal;
    this.#settings = requestSettings(input.node, input.options, input.tokenName, input.tree.dialect);
    this.#variables = withOverrides(input.environment, input.overrides);
    this.#origins = new OriginCheck(parts, this.cause);
    this.#captured = new CapturedTokenCheck(parts.asker, input);
    this.#unverified = new UnverifiedCheck(parts.asker);
    this.#files = new TimedFiles(parts.files, this.#settings.totalTimeoutMs, signal);
    this.#answers = answers;
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

    const { credentials } = resolved;
    if (credentials !== null && (url.username !== '' || url.password !== '')) {
      throw new KeyturnError(
        'request_invalid',
        'The URL has a user besides that of the Authorization header.',
        {
          hint: 'Write user and password in one of the two places: those of a URL go out as Basic.',
        },
      );
    }
    for (const value of credentials === null ? [] : secretsOf(credentials)) {
      this.#parts.redactor.registerGiven(value);
      if (value.length >= SHORTEST_SECRET) secrets.push({ tokenName: '', value });
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

    const proofs = this.#signer(primary, headers, destinations);
    // A token that is sent as Authorization stands in the place of what the file writes there.
    const isReplaced = credentials === null || (primary !== null && made.headers.has('authorization'));
    const { digestChallenges, clock } = this.#parts;
    const computed = isReplaced ? null : schemeSigner(credentials, digestChallenges, () => clock.now());
    if (computed !== null) made = { ...made, headers: new Set([...made.headers, 'authorization']) };
    const signer = proofs ?? computed;
    const tokens = await Promise.all(this.#acquired.values());
    const jar = settings.usesCookies ? (this.#input.cookies ?? null) : null;
    const cookies = new SessionCookies(jar, this.#parts.redactor);
    const clientCertificate =
      (await shownCertificate(
        primary === null ? tokens : [primary, ...tokens],
        url,
        this.#parts.certificates,
        this.#signal ?? neverAborted,
      )) ?? (await this.#hostCertificate(url));
    return {
      primary,
      tokens,
      signer: proofs,
      digest: computed instanceof DigestSigner ? computed : null,
      sent: sentSecrets(
        secrets,
        url.origin,
        this.#input.file,
        primary === null ? tokens : [primary, ...tokens],
        [...resolved.tokenSources],
      ),
      notes: resolved.notes,
      responseFiles: resolved.responseFiles,
      shown: {
        href: url.href,
        url: maskedDisguise(shownAs.href, resolved.urlSecrets),
        parameters: new Set(
          primary !== null && 'query' in primary.profile.sendAs ? [primary.profile.sendAs.query] : [],
        ),
        values: resolved.shownHeaders,
        cookies,
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
        cookies,
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
    if (this.#resolved !== null) return this.#resolved;
    const context = this.#context();
    // Once, also where the request is made again with another token.
    if (!this.#ranScripts) await this.#scripts?.before(context);
    this.#ranScripts = true;
    this.#generated.rewind();
    const resolved = await resolveRequest(context);
    return (this.#resolved = this.#scripts?.applied(resolved) ?? resolved);
  }

  /** The value of a variable as the request sees it; null where there is none. */
  lookUp(name: string, line: number): Promise<Traced | null> {
    return lookUp(this.#context(), name, line);
  }

  #context(): ResolveContext {
    const { tree, node, file, overrides, environment, options } = this.#input;
    const { processEnv, clock, foreign } = this.#parts;
    return {
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
      ask: (question) => this.#answers.ask(question),
      token: async (name) => (await this.#acquire(name)).token.accessToken,
      ...this.#refreshToken(),
      ...(this.#input.memory && { earlier: this.#input.memory }),
      ...(foreign && { foreign: this.#foreignSource(foreign) }),
      ...(this.#scripts && { scripted: this.#scripts }),
    };
  }

  async #hostCertificate(url: URL): Promise<ShownCertificate | null> {
    const { hostCertificates } = this.#parts;
    if (hostCertificates === undefined || !this.#settings.showsHostCertificate) return null;
    const { file, options } = this.#input;
    // Others may wait for the same certificate.
    return abortable(hostCertificates.of({ file, url, trusted: options.trusted }), this.#signal);
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

/** By their names: those of profiles, and those of the earlier requests that brought them. */
function sentSecrets(
  secrets: readonly SecretValue[],
  origin: string,
  file: string,
  tokens: readonly AcquiredToken[],
  earlier: readonly TokenSource[],
): SentSecret[] {
  const sources: readonly TokenSource[] = [
    ...tokens.map(({ profile }) => ({ file, name: profile.name, origin, allowedOrigins: profile.origins })),
    ...earlier,
  ];
  return secrets.map(({ value, tokenName }) => ({
    value,
    sources: sources.filter(({ name }) => name === tokenName),
  }));
}

function withOverrides(
  environment: ReadonlyMap<string, string>,
  overrides: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const above = Object.entries(overrides);
  return above.length === 0 ? environment : new Map([...environment, ...above]);
}
