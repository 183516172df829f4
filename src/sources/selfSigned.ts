import type { Clock } from '../base/clock.ts';
import { signingKey, type KeyTools } from '../profile/keys/signingKey.ts';
import { signProfileJwt } from '../profile/keys/signJwt.ts';
import type { TokenSource } from './source.ts';

/** A JWT that Keyturn signs itself (RFC 7519), for service accounts and issuers of tests. */
export function createSelfSigned(tools: KeyTools & { readonly clock: Clock }): TokenSource {
  return {
    grant: 'self_signed',
    async obtain(profile, context) {
      const key = await signingKey(profile, context, tools);
      const { jwt, expiresAtMs } = await signProfileJwt(profile, key, {}, tools.clock.now());
      return {
        accessToken: jwt,
        refreshToken: null,
        idToken: null,
        tokenType: 'bearer',
        scope: null,
        expiresAtMs,
      };
    },
  };
}
