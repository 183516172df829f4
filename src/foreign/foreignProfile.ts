import { KeyturnError } from '../base/errors.ts';
import { parseUrl } from '../base/url.ts';
import type { AskedSecret } from '../profile/key.ts';
import { isSecureUrl } from '../profile/origin.ts';
import { noOptions, type ProfileOptions, type TokenProfile } from '../profile/profile.ts';
import { checkProfile } from '../profile/check.ts';
import { isValidName, LONGEST_NAME } from '../profile/name.ts';

/** A token that a file written for another tool asks for, in that tool's own words; variables are replaced. */
export interface WantedToken {
  readonly syntax: 'jetbrains' | 'aad' | 'aad_v2' | 'oidc' | 'httpyac';
  /** What the file calls it: the id of a `Security.Auth` entry, a prefix of httpyac's variables. */
  readonly name: string;
  /** The words that follow. */
  readonly args: readonly string[];
  /** The entry, or the variables, that say how the token is obtained. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** `$auth.idToken`: the ID token instead of the access token. */
  readonly idToken: boolean;
}

/** Where a request goes, and which file holds it. */
export interface ForeignPlace {
  readonly origin: string;
  /** Location of the `.http` file. */
  readonly file: string;
}

/** What a file holds in plain text. */
export type ForeignSecrets = Readonly<Partial<Record<AskedSecret, string>>>;

export interface WithSecrets {
  readonly profile: TokenProfile;
  readonly secrets: ForeignSecrets;
}

/** A wanted token as Keyturn obtains it. */
export interface ForeignProfile extends WithSecrets {
  /** The profile whose token is exchanged for this one. */
  readonly subject: WithSecrets | null;
  readonly idToken: boolean;
  /** The value begins with the scheme, as in `Bearer …`. */
  readonly withScheme: boolean;
  /** The file asks for a new sign-in each time. */
  readonly anew: boolean;
}

export type ProfileParts = Partial<Omit<TokenProfile, 'name' | 'origins' | 'options' | 'declaredIn'>> &
  Pick<TokenProfile, 'grant'> & { readonly options?: Partial<ProfileOptions> };

/**
 * A profile that is bound to the origin of the request: a file of another tool does not say where its tokens may go.
 * For another origin it is another profile, with another token. Fails with `profile_invalid` or `insecure_origin`.
 */
export function boundProfile(name: string, place: ForeignPlace, parts: ProfileParts): TokenProfile {
  const destination = parseUrl(place.origin);
  if (destination === null || !isSecureUrl(destination)) {
    throw new KeyturnError(
      'insecure_origin',
      `Token ${validName(name)} was not sent to ${place.origin}: the connection is not encrypted.`,
      {
        hint: 'Use https: Keyturn allows plain http only for this computer.',
        data: { token: validName(name), origin: place.origin },
      },
    );
  }
  const profile: TokenProfile = {
    sendAs: { scheme: 'Bearer' },
    issuer: null,
    tokenEndpoint: null,
    clientId: null,
    clientAuthentication: 'none',
    scope: null,
    audience: null,
    resource: null,
    ...parts,
    name: validName(name),
    origins: [place.origin],
    options: { ...noOptions, ...parts.options },
    declaredIn: place.file,
  };
  const fault = checkProfile(profile).find(({ severity }) => severity === 'error');
  if (fault !== undefined) throw invalidToken(profile.name, fault.message);
  return profile;
}

export function invalidToken(name: string, message: string): KeyturnError {
  return new KeyturnError(
    'profile_invalid',
    `The token "${validName(name)}" cannot be obtained: ${message}`,
    {
      hint: 'Correct its entry in the file, or declare the token in keyturn.json and name it with # @token.',
      data: { token: validName(name) },
    },
  );
}

export function unsupportedToken(name: string, message: string): KeyturnError {
  return new KeyturnError('unsupported', `The token "${validName(name)}" is not obtained: ${message}`, {
    hint: 'Declare the token in keyturn.json with another grant and name it with # @token.',
    data: { token: validName(name) },
  });
}

/** The name as it can stand in messages, keys and `KEYTURN_…_<NAME>`. */
function validName(name: string): string {
  const short = name.slice(0, LONGEST_NAME);
  return isValidName(short) ? short : short.replace(/[\s{}"'<>\x00-\x1f\x7f-\x9f]/g, '-') || 'token';
}

/** Null for what is not said, or said as an empty text. */
export function textOrNull(value: string | undefined): string | null {
  const text = value?.trim() ?? '';
  return text === '' ? null : text;
}

/** Secrets without those that the file does not hold. */
export function secretsOf(clientSecret: string | null, password: string | null): ForeignSecrets {
  return {
    ...(clientSecret === null ? {} : { client_secret: clientSecret }),
    ...(password === null ? {} : { password }),
  };
}
