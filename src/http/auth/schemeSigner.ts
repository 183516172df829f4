import { AwsSigner } from './awsSigner.ts';
import type { SchemeCredentials } from './credentials.ts';
import { type DigestChallenges, DigestSigner } from './digestSigner.ts';

/** Computes Authorization for each message of one request. Fails like the constructor of `DigestSigner`. */
export function schemeSigner(
  credentials: SchemeCredentials,
  challenges: DigestChallenges,
  now: () => number,
): AwsSigner | DigestSigner {
  return credentials.scheme === 'aws'
    ? new AwsSigner(credentials, now)
    : new DigestSigner(challenges, credentials);
}
