import { KeyturnError } from '../errors.ts';
import { SingleFlight } from '../singleFlight.ts';
import { type AuditRecorder, tokenEvent } from './auditEvent.ts';
import type { ConsentStore } from './consent.ts';
import { tokenKey } from './key.ts';
import type { TokenProfile } from './profile.ts';
import { visible } from '../visible.ts';
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
  /** Told of what the person agreed to. */
  readonly audit?: AuditRecorder;
}

export interface PlaceUse {
  /** Location of the file that uses the token. */
  readonly file?: string;
  readonly signal?: AbortSignal;
  /** For the audit. */
  readonly cause?: string;
}

const PROFILE_FILE = /[/\\]keyturn\.json$/;

/**
 * Places from which a token is used. The key of a token says where it may go, and any keyturn.json can be written so
 * that it has the same key. So the place where a token was pasted, or that obtained it first, counts as agreed; for
 * every other the person is asked once. What is not stored (`token/sources`) has agreements of its own.
 */
export class TokenPlaces {
  readonly #options: TokenPlacesOptions;
  /** Key and place of what was agreed to and could not be kept. */
  readonly #notKept = new Set<string>();
  readonly #questions = new SingleFlight<boolean>();

  constructor(options: TokenPlacesOptions) {
    this.#options = options;
  }

  /** Returns once the person agreed, now or before, or where there is nothing to ask. Fails with `access_denied`. */
  async require(profile: TokenProfile, { file, signal, cause }: PlaceUse = {}): Promise<void> {
    const places = this.#placesOf(profile, file ?? null);
    const [place] = places;
    if (place === undefined) return;
    const key = keyOf(profile);
    if (places.some((one) => this.#notKept.has(`${key} ${one}`))) return;
    // Read each time: another window may have withdrawn it.
    const known = await this.#options.consent.places(key);
    if (known === null || places.some((one) => known.includes(one))) return;
    const { name: tokenName, origins } = profile;
    const ask = async () => {
      // The answer to an earlier question may have come while this one waited for the store.
      if ((await this.#options.consent.places(key))?.includes(place) === true) return true;
      const agreed = await this.#options.ask({ tokenName, place, known, origins });
      if (!agreed) return false;
      await this.#remember(key, [place]);
      const event = tokenEvent('agreed', { name: tokenName, accessToken: null }, cause ?? place);
      this.#options.audit?.record({ ...event, detail: placeText(place) });
      return true;
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
    if (places.length > 0 && (await this.#options.consent.places(key)) === null) {
      await this.#remember(key, places);
    }
  }

  /** A person pasted the token here. */
  added(profile: TokenProfile): Promise<void> {
    return this.#remember(keyOf(profile), this.#placesOf(profile, null));
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
    if (!isStored(grant) && grant !== 'self_signed') return [];
    if (declaredIn !== null && PROFILE_FILE.test(declaredIn)) return [declaredIn];
    return this.#options.foldersOf(declaredIn ?? file);
  }
}

/** What an agreement about a place covers, in one line. */
export function placeText(place: string): string {
  return `use from ${visible(place)}`;
}

/** What is agreed for a token is agreed for the same one with less scope. */
function keyOf(profile: TokenProfile): string {
  return tokenKey(profile.wide ?? profile);
}
