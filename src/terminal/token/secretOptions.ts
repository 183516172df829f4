import { KeyturnError } from '../../base/errors.ts';
import type { SecretKind } from '../../profile/key.ts';
import type { TokenProfile } from '../../profile/profile.ts';

/** Secrets other than tokens that a person stores for a profile, by the option that names them. */
export const secretOptions = {
  'client-secret': { type: 'boolean' },
  password: { type: 'boolean' },
  'private-key': { type: 'boolean' },
  'verification-key': { type: 'boolean' },
  'decryption-key': { type: 'boolean' },
} as const;

export interface StoredSecret {
  readonly kind: SecretKind;
  /** "client secret" */
  readonly words: string;
  /** A key in PEM takes several lines. */
  readonly lines: 'one' | 'several';
}

const secrets: Readonly<Record<keyof typeof secretOptions, StoredSecret>> = {
  'client-secret': { kind: 'client_secret', words: 'client secret', lines: 'one' },
  password: { kind: 'password', words: 'password', lines: 'one' },
  'private-key': { kind: 'private_key', words: 'private key', lines: 'several' },
  'verification-key': { kind: 'verification_key', words: 'verification key', lines: 'several' },
  'decryption-key': { kind: 'decryption_key', words: 'decryption key', lines: 'several' },
};

/** The secret that the options name; null for the token itself. Fails with `usage`. */
export function namedSecret(
  values: Readonly<Partial<Record<keyof typeof secretOptions, boolean | undefined>>>,
  profile: TokenProfile,
): StoredSecret | null {
  const named = Object.entries(secrets).filter(([option]) => values[option as keyof typeof secrets] === true);
  const [first, ...more] = named;
  if (first === undefined) return null;
  if (more.length > 0)
    throw new KeyturnError(
      'usage',
      `Name one secret: \`--${first[0]}\` and \`--${more[0]?.[0] ?? ''}\` exclude each other.`,
    );
  const [, secret] = first;
  if (secret.kind === 'client_secret' && profile.clientId === null) {
    throw new KeyturnError('usage', `The profile of the token ${profile.name} has no client.`);
  }
  return secret;
}
