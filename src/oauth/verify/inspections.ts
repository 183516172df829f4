import { grantOf } from '../../profile/grants/all.ts';
import { KeyturnError } from '../../base/errors.ts';
import { parseUrl } from '../../base/url.ts';
import { type AuditAction, type AuditRecorder, tokenEvent } from '../../base/auditEvent.ts';
import { Changes } from '../../base/changes.ts';
import { tokenKey } from '../../profile/key.ts';
import {
  endDownScoped,
  forgetDownScoped,
  parentKeys,
  type DownScopedRevocation,
  downScopedTokens,
} from './downScopedTokens.ts';
import type {
  Introspection,
  InspectionContext,
  Revocation,
  Verification,
  TokenInspector,
} from './inspection.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import { registerToken } from '../../token/registerToken.ts';
import type { TokenStore } from '../../token/store.ts';
import type { Token } from '../../token/token.ts';
import type { TokenEntry, TokenManager } from '../../token/manager.ts';

export interface TokenInspectionsOptions {
  /** Loads what it needs itself: OAuth is heavy. */
  inspector(): Promise<TokenInspector>;
  readonly tokens: Pick<TokenManager, 'acquire' | 'learn' | 'peek' | 'release'>;
  readonly store: TokenStore;
  readonly redactor: Redactor;
  readonly audit?: AuditRecorder;
}

export interface InspectionOptions extends Pick<InspectionContext, 'interactive' | 'signal' | 'issuer'> {
  /** What caused it, for the audit. */
  readonly cause: string;
}

/** What was last found out about a token that is held. */
export interface KnownInspection {
  readonly verification: Verification | null;
  readonly introspection: Introspection | null;
}

export interface RevokeResult {
  readonly results: readonly Revocation[];
  /** Tokens with less scope that ended with it, or did not; all are forgotten with it. */
  readonly downScoped: readonly DownScopedRevocation[];
  /** True when nothing of the token is held any more. */
  readonly forgotten: boolean;
}

export interface RotateResult {
  readonly token: Token;
  /** What became of the old one; null when it was left alone. */
  readonly revoked: readonly Revocation[] | null;
  /** What became of the old ones with less scope. */
  readonly downScoped: readonly DownScopedRevocation[];
  /** Why the old one was left, or could not be revoked; null when it was. */
  readonly left: string | null;
}

/** Proves and ends tokens, remembers what was found out while they are held, and tells of it. */
export class TokenInspections {
  readonly #options: TokenInspectionsOptions;
  readonly #changes = new Changes();
  readonly #known = new Map<string, KnownInspection & { readonly accessToken: string }>();

  constructor(options: TokenInspectionsOptions) {
    this.#options = options;
  }

  /** Null when nothing was found out about the very token that is held now. */
  last({ key, token }: Pick<TokenEntry, 'key' | 'token'>): KnownInspection | null {
    const known = this.#known.get(key);
    return known !== undefined && known.accessToken === token?.accessToken ? known : null;
  }

  /** Checks signature and claims. Fails with `token_missing` and `cancelled` only. */
  async verify(entry: TokenEntry, options: InspectionOptions): Promise<Verification> {
    const token = this.#held(entry);
    const accessToken = accessTokenOf(token);
    const inspector = await this.#options.inspector();
    const verification = await inspector.verify(entry.profile, accessToken, contextOf(entry, token, options));
    this.#remember(entry, accessToken, { verification });
    const { opened, status } = verification;
    if (opened !== null && status === 'verified') {
      const { expiresAtMs, scopes } = opened;
      const scope = scopes.length === 0 ? null : scopes.join(' ');
      await this.#options.tokens.learn(entry.profile, accessToken, { active: true, expiresAtMs, scope });
    }
    return verification;
  }

  /** Asks the issuer or the vendor. Fails with `token_missing` and like `TokenInspector.introspect`. */
  async introspect(entry: TokenEntry, options: InspectionOptions): Promise<Introspection> {
    const token = this.#held(entry);
    const accessToken = accessTokenOf(token);
    const inspector = await this.#options.inspector();
    let introspection: Introspection;
    try {
      introspection = await inspector.introspect(
        entry.profile,
        accessToken,
        contextOf(entry, token, options),
      );
    } catch (error) {
      this.#record('introspected', entry, options, null, error);
      throw error;
    }
    this.#record('introspected', entry, options, introspection.endpoint, null);
    this.#remember(entry, accessToken, { introspection });
    const { active, conclusive, expiresAtMs, scopes } = introspection;
    if (!conclusive) return introspection;
    await this.#options.tokens.learn(entry.profile, accessToken, {
      active,
      expiresAtMs,
      scope: scopes === null ? null : scopes.join(' '),
    });
    return introspection;
  }

  /**
   * Ends a token at its issuer, and with it those that were obtained with less scope; then forgets them. It is kept
   * where the issuer did not end it. Fails with `token_missing` and like `TokenInspector.revoke`; what becomes of those
   * with less scope is the result.
   */
  async revoke(entry: TokenEntry, options: InspectionOptions): Promise<RevokeResult> {
    const { store, tokens } = this.#options;
    if (entry.token === null) {
      // The token itself may never have been asked for.
      const alone = await this.#downScoped(entry);
      if (alone.length > 0) return this.#revokeAlone(entry, alone, options);
    }
    const held = this.#held(entry);
    const results = await this.#revoke(entry, held, options);
    if (!isEnded(results)) return { results, downScoped: [], forgotten: false };
    const current = (await tokens.peek(entry.profile)).token;
    const others = [await store.get(entry.key), current];
    if (others.some((other) => other !== null && replaces(other, held)))
      return { results, downScoped: [], forgotten: false };
    const downScoped = await this.#endDownScoped(entry, await this.#downScoped(entry), options);
    await store.delete(entry.key);
    // One that the store refused to take is held in memory alone.
    if (current !== null) await tokens.release((profile) => tokenKey(profile) === entry.key);
    this.#known.delete(entry.key);
    return { results, downScoped, forgotten: true };
  }

  /** Keys of the tokens, held or not, beside which others with less scope are held. */
  withDownScoped(): Promise<ReadonlySet<string>> {
    return parentKeys(this.#options.store);
  }

  /**
   * Gets a new token, which is used from then on, and revokes the old one. Fails with `token_missing`, `unsupported`
   * for a token that was pasted, and like `TokenManager.acquire`; what becomes of the old token is the result.
   */
  async rotate(entry: TokenEntry, options: InspectionOptions): Promise<RotateResult> {
    const old = this.#held(entry);
    const { profile } = entry;
    if (grantOf(profile.grant).refresh === 'never') {
      throw new KeyturnError(
        'unsupported',
        `The token "${profile.name}" was pasted: no server issues it to Keyturn.`,
        {
          hint: 'Create a new token at its issuer, paste it, and revoke the old one there.',
          data: { token: profile.name },
        },
      );
    }
    const tokens = await this.#downScoped(entry);
    const { token } = await this.#options.tokens.acquire(profile, {
      reauthenticate: { scope: null, acrValues: null, maxAge: null },
      markUsed: false,
      signal: options.signal,
      cause: options.cause,
    });
    if (token.accessToken === old.accessToken) {
      const left = 'The server issued the same token again, so Keyturn did not revoke it.';
      return { token, revoked: null, downScoped: [], left };
    }
    if (grantOf(profile.grant).refresh === 'refresh_token_only') {
      const left =
        tokens.length === 0
          ? 'Keyturn did not revoke the old access token, which is valid until it expires: both come from the same sign-in, and revoking it can revoke the new one too.'
          : 'Keyturn did not revoke the old access token and its down-scoped tokens, which are valid until they expire: all come from the same sign-in, and revoking them can revoke the new one too.';
      return { token, revoked: null, downScoped: [], left };
    }
    const refreshToken = old.refreshToken === token.refreshToken ? null : old.refreshToken;
    try {
      const revoked = await this.#revoke(entry, { ...old, refreshToken }, options);
      const downScoped = await this.#endDownScoped(entry, tokens, options);
      await forgetDownScoped(this.#options.store, tokens);
      return { token, revoked, downScoped, left: null };
    } catch (error) {
      if (!(error instanceof KeyturnError)) throw error;
      const left = `The old token was not revoked. ${error.message}`;
      return { token, revoked: null, downScoped: [], left };
    }
  }

  /** Tells the keys of the tokens about which something was found out. */
  onDidChange(listener: (keys: ReadonlySet<string>) => void): { dispose(): void } {
    return this.#changes.listen(listener);
  }

  dispose(): void {
    this.#changes.clear();
    this.#known.clear();
  }

  #held({ profile, token }: TokenEntry): Token {
    if (token === null) throw missing(profile.name);
    registerToken(this.#options.redactor, profile, token);
    return token;
  }

  async #revoke(entry: TokenEntry, token: Token, options: InspectionOptions): Promise<readonly Revocation[]> {
    try {
      const inspector = await this.#options.inspector();
      const results = await inspector.revoke(entry.profile, token, contextOf(entry, token, options));
      for (const { error } of results) this.#record('revoked', entry, options, null, error);
      return results;
    } catch (error) {
      this.#record('revoked', entry, options, null, error);
      throw error;
    }
  }

  async #downScoped({ key, profile }: TokenEntry): Promise<Token[]> {
    const tokens = await downScopedTokens(this.#options.store, { key, name: profile.name });
    for (const token of tokens) registerToken(this.#options.redactor, profile, token);
    return tokens;
  }

  /** Without the token that they belong to, which was never asked for, or is gone. */
  async #revokeAlone(
    entry: TokenEntry,
    tokens: readonly Token[],
    options: InspectionOptions,
  ): Promise<RevokeResult> {
    const downScoped = await this.#endDownScoped(entry, tokens, options);
    const forgotten = isEnded(downScoped);
    if (forgotten) await this.#options.store.delete(entry.key);
    return { results: [], downScoped, forgotten };
  }

  #endDownScoped(
    entry: TokenEntry,
    tokens: readonly Token[],
    options: InspectionOptions,
  ): Promise<DownScopedRevocation[]> {
    return endDownScoped(tokens, (token) =>
      this.#revoke({ ...entry, token }, { ...token, refreshToken: null }, options),
    );
  }

  #remember({ key }: TokenEntry, accessToken: string, found: Partial<KnownInspection>): void {
    const before = this.#known.get(key);
    const same = before?.accessToken === accessToken ? before : { verification: null, introspection: null };
    this.#known.set(key, { ...same, ...found, accessToken });
    this.#changes.add(key);
  }

  #record(
    action: AuditAction,
    { profile, token }: TokenEntry,
    { cause }: InspectionOptions,
    endpoint: string | null,
    failed: unknown,
  ): void {
    const asked = endpoint ?? profile.issuer ?? profile.tokenEndpoint;
    const url = asked === null ? null : parseUrl(asked);
    const subject = { name: profile.name, accessToken: token?.accessToken ?? null };
    this.#options.audit?.record({
      ...tokenEvent(action, subject, cause),
      origin: url?.origin ?? null,
      error: failed === null ? null : codeOf(failed),
    });
  }
}

/** True when what the server did is all that it can do: then nothing is left to be kept. */
function isEnded(results: readonly Revocation[]): boolean {
  const ended = results.filter(({ outcome }) => outcome === 'ended' || outcome === 'accepted');
  return (
    ended.length > 0 && results.every(({ outcome }) => outcome !== 'failed' && outcome !== 'still_active')
  );
}

/** True for what was obtained meanwhile; an older one may lie in a store that refused the newer. */
function replaces(other: Token, held: Token): boolean {
  return other.accessToken !== held.accessToken && other.obtainedAtMs >= held.obtainedAtMs;
}

function contextOf(
  { clockSkewMs }: TokenEntry,
  { receivers }: Token,
  { interactive, signal, issuer }: InspectionOptions,
): InspectionContext {
  return { interactive, signal, clockSkewMs, receivers, ...(issuer === undefined ? {} : { issuer }) };
}

/** Fails with `token_missing` for a refresh token alone. */
function accessTokenOf({ accessToken, name }: Token): string {
  if (accessToken === '') throw missing(name);
  return accessToken;
}

function missing(name: string): KeyturnError {
  return new KeyturnError('token_missing', `There is no token for "${name}".`, {
    hint: 'Add it, or use it once in a request.',
    data: { token: name },
  });
}

function codeOf(failed: unknown): string {
  if (typeof failed === 'string') return failed;
  return failed instanceof KeyturnError ? failed.code : 'internal';
}
