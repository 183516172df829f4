import { KeyturnError, type ErrorCode } from '../base/errors.ts';
import { formEncodedSecret } from '../redaction/secretForms.ts';
import type { GrantContext, GrantResult } from './grant.ts';
import type { Reauthentication } from './acquire.ts';
import type { AskedSecret } from '../profile/key.ts';
import { secretKey } from '../profile/key.ts';
import type { TokenManagerOptions } from './managerOptions.ts';
import type { TokenBefore } from './newToken.ts';
import { missingSecret } from './missingSecret.ts';
import type { TokenState } from './tokenState.ts';

interface UsedSecret {
  readonly from: 'preset' | 'store' | 'person';
  readonly value: string;
}

/** What one attempt asks for. */
export interface Attempt {
  /** What is held: the refresh token to use, and what stays when a new token is issued by it. */
  readonly before: TokenBefore;
  readonly reauthenticate: Reauthentication | null;
  /** The person may be sent to a browser. */
  readonly maySignIn: boolean;
  readonly signal: AbortSignal;
  /**
   * Called after a person was asked, who takes their time: rejects with `cancelled` when the refresh token is not the
   * one that is stored any more.
   */
  readonly stillCurrent: () => Promise<void>;
  /** See `GrantContext.rotated`. */
  readonly rotated: GrantContext['rotated'];
}

/** What an attempt needs of the others in this room. */
export interface AttemptTools extends Pick<GrantContext, 'otherToken' | 'noted'> {
  /** Tells that the store did not keep a secret that the person gave. */
  readonly notSaved: (error: unknown) => void;
}

/** Which secrets a failure speaks of. */
const REFUSALS: Readonly<Partial<Record<ErrorCode, readonly AskedSecret[]>>> = {
  invalid_client: ['client_secret', 'private_key'],
  invalid_grant: ['password'],
  key_invalid: ['private_key'],
};

const NAMES: Readonly<Record<AskedSecret, string>> = {
  client_secret: 'client secret',
  password: 'password',
  private_key: 'private key',
};

/**
 * Performs the grant of a profile. Its secrets come from outside, from the store, or from the person, who is asked
 * only while a caller waits. A stored one that the server refuses is asked for once more; one that the person gave is
 * stored when the server took it.
 */
export async function obtainToken(
  options: TokenManagerOptions,
  state: TokenState,
  attempt: Attempt,
  tools: AttemptTools,
): Promise<GrantResult> {
  const secrets = new Secrets(options, state, attempt.stillCurrent);
  try {
    return await perform(options, state, attempt, tools, secrets);
  } catch (error) {
    const kinds = (KeyturnError.is(error) ? REFUSALS[error.code] : undefined) ?? [];
    const refused = kinds.filter((kind) => secrets.refuse(kind));
    if (refused.length === 0 || state.waiters === 0) throw error;
    return await perform(options, state, attempt, tools, secrets).catch((second: unknown) => {
      // When no other secret is given, the refusal is what the person has to know.
      throw KeyturnError.is(second, 'secret_missing') ? error : second;
    });
  }
}

async function perform(
  options: TokenManagerOptions,
  state: TokenState,
  attempt: Attempt,
  tools: AttemptTools,
  secrets: Secrets,
): Promise<GrantResult> {
  const { profile } = state;
  const { before, reauthenticate, maySignIn, signal, rotated } = attempt;
  const { notSaved, otherToken, noted } = tools;
  const context: GrantContext = {
    refreshToken: before.refreshToken,
    idToken: before.idToken,
    receivers: before.receivers,
    reauthenticate,
    signal,
    secret: (kind) => secrets.get(kind),
    keptSecret: (kind, make) => options.keptSecrets.keep(kind, profile, make),
    otherToken,
    rotated,
    ...(noted === undefined ? {} : { noted }),
    waiting: state.waiters > 0,
    signIn: maySignIn && state.waiters > 0 ? (options.signIn?.(profile) ?? null) : null,
  };
  const result = await options.obtain(profile, context);
  await secrets.keepGiven().catch(notSaved);
  return result;
}

/** The secrets of one profile while its grant is performed. */
class Secrets {
  readonly #options: TokenManagerOptions;
  readonly #state: TokenState;
  readonly #stillCurrent: () => Promise<void>;
  readonly #used = new Map<AskedSecret, UsedSecret>();
  readonly #refused = new Set<AskedSecret>();

  constructor(options: TokenManagerOptions, state: TokenState, stillCurrent: () => Promise<void>) {
    this.#options = options;
    this.#state = state;
    this.#stillCurrent = stillCurrent;
  }

  async get(kind: AskedSecret): Promise<string> {
    const secret = await this.#find(kind);
    const label = `${NAMES[kind]} of ${this.#state.profile.name}`;
    this.#options.redactor.registerKept(secret.value, label);
    this.#options.redactor.registerKept(formEncodedSecret(secret.value), label);
    this.#used.set(kind, secret);
    if (secret.from === 'person') await this.#stillCurrent();
    return secret.value;
  }

  /** True when a stored secret of this kind was used, so that another one may help. */
  refuse(kind: AskedSecret): boolean {
    if (this.#used.get(kind)?.from !== 'store') return false;
    this.#refused.add(kind);
    return true;
  }

  async keepGiven(): Promise<void> {
    for (const [kind, { from, value }] of this.#used) {
      if (from !== 'person') continue;
      const { profile } = this.#state;
      await this.#options.store.setSecret(secretKey(kind, profile), value);
      await this.#options.places?.secretStored(profile, kind);
    }
  }

  async #find(kind: AskedSecret): Promise<UsedSecret> {
    const { preset, store, places } = this.#options;
    const { profile, waiters } = this.#state;
    const given = preset?.secret(kind, profile) ?? '';
    if (given !== '') return { from: 'preset', value: given };
    const refused = this.#refused.has(kind);
    // A store that cannot be read is no reason not to ask.
    const stored = refused ? null : await store.getSecret(secretKey(kind, profile)).catch(() => null);
    if (stored !== null) {
      await places?.requireSecret(profile, kind, waiters > 0);
      return { from: 'store', value: stored };
    }
    const asked = waiters === 0 ? null : await this.#options.askSecret(profile, { kind, refused });
    if (asked !== null && asked !== '') return { from: 'person', value: asked };
    throw missingSecret(profile, kind);
  }
}
