import type { AskedSecret } from '../../profile/key.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { InspectionContext, TokenInspector } from './inspection.ts';
import { requireKeyFile } from '../receivers/permission.ts';
import type { GrantTools } from '../grant.ts';
import { introspectToken, type InspectionRequest } from './introspect.ts';
import { withinReach } from '../receivers/reach.ts';
import { revokeToken } from './revoke.ts';
import { verifyToken } from './verify.ts';

/** Secrets that inspections need; see `inspectionSecrets`. */
export interface InspectionSecrets {
  /** Fails with `secret_missing`. */
  secret(profile: TokenProfile, kind: AskedSecret, interactive: boolean): Promise<string>;
  held(profile: TokenProfile, kind: 'verification_key' | 'decryption_key'): Promise<string | null>;
}

/** Asks servers about tokens. */
export function createInspector(grantTools: GrantTools, secrets: InspectionSecrets): TokenInspector {
  /** For an issuer that the profile names, or the person. */
  const toolsOf = (profile: TokenProfile, issuer: string | null = null) => {
    const reaching = withinReach({ ...profile, issuer: profile.issuer ?? issuer }, grantTools);
    return { ...reaching, keySets: grantTools.keySets.through(reaching.fetch) };
  };
  const requestOf = (
    profile: TokenProfile,
    { interactive, receivers, signal }: InspectionContext,
  ): InspectionRequest => ({
    profile,
    receivers,
    signal,
    waiting: interactive,
    secret: (kind) => secrets.secret(profile, kind, interactive),
    held: (kind) => secrets.held(profile, kind),
    found: (innerToken) => grantTools.register(innerToken, profile.name),
  });
  const keyFileAllowed = (profile: TokenProfile, { interactive, signal }: InspectionContext) =>
    requireKeyFile(profile, { waiting: interactive, signal }, grantTools);
  return {
    verify: (profile, accessToken, context) =>
      verifyToken(
        {
          ...requestOf(profile, context),
          accessToken,
          issuer: context.issuer ?? null,
          clockSkewMs: context.clockSkewMs ?? 0,
        },
        toolsOf(profile, context.issuer),
      ),
    introspect: async (profile, accessToken, context) => {
      await keyFileAllowed(profile, context);
      return introspectToken(requestOf(profile, context), accessToken, toolsOf(profile));
    },
    revoke: async (profile, token, context) => {
      await keyFileAllowed(profile, context);
      return revokeToken(requestOf(profile, context), token, toolsOf(profile));
    },
  };
}
