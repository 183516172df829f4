import { KeyturnError } from '../base/errors.ts';
import { SingleFlight } from '../base/singleFlight.ts';
import { type AuditRecorder, tokenEvent } from '../base/auditEvent.ts';
import type { ConsentStore } from './origins.ts';
import type { AskedSecret } from '../profile/key.ts';
import { secretKey, type SecretKind, tokenKey } from '../profile/key.ts';
import type { TokenProfile } from '../profile/profile.ts';
import { visible } from '../base/visible.ts';
import { grantOf } from '../profile/grants/all.ts';

export interface PlaceQuestion {
  readonly tokenName: string;
  /** Location of a keyturn.json; of a folder for a token that none declares. */
  readonly place: string;
  /** Where the person allowed it before; empty where that was not noted. */
  readonly known: readonly string[];
  /** Where the token may go. */
  readonly origins: readonly string[];
  /** Stored secrets of the client that would be used, too. */
  readonly secrets: readonly AskedSecret[];
}

export interface TokenPlacesOptions {
  readonly consent: Pick<ConsentStore, 'places' | 'rememberPlace'>;
  /** Location of the folder that a file belongs to; of all open folders where no file is named. */
  foldersOf(file: string | null): readonly string[];
  /** True when the person allowed it. */
  ask(question: PlaceQuestion): Promise<boolean>;
  /** Told of what the person allowed. */
  readonly audit?: AuditRecorder;
}

export interface PlaceUse {
  /** Location of the file that uses the token. */
  readonly file?: string;
  readonly signal?: AbortSignal;
  /** For the audit. */
  readonly cause?: string;
}

interface Subject {
  readonly key: string;
  /** Null for the token itself. */
  readonly secret: AskedSecret | null;
}

interface Unknown extends Subject {
  readonly known: readonly string[];
}

const ASKED_SECRETS = ['client_secret', 'password', 'private_key'] as const satisfies readonly AskedSecret[];

const PROFILE_FILE = /[/\\]keyturn\.json$/;

/**
 * Places from which a token is used, and the secrets that obtain it. The key of a token says where it may go, and any
 * keyturn.json can be written so that it has the same key. So the place where a token was pasted, or that obtained it
 * first, counts as allowed, as does the place that stored a secret; for every other the person is asked once. What is not stored (`token/sources`) has permissions of its own.
 */
export class TokenPlaces {
  readonly #options: TokenPlacesOptions;
  /** Key and place of what was allowed and could not be kept. */
  readonly #notKept = new Set<string>();
  readonly #questions = new SingleFlight<boolean>();
  /** One question at a time: an answer may hold for the next one, too. */
  #last: Promise<unknown> = Promise.resolve();
  /** One first place at a time: of two that obtain a token together one is it. */
  #noted: Promise<unknown> = Promise.resolve();

  constructor(options: TokenPlacesOptions) {
    this.#options = options;
  }

  /**
   * Returns once the person allowed the token and the stored secrets of its client, now or before, or where there is
   * nothing to ask. Fails with `access_denied`.
   */
  async require(profile: TokenProfile, use: PlaceUse = {}): Promise<void> {
    const subjects: Subject[] = [{ key: keyOf(profile), secret: null }];
    for (const secret of ASKED_SECRETS) subjects.push({ key: secretKey(secret, profile), secret });
    // What is known nowhere belongs to the place that uses it first; of a secret that is stored `requireSecret` asks.
    const known = await Promise.all(subjects.map(({ key }) => this.#options.consent.places(key)));
    await this.#require(
      profile,
      subjects.filter((_, at) => known[at] !== null),
      use,
    );
  }

  /**
   * The same before a secret is used that is stored: any keyturn.json can be written so that its profile has the same
   * client, under another name, with more scope or by another grant. Without `waiting` there is no question.
   */
  requireSecret(profile: TokenProfile, secret: AskedSecret, waiting: boolean): Promise<void> {
    return this.#require(profile, [{ key: secretKey(secret, profile), secret }], {}, waiting);
  }

  /** The token was obtained: here, when it was nowhere before. Asks where another place was quicker. */
  async obtained(profile: TokenProfile, use: PlaceUse = {}): Promise<void> {
    const places = this.#placesOf(profile, use.file ?? null);
    const key = keyOf(profile);
    if (places.length === 0) return;
    const noted = this.#noted.then(async () => {
      if ((await this.#options.consent.places(key)) === null) await this.#remember(key, places);
    });
    this.#noted = noted.catch(() => undefined);
    await noted;
    await this.#require(profile, [{ key, secret: null }], use);
  }

  /** A person pasted the token here. */
  added(profile: TokenProfile): Promise<void> {
    return this.#remember(keyOf(profile), this.#placesOf(profile, null));
  }

  /** The secret was stored here: a person entered it, or a server gave it. */
  secretStored(profile: TokenProfile, secret: AskedSecret): Promise<void> {
    return this.#remember(secretKey(secret, profile), this.#placesOf(profile, null));
  }

  async #require(
    profile: TokenProfile,
    subjects: readonly Subject[],
    { file, signal, cause }: PlaceUse,
    waiting = true,
  ): Promise<void> {
    const places = this.#placesOf(profile, file ?? null);
    const [place] = places;
    if (place === undefined) return;
    // Read each time: another window may have withdrawn it.
    const unknown = async (): Promise<readonly Unknown[]> => {
      const found = await Promise.all(
        subjects.map(async (subject) => ({
          ...subject,
          known: (await this.#options.consent.places(subject.key)) ?? [],
        })),
      );
      return found.filter(
        ({ key, known }) => !places.some((one) => known.includes(one) || this.#notKept.has(`${key} ${one}`)),
      );
    };
    const asked = await unknown();
    if (asked.length === 0) return;
    const { name: tokenName, origins } = profile;
    const secretsOf = (list: readonly Unknown[]) =>
      list.map(({ secret }) => secret).filter((secret) => secret !== null);
    const ask = async () => {
      // The answer to an earlier question may have come while this one waited for the store.
      const wanted = await unknown();
      if (wanted.length === 0) return true;
      const known = [...new Set(wanted.flatMap((one) => one.known))];
      const secrets = secretsOf(wanted);
      if (!(await this.#options.ask({ tokenName, place, known, origins, secrets }))) return false;
      for (const { key } of wanted) await this.#remember(key, [place]);
      const event = tokenEvent('allowed', { name: tokenName, accessToken: null }, cause ?? place);
      this.#options.audit?.record({ ...event, detail: placeText(place, secrets) });
      return true;
    };
    const askInTurn = () => {
      const answer = this.#last.then(ask);
      this.#last = answer.catch(() => undefined);
      return answer;
    };
    const keys = asked.map(({ key }) => key).join(' ');
    if (waiting && (await this.#questions.run(`${keys} ${place}`, askInTurn, signal))) return;
    throw notAllowed(tokenName, secretsOf(asked));
  }

  async #remember(key: string, places: readonly string[]): Promise<void> {
    for (const place of places) {
      // What cannot be kept is asked about again by the next window, which is no reason to refuse the token now.
      await this.#options.consent.rememberPlace(key, place).catch(() => {
        this.#notKept.add(`${key} ${place}`);
      });
    }
  }

  #placesOf({ grant, declaredIn }: TokenProfile, file: string | null): readonly string[] {
    // The key of the secret store signs it: nothing else is asked about.
    if (grantOf(grant).from === 'keeper') return [];
    if (declaredIn !== null && PROFILE_FILE.test(declaredIn)) return [declaredIn];
    return this.#options.foldersOf(declaredIn ?? file);
  }
}

/** What a permission about a place covers, in one line. */
export function placeText(place: string, secrets: readonly SecretKind[] = []): string {
  const what = secrets.map((secret) => ` of the ${secretWords(secret)}`).join(' and');
  return `use${what} from ${visible(place)}`;
}

/** As `client secret`. */
export function secretWords(secret: SecretKind): string {
  return secret.replaceAll('_', ' ');
}

function notAllowed(tokenName: string, secrets: readonly AskedSecret[]): KeyturnError {
  const what = secrets.length === 0 ? '' : `the stored ${secrets.map(secretWords).join(' and ')} of `;
  return new KeyturnError(
    'access_denied',
    `You haven't allowed ${what}token "${tokenName}" in this folder yet.`,
    {
      hint: 'Send the request again, and allow it if you trust this folder.',
      data: { token: tokenName },
    },
  );
}

/** A permission for a token covers its down-scoped tokens. */
function keyOf(profile: TokenProfile): string {
  return tokenKey(profile.parent ?? profile);
}
