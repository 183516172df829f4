import type { GrantContext, GrantResult } from '../token/grant.ts';
import type { LocalGrant, TokenProfile } from '../profile/profile.ts';

/** A way to get a token without asking an authorization server; one file each in this folder. */
export interface TokenSource {
  readonly grant: LocalGrant;
  obtain(profile: TokenProfile, context: GrantContext): Promise<GrantResult>;
}
