import type { TokenProfile } from '../profile/profile.ts';
import { isOAuthGrant } from '../profile/grants/all.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { Token } from './token.ts';

type Registrar = Pick<Redactor, 'register' | 'registerGiven'>;
type Issued = Pick<TokenProfile, 'name' | 'grant' | 'issuer' | 'tokenEndpoint' | 'origins' | 'options'>;

/** Makes every secret of a token known. */
export function registerToken(
  redactor: Registrar,
  profile: Issued,
  { accessToken, refreshToken, idToken }: Pick<Token, 'accessToken' | 'refreshToken' | 'idToken'>,
): void {
  for (const secret of [accessToken, refreshToken, idToken]) {
    if (secret !== null) registerTokenValue(redactor, profile, secret);
  }
}

/** A token, or what was made of it: what a server issued was chosen by the server. */
export function registerTokenValue(redactor: Registrar, profile: Issued, value: string): void {
  if (isOAuthGrant(profile.grant)) redactor.registerGiven(value, profile.name, placesOf(profile));
  else redactor.register(value, profile.name);
}

/** Where a profile's tokens come from and go to. */
function placesOf({ name, issuer, tokenEndpoint, origins, options }: Issued): string[] {
  const { authorizationEndpoint, deviceAuthorizationEndpoint } = options;
  return [name, issuer, tokenEndpoint, authorizationEndpoint, deviceAuthorizationEndpoint, ...origins].filter(
    (text) => text !== null,
  );
}

/** A scope as a server names it, which it may name after what it was sent: scopes are shown in many places. */
export function maskedScope(redactor: Pick<Redactor, 'mask'>, scope: string | null): string | null {
  return (
    scope
      ?.split(' ')
      .map((word) => redactor.mask(word))
      .join(' ') ?? null
  );
}
