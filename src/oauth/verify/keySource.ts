import { KeyturnError } from '../../base/errors.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { parseUrl } from '../../base/url.ts';
import type { Discovery } from '../server/discovery.ts';
import { serverText } from '../server/text.ts';
import { readVerificationKey } from './heldKey.ts';
import type { KeySets } from './keySets.ts';
import { VerificationFault } from './fault.ts';
import { findServer } from '../server/server.ts';
import type { KeySource } from './signature.ts';

interface KeyRequest {
  readonly profile: TokenProfile;
  readonly held: (kind: 'verification_key') => Promise<string | null>;
  readonly signal: AbortSignal;
}

interface KeyTools {
  readonly keySets: KeySets;
  readonly discovery: Discovery;
  readonly mask: (text: string) => string;
}

/**
 * Where the key of a signature is to be found: a key that is held and fits the algorithm, else the issuer's. Fails with
 * a VerificationFault, or with `cancelled`.
 */
export async function findKeySource(
  request: KeyRequest,
  issuer: string | null,
  alg: string,
  tools: KeyTools,
): Promise<KeySource> {
  if (isNone(alg)) throw unsigned();
  const text = await request.held('verification_key');
  const held = text === null ? null : readVerificationKey(text);
  const symmetric = alg.startsWith('HS');
  if (held !== null) {
    if (symmetric === (held.kind === 'secret')) return { kind: 'held', held };
    if (symmetric) {
      throw new VerificationFault(
        'invalid',
        'algorithm_mismatch',
        `The token is signed with a shared secret (${alg}), but the stored key is a public key: forged tokens look like this.`,
      );
    }
  }
  if (symmetric) {
    throw new VerificationFault(
      'not_verified',
      'key_missing',
      `The token is signed with a shared secret (${alg}), which no published key can verify.`,
      'Set the secret as the verification key of this token.',
    );
  }
  return { kind: 'remote', url: await keysUrl(request, issuer, tools), keySets: tools.keySets };
}

export function issuerUnknown(named: string | null): VerificationFault {
  return new VerificationFault(
    'not_verified',
    'issuer_unknown',
    named === null
      ? 'Neither the profile nor the token names an issuer.'
      : `The token says that ${named} issued it, but you have not named it as a trusted issuer.`,
    'Name the issuer, or store a verification key for this token.',
  );
}

async function keysUrl(
  { profile, signal }: KeyRequest,
  issuer: string | null,
  tools: KeyTools,
): Promise<URL> {
  if (issuer === null && profile.options.jwksUri === null) throw issuerUnknown(null);
  let given: unknown;
  try {
    given = (await findServer({ ...profile, issuer }, ['jwks_uri'], signal, tools)).jwks_uri;
  } catch (error) {
    if (!(error instanceof KeyturnError) || error.code === 'cancelled') throw error;
    throw new VerificationFault('not_verified', 'keys_unavailable', error.message, error.hint ?? null);
  }
  const url = typeof given === 'string' ? parseUrl(given) : null;
  if (url === null) {
    throw new VerificationFault(
      'not_verified',
      'keys_unavailable',
      `The issuer ${serverText(issuer ?? '', tools.mask)} does not name the address of its keys.`,
      'Write the "jwksUri" into keyturn.json.',
    );
  }
  // An issuer elsewhere that points to plain http on this computer is not one to follow.
  if (url.protocol === 'http:' && issuer?.startsWith('https:') === true) {
    throw new VerificationFault(
      'not_verified',
      'keys_insecure',
      `The keys of ${issuer} are not behind https.`,
    );
  }
  return url;
}

export function isNone(alg: string): boolean {
  return alg === '' || alg.toLowerCase() === 'none';
}

export function unsigned(): VerificationFault {
  return new VerificationFault(
    'invalid',
    'algorithm_none',
    'The token is not signed ("alg" is none): anyone could have written it.',
  );
}
