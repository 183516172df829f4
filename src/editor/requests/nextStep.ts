import type { ErrorCode } from '../../errors.ts';

/** What one click can do about a request or a token that failed. */
export type NextStep = 'choose_environment' | 'paste_token' | 'sign_in';

/** Errors behind which a value may stand that only an environment has. */
const mayNeedEnvironment: readonly ErrorCode[] = ['variable_unknown', 'profile_invalid'];

/**
 * `environmentOpen` means that the document has environments and none is chosen. Null where words are enough.
 */
export function nextStep(code: ErrorCode, environmentOpen: boolean): NextStep | null {
  if (environmentOpen && mayNeedEnvironment.includes(code)) return 'choose_environment';
  if (code === 'sign_in_needed') return 'sign_in';
  return code === 'token_missing' ? 'paste_token' : null;
}

/** Why a token cannot be used, in the few words that a lens has room for. */
export function unusableWords(code: ErrorCode, environmentOpen: boolean): string {
  if (nextStep(code, environmentOpen) === 'choose_environment') return 'choose an environment';
  return code === 'profile_unknown' ? 'no such token' : 'unusable';
}
