import type { HeaderList } from '../../http/message.ts';

/** A token that an answer brought, by its shape or by the name of its member. */
export interface CapturedToken {
  readonly value: string;
  /** Name of the member that held it; null for one that was known by its shape alone. */
  readonly member: string | null;
  /** Milliseconds since the epoch; null where neither the token nor the answer says. */
  readonly expiresAtMs: number | null;
}

/** Where a token came from, and where it may go. */
export interface TokenSource {
  /** Location of the file whose requests may send it. */
  readonly file: string;
  /** Of the request that brought it, or of its profile. */
  readonly name: string;
  /** The server that brought it, or that it was sent to. */
  readonly origin: string;
  /** Those of its profile: it goes nowhere else. Absent for a token that an answer brought. */
  readonly allowedOrigins?: readonly string[];
}

/** A secret that went out with a request, in one of its spellings. */
export interface SentSecret {
  readonly value: string;
  /** Empty for a secret that belongs to no server, such as that of a variable. */
  readonly sources: readonly TokenSource[];
}

/** A request as it was sent, and its answer: what later requests may refer to. Nothing in it is masked. */
export interface Exchange extends TokenSource {
  readonly request: Message;
  readonly response: Message & { readonly status: number };
  /** Of the request; servers repeat them. */
  readonly sent?: readonly SentSecret[];
  /** When its headers had come, milliseconds since the epoch. */
  readonly receivedAtMs: number;
  readonly tokens: readonly CapturedToken[];
}

export interface Message {
  readonly headers: HeaderList;
  /** Decoded; null where it was dropped to keep memory bounded, or is not whole. */
  readonly body: Uint8Array | null;
}

/** What requests of one file can refer to. */
export interface EarlierRequests {
  /** The last exchange of the request of this name in the file, or in one that it imports; null where there is none. */
  exchange(name: string): Exchange | null;
  /** The last exchange of all, with a name or without; null where it is of another file than these. */
  last(): Exchange | null;
}

/** The secrets of a request that stand in a text of it, or of its answer. */
export function sentIn({ sent = [] }: Pick<Exchange, 'sent'>, text: string): SentSecret[] {
  return sent.filter(({ value }) => text.includes(value));
}
