import { KeyturnError } from '../../base/errors.ts';
import type { SecretKind } from '../../profile/key.ts';
import type { TokenProfile } from '../../profile/profile.ts';

/** Fails with `usage` for a secret that nothing about the profile would ever ask for. */
export function requireUse(kind: SecretKind, { name, grant, clientAuthentication }: TokenProfile): void {
  const signs = grant === 'jwt_bearer' || grant === 'self_signed';
  const useless =
    (kind === 'password' && grant !== 'password') ||
    (kind === 'private_key' &&
      !signs &&
      clientAuthentication !== 'private_key_jwt' &&
      clientAuthentication !== 'tls_client_auth');
  if (!useless) return;
  throw new KeyturnError('usage', `The token ${name} needs no ${kind.replaceAll('_', ' ')}.`, {
    hint: `Its grant is ${grant}, its client authentication ${clientAuthentication}.`,
  });
}

/** Fails with `key_invalid` for what cannot be the private key of the profile, while it can still be corrected. */
export async function requireKey(key: string, profile: TokenProfile): Promise<void> {
  const { name, clientAuthentication, grant, options } = profile;
  const { parsePrivateKey, parseSigningKey } = await import('../../profile/keys/signingKey.ts');
  if (clientAuthentication === 'tls_client_auth' && grant !== 'jwt_bearer' && grant !== 'self_signed') {
    parsePrivateKey(key, name);
    return;
  }
  const { algorithm, keyId } = options;
  await parseSigningKey({ text: key, fromFile: false }, { name, algorithm, keyId, preferred: [] });
}
