import type { AskedSecret } from '../profile/key.ts';
import { secretKey, tokenKey } from '../profile/key.ts';
import type { PresetSecrets } from '../token/managerOptions.ts';
import type { TokenProfile } from '../profile/profile.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { ForeignProfile, WithSecrets } from './foreignProfile.ts';

const KINDS: readonly AskedSecret[] = ['client_secret', 'password', 'private_key'];

/**
 * The tokens of files that were written for other tools, as they were asked for in this session. Knows the secrets
 * that such files hold, so that the token manager finds them like those of the environment; they are kept nowhere.
 */
export class ForeignTokens implements PresetSecrets {
  readonly #redactor: Redactor;
  readonly #above: PresetSecrets | null;
  readonly #profiles = new Map<string, TokenProfile>();
  readonly #secrets = new Map<string, string>();
  readonly #subjects = new WeakMap<TokenProfile, TokenProfile>();

  /** `above`: what the environment holds, which counts more than what a file says. */
  constructor(redactor: Redactor, above: PresetSecrets | null = null) {
    this.#redactor = redactor;
    this.#above = above;
  }

  /** What a request uses from now on. */
  use(made: ForeignProfile): void {
    this.#remember(made);
    if (made.subject === null) return;
    this.#remember(made.subject);
    this.#subjects.set(made.profile, made.subject.profile);
  }

  /** Those that requests used in this session, one for each token. */
  profiles(): TokenProfile[] {
    return [...this.#profiles.values()];
  }

  /** The profile whose token is exchanged for that of `from`; null where that names none of these. */
  subjectOf(from: TokenProfile, name: string): TokenProfile | null {
    const subject = this.#subjects.get(from);
    return subject?.name === name ? subject : null;
  }

  token(profile: TokenProfile): string | null {
    return this.#above?.token(profile) ?? null;
  }

  secret(kind: AskedSecret, profile: TokenProfile): string | null {
    return this.#above?.secret(kind, profile) ?? this.#secrets.get(secretKey(kind, profile)) ?? null;
  }

  #remember({ profile, secrets }: WithSecrets): void {
    this.#profiles.set(tokenKey(profile), profile);
    for (const kind of KINDS) {
      const value = secrets[kind];
      // One that was taken out of the file is asked for from now on.
      if (value === undefined) this.#secrets.delete(secretKey(kind, profile));
      else {
        this.#redactor.registerGiven(value, `${kind.replaceAll('_', ' ')} of ${profile.name}`);
        this.#secrets.set(secretKey(kind, profile), value);
      }
    }
  }
}
