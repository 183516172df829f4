import type { ClientAuthentication, TokenProfile } from '../profile.ts';
import { grantOf, OPTIONS, type Grant, type GrantProperty, type OptionName } from './all.ts';

/** What verifying, introspecting and revoking use, however the token came. */
export const INSPECTIONS: readonly GrantProperty[] = [
  'issuer',
  'clientId',
  'audience',
  'jwksUri',
  'introspectionEndpoint',
  'revocationEndpoint',
];

/** What a way to authenticate the client uses besides its secret. */
export const AUTHENTICATION_USES: Readonly<Record<ClientAuthentication, readonly GrantProperty[]>> = {
  client_secret_basic: [],
  client_secret_post: [],
  client_secret_jwt: ['algorithm', 'assertionAudience'],
  // The certificate of the key: some servers find the key by its thumbprint.
  private_key_jwt: ['algorithm', 'keyId', 'keyFile', 'certificateFile', 'assertionAudience'],
  tls_client_auth: ['certificateFile', 'keyFile'],
  none: [],
};

/** Properties that have an effect with this grant and this way to authenticate. */
export function usedProperties({
  grant,
  clientAuthentication,
}: Pick<TokenProfile, 'grant' | 'clientAuthentication'>): ReadonlySet<GrantProperty> {
  return new Set([...grantProperties(grant), ...AUTHENTICATION_USES[clientAuthentication]]);
}

/** Properties that have an effect with this grant, whatever the client proves itself with. */
export function grantProperties(grant: Grant): readonly GrantProperty[] {
  const { needs, uses, options } = grantOf(grant);
  const own = Object.keys(options).filter((name): name is OptionName => name in OPTIONS);
  return [...new Set([...INSPECTIONS, ...needs, ...uses, ...own])];
}

/**
 * How the client proves itself where the profile does not say. A client with which a person signs in runs on that
 * person's computer and keeps no secret (RFC 8252 section 8.4); an assertion proves enough by itself.
 */
export function defaultAuthentication(grant: Grant, clientId: string | null): ClientAuthentication {
  const { clientAuthentication } = grantOf(grant);
  if (clientAuthentication !== 'client_secret_basic_if_client') return clientAuthentication;
  return clientId === null ? 'none' : 'client_secret_basic';
}
