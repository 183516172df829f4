import type { HeaderList } from '../../http/message.ts';

/** A token that an answer brought, by its shape or by the name of its member. */
export interface CapturedToken {
  readonly value: string;
  /** Name of the member that held it; null for one that was known by its shape alone. */
  readonly member: string | null;
  /** Milliseconds since the epoch; null where neither the token nor the answer says. */
  readonly expiresAtMs: number | null;
}

/** A request as it was sent, and its answer: what later requests may refer to. Nothing in it is masked. */
export interface Exchange {
  /** Location of its file. */
  readonly file: string;
  readonly name: string;
  readonly request: Message;
  readonly response: Message & { readonly status: number };
  /** Of the answer, after redirects. */
  readonly origin: string;
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
