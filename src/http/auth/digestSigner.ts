import { randomBytes } from 'node:crypto';
import { KeyturnError } from '../../base/errors.ts';
import { targetOf } from '../../base/url.ts';
import type { HeaderList, RequestSigner, SignedMessage } from '../message.ts';
import type { DigestCredentials } from './credentials.ts';
import { digestAuthorization, digestChallenge, type DigestChallenge, nextNonce } from './digest.ts';

/** More places than one person calls; the oldest is forgotten, and asks again. */
const MOST_REMEMBERED = 1000;

/** What a server asked for last, and how often it was answered. */
interface Known {
  challenge: DigestChallenge;
  count: number;
  readonly cnonce: string;
  readonly sessionNonce: string;
}

/** The challenges of servers by origin and user: requests after the first one answer them beforehand. */
export class DigestChallenges {
  readonly #known = new Map<string, Known>();

  get(place: string): Known | null {
    return this.#known.get(place) ?? null;
  }

  set(place: string, challenge: DigestChallenge): void {
    this.#known.delete(place);
    const cnonce = randomBytes(16).toString('hex');
    this.#known.set(place, { challenge, count: 0, cnonce, sessionNonce: challenge.nonce });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
  }
}

/**
 * Answers a server's Digest challenge in the messages of one request (RFC 7616). Without a challenge nothing is sent;
 * the password itself never is.
 */
export class DigestSigner implements RequestSigner {
  readonly shown: HeaderList = [['Authorization', 'Digest •••']];
  readonly #challenges: DigestChallenges;
  readonly #credentials: DigestCredentials;
  #hasAnswered = false;

  /** Fails with `request_invalid` where the user name or the password holds a line break. */
  constructor(challenges: DigestChallenges, credentials: DigestCredentials) {
    if (/[\0-\x1f\x7f]/.test(credentials.user + credentials.password)) {
      throw new KeyturnError(
        'request_invalid',
        'The user name or the password for Digest holds a line break or another control character.',
        { hint: 'A variable in it ends with a line break: remove it there.' },
      );
    }
    this.#challenges = challenges;
    this.#credentials = credentials;
  }

  /** Whether a message went out with an answer. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  sign(method: string, url: URL, { body }: SignedMessage): Promise<HeaderList> {
    const known = this.#challenges.get(this.#place(url));
    if (known === null) return Promise.resolve([]);
    known.count++;
    this.#hasAnswered = true;
    const message = { method, target: targetOf(url), body };
    return Promise.resolve([
      ['Authorization', digestAuthorization(known.challenge, this.#credentials, message, known)],
    ]);
  }

  answered(url: URL, headers: HeaderList): void {
    const known = this.#challenges.get(this.#place(url));
    const nonce = known === null ? null : nextNonce(headers);
    if (known === null || nonce === null) return;
    known.challenge = { ...known.challenge, nonce };
    known.count = 0;
  }

  /** Takes the challenge of a 401; false where it has none that can be answered. */
  takesChallenge(url: URL, headers: HeaderList): boolean {
    const challenge = digestChallenge(headers);
    if (challenge === null) return false;
    this.#challenges.set(this.#place(url), challenge);
    return true;
  }

  #place({ origin }: URL): string {
    return `${origin} ${this.#credentials.user}`;
  }
}
