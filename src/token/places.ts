import { KeyturnError } from '../errors.ts';
import { SingleFlight } from '../singleFlight.ts';
import type { ConsentStore } from './consent.ts';
import { tokenKey } from './key.ts';
import type { TokenProfile } from './profile.ts';
import { isStored } from './sources/holding.ts';

export interface PlaceQuestion {
  readonly tokenName: string;
  /** Location of a keyturn.json; of a folder for a token that none declares. */
  readonly place: string;
  /** Where the person agreed before. */
  readonly known: readonly string[];
  /** Where the token may go. */
  readonly origins: readonly string[];
}

export interface TokenPlacesOptions {
  readonly consent: Pick<ConsentStore, 'places' | 'rememberPlace'>;
  /** Location of the folder that a file belongs to; of all open folders where no file is named. */
  foldersOf(file: string | null): readonly string[];
  /** True when the person agreed. */
  ask(question: PlaceQuestion): Promise<boolean>;
}

export interface PlaceUse {
  /** Location of the file that uses the token. */
  readonly file?: string;
  readonly signal?: AbortSignal;
}

const PROFILE_FILE = /[/\\]keyturn\.json$/;

/**
 * Places from which a token is used. The key of a token says where it may go, and any keyturn.json can be written so
 * that it has the same key. So the place where a token was pasted, or that obtained it first, counts as agreed; for
 * every other the person is asked once. What is not stored (`token/sources`) has agreements of its own.
 */
export class TokenPlaces {
  readonly #options: TokenPlacesOptions;
  /** Key and place of what the store is known to hold. */
  readonly #agreed = new Set<string>();
  readonly #questions = new SingleFlight<boolean>();

  constructor(options: TokenPlacesOptions) {
    this.#options = options;
  }

  /** Returns once the person agreed, now or before, or where there is nothing to ask. Fails with `access_denied`. */
  async require(profile: TokenProfile, { file, signal }: PlaceUse = {}): Promise<void> {
    const places = this.#placesOf(profile, file ?? null);
    const [place] = places;
    if (place === undefined) return;
    const key = keyOf(profile);
    if (places.some((one) => this.#agreed.has(`${key} ${one}`))) return;
    const known = await this.#options.consent.places(key);
    if (known.length === 0) return;
    const here = places.find((one) => known.includes(one));
    if (here !== undefined) {
      this.#agreed.add(`${key} ${here}`);
      return;
    }
    const { name: tokenName, origins } = profile;
    const ask = async () => {
      const agreed = await this.#options.ask({ tokenName, place, known, origins });
      if (agreed) await this.#remember(key, [place]);
      return agreed;
    };
    if (await this.#questions.run(`${key} ${place}`, ask, signal)) return;
    throw new KeyturnError(
      'access_denied',
      `The token "${tokenName}" was not used: nobody agreed to it here.`,
      {
        hint: 'It was added elsewhere. Send the request again and agree, if you know this folder.',
        data: { token: tokenName },
      },
    );
  }

  /** The token was obtained: here, when it was nowhere before. */
  async obtained(profile: TokenProfile, { file }: PlaceUse = {}): Promise<void> {
    const places = this.#placesOf(profile, file ?? null);
    const key = keyOf(profile);
    if (places.every((place) => this.#agreed.has(`${key} ${place}`))) return;
    if ((await this.#options.consent.places(key)).length === 0) await this.#remember(key, places);
  }

  /** A person pasted the token here. */
  added(profile: TokenProfile): Promise<void> {
    return this.#remember(keyOf(profile), this.#placesOf(profile, null));
  }

  async #remember(key: string, places: readonly string[]): Promise<void> {
    for (const place of places) {
      this.#agreed.add(`${key} ${place}`);
      // What cannot be kept is asked about again, which is no reason to refuse the token now.
      await this.#options.consent.rememberPlace(key, place).catch(() => undefined);
    }
  }

  #placesOf({ grant, declaredIn }: TokenProfile, file: string | null): readonly string[] {
    // The key of the secret store signs it: nothing else is asked about.
    if (!isStored(grant) && grant !== 'self_signed') return [];
    if (declaredIn !== null && PROFILE_FILE.test(declaredIn)) return [declaredIn];
    return this.#options.foldersOf(declaredIn ?? file);
  }
}

/** What is agreed for a token is agreed for the same one with less scope. */
function keyOf(profile: TokenProfile): string {
  return tokenKey(profile.wide ?? profile);
}
