import type { ForeignPlace, ForeignProfile, WantedToken } from './foreignProfile.ts';
import { httpyacToken } from './httpyac.ts';
import { jetbrainsToken } from './jetbrains.ts';
import { aadToken, aadV2Token, oidcToken } from './restClient.ts';

const MAKERS = {
  jetbrains: jetbrainsToken,
  aad: aadToken,
  aad_v2: aadV2Token,
  oidc: oidcToken,
  httpyac: httpyacToken,
} as const;

/**
 * The profile of a token that a file asks for in the words of another tool, bound to the origin of the request. Fails
 * with `profile_invalid`, or with `unsupported` for what cannot be done safely.
 */
export function foreignProfile(wanted: WantedToken, place: ForeignPlace): ForeignProfile {
  return MAKERS[wanted.syntax](wanted, place);
}
