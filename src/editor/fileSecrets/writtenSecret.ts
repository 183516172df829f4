import type { AskedSecret } from '../../profile/key.ts';

/** A secret of a client or a person as it stands in a file. */
export interface WrittenSecret {
  readonly kind: Extract<AskedSecret, 'client_secret' | 'password'>;
  readonly value: string;
  /** The entry under Security → Auth that it belongs to; null for a variable. */
  readonly entry: string | null;
}
