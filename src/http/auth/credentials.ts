/** What a file writes for a scheme whose value is computed for each message: the secret in it never leaves. */
export type SchemeCredentials = DigestCredentials | AwsCredentials;

export interface DigestCredentials {
  readonly scheme: 'digest';
  readonly user: string;
  readonly password: string;
}

export interface AwsCredentials {
  readonly scheme: 'aws';
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  /** Null: as the host says. */
  readonly region: string | null;
  /** Null: as the host says. */
  readonly service: string | null;
}

/** Shorter values stand in any URL or body. */
export const SHORTEST_SECRET = 8;

/** What of it must reach no log and no other place. */
export function secretsOf(credentials: SchemeCredentials): readonly string[] {
  if (credentials.scheme === 'digest') return [credentials.password];
  const { secretAccessKey, sessionToken } = credentials;
  return sessionToken === null ? [secretAccessKey] : [secretAccessKey, sessionToken];
}
