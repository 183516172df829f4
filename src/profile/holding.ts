import type { Grant } from './profile.ts';

/**
 * True when a token of this grant is written to the secret store. What another program, the editor or the
 * environment holds already is kept there alone: a copy would outlive it.
 */
export function isStored(grant: Grant): boolean {
  switch (grant) {
    case 'self_signed':
    case 'command':
    case 'editor_account':
    case 'keychain':
    case 'environment':
      return false;
    default:
      return true;
  }
}

/** True when the secret store can hold one: also that of an editor's account, shared with the command. */
export function mayBeStored(grant: Grant): boolean {
  return isStored(grant) || grant === 'editor_account';
}

/** True when asking the source costs little and it alone knows what is valid: it is asked at each use. */
export function isAskedEachTime(grant: Grant): boolean {
  return grant === 'keychain' || grant === 'environment';
}
