/**
 * Where in an answer something stands: a header, or the members that lead to it in a JSON body; `*` stands for every
 * item of a list.
 */
export type Place = { readonly header: string } | { readonly json: readonly string[] };

/** What says that a token counts no more: a status, and what is said with it where the status alone is not enough. */
export interface Refusal {
  readonly status: number;
  readonly at?: Place;
  /** Tested against every text and number at that place. */
  readonly says?: RegExp;
}

/** An endpoint of a vendor's own that tells what a token is worth; it takes the token alone, no client. */
export interface VendorEndpoint {
  /** As token/kinds names it. */
  readonly vendor: string;
  /** Address of the documentation or, where there is none, of the vendor's own program that it was read in. */
  readonly docs: string;
  /** Ids of token/kinds; `opaque` where the vendor's tokens have no shape of their own. */
  readonly kinds: readonly string[];
  /** Null: at the origin that the token is bound to, since people run their own. */
  readonly origin: string | null;
  /** Which hosts, where that is no matter of the token's origins alone. */
  readonly hosts?: RegExp;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  /** How the token is shown to this endpoint: everything that is named. */
  readonly send: {
    readonly scheme?: string;
    readonly header?: string;
    readonly query?: string;
    readonly form?: string;
  };
  /** Beside the token. */
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, always the same. */
  readonly body?: string;
  /** True, or "active". Without it a status of 200 says that the token is active. */
  readonly active?: Place;
  /** True in one of them says that the token counts no more. */
  readonly blocked?: readonly Place[];
  /** What an answer holds that tells anything at all. */
  readonly present?: Place;
  /** Lists, or texts with commas or blanks in them; together they are the scopes. */
  readonly scopes?: readonly Place[];
  /** Dates in words, or seconds since the epoch, 0 for never; the first that is there counts. */
  readonly expires?: readonly Place[];
  /** Seconds from now, as a number or its digits. */
  readonly expiresIn?: Place;
  /** The first that is there counts. */
  readonly subject?: readonly Place[];
  /** 401 where nothing else is said. */
  readonly refusals?: readonly Refusal[];
}

export const bearer = { scheme: 'Bearer' } as const;
