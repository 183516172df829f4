import { KeyturnError } from '../../base/errors.ts';
import { grantOf } from '../../profile/grants/all.ts';
import type { SecretKind } from '../../profile/key.ts';
import type { TokenProfile } from '../../profile/profile.ts';

/** Fails with `usage` for a secret that the profile does not use. */
export function requireUse(kind: SecretKind, { name, grant, clientAuthentication }: TokenProfile): void {
  const ofGrant = grantOf(grant).secrets.some((secret) => secret === kind);
  const useless =
    (kind === 'password' && !ofGrant) ||
    (kind === 'private_key' &&
      !ofGrant &&
      clientAuthentication !== 'private_key_jwt' &&
      clientAuthentication !== 'tls_client_auth');
  if (!useless) return;
  throw new KeyturnError('usage', `The token ${name} does not use a ${kind.replaceAll('_', ' ')}.`, {
    hint: `Its grant is ${grant}, its client authentication ${clientAuthentication}.`,
  });
}

/** Fails with `key_invalid` for what cannot be the private key of the profile, while it can still be corrected. */
export async function requireKey(key: string, profile: TokenProfile): Promise<void> {
  const { name, clientAuthentication, grant, options } = profile;
  const { parsePrivateKey, parseSigningKey } = await import('../../profile/keys/signingKey.ts');
  if (clientAuthentication === 'tls_client_auth' && !grantOf(grant).secrets.includes('private_key')) {
    parsePrivateKey(key, name);
    return;
  }
  const { algorithm, keyId } = options;
  await parseSigningKey({ text: key, fromFile: false }, { name, algorithm, keyId, preferred: [] });
}
