import type { Clock } from '../../base/clock.ts';
import type { Files } from '../../base/files.ts';
import type { RequestTarget, WantedToken } from '../../httpfile/resolve/foreignToken.ts';
import { workOutRequest } from '../../httpfile/resolve/resolve.ts';
import type { HttpFile } from '../../httpfile/parse/tree.ts';
import { absoluteUrl } from '../../run/url.ts';
import { foreignProfile } from '../../foreign/foreignProfiles.ts';
import type { WithSecrets } from '../../foreign/foreignProfile.ts';
import type { AskedSecret } from '../../profile/key.ts';
import { secretKey } from '../../profile/key.ts';
import type { TokenProfile } from '../../profile/profile.ts';

/** A `.http` file with what its requests see. */
export interface SecretReader {
  readonly tree: HttpFile;
  /** Location of the file. */
  readonly file: string;
  readonly variables: ReadonlyMap<string, string>;
  /** The entry of this id under Security → Auth of the same environment. */
  authEntry(id: string): Promise<Readonly<Record<string, unknown>> | null>;
}

export interface SecretUse {
  readonly profile: TokenProfile;
  /** Under which the profile looks for it in the store. */
  readonly key: string;
  /** Without the secret in the file the profile would use none at all. */
  readonly forgetsSecret: boolean;
}

export interface UseParts {
  readonly files: Files;
  readonly clock: Clock;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
}

/** More requests than this are not looked at. */
const MOST_REQUESTS = 2000;

/**
 * The profiles that requests of these files would use a secret for: each request is worked out as if it were sent, up
 * to the token that it asks for. What cannot be worked out uses nothing. One for each key.
 */
export async function secretUses(
  parts: UseParts,
  readers: readonly SecretReader[],
  kind: AskedSecret,
  value: string,
): Promise<SecretUse[]> {
  const found = new Map<string, SecretUse>();
  let left = MOST_REQUESTS;
  for (const reader of readers) {
    for (const node of reader.tree.requests) {
      if (left-- <= 0) return [...found.values()];
      const take = (wanted: WantedToken, target: RequestTarget) => {
        for (const use of usesIn(wanted, target, reader.file, kind, value)) found.set(use.key, use);
      };
      await workOutRequest({
        ...parts,
        ...reader,
        node,
        overrides: {},
        environment: reader.variables,
        trusted: true,
        token: () => Promise.resolve(STAND_IN),
        foreign: {
          entry: (id) => reader.authEntry(id),
          token: (wanted, target) => {
            take(wanted, target);
            return Promise.resolve({ text: STAND_IN, secret: STAND_IN });
          },
        },
      }).catch(() => undefined);
    }
  }
  return [...found.values()];
}

/** For a token that no request here needs. */
const STAND_IN = 'token';

function usesIn(
  wanted: WantedToken,
  target: RequestTarget,
  file: string,
  kind: AskedSecret,
  value: string,
): SecretUse[] {
  const place = { origin: absoluteUrl(target.url, target.headers).origin, file };
  const holders = holdersOf(wanted, place, kind, value);
  if (holders.length === 0) return [];
  const left = Object.entries(wanted.settings).filter(([, setting]) => setting !== value);
  const without = partsOf({ ...wanted, settings: Object.fromEntries(left) }, place);
  return holders.map(({ profile }) => {
    const key = secretKey(kind, profile);
    const after = without.find((other) => secretKey(kind, other.profile) === key);
    const forgetsSecret = after?.profile.clientAuthentication !== profile.clientAuthentication;
    return { profile, key, forgetsSecret };
  });
}

type Place = Parameters<typeof foreignProfile>[1];

function holdersOf(wanted: WantedToken, place: Place, kind: AskedSecret, value: string): WithSecrets[] {
  return partsOf(wanted, place).filter(({ secrets }) => secrets[kind] === value.trim());
}

function partsOf(wanted: WantedToken, place: Place): WithSecrets[] {
  const made = foreignProfile(wanted, place);
  return made.subject === null ? [made] : [made, made.subject];
}
