import { l10n } from 'vscode';
import type { ErrorCode } from '../../base/errors.ts';

/** What one click can do about a request or a token that failed. */
export type NextStep =
  'choose_environment' | 'correct_profile' | 'paste_token' | 'set_client_secret' | 'sign_in';

/** Where it failed. */
export interface Situation {
  /** The document has environments, and none is chosen. */
  readonly environmentOpen: boolean;
  /** The token's profile has an error in its `keyturn.json`, which no environment mends. */
  readonly profileHasErrors: boolean;
}

/** Errors behind which a value may stand that only an environment has. */
const mayNeedEnvironment: readonly ErrorCode[] = ['variable_unknown', 'profile_invalid'];

/** Errors of a token or refresh token that was pasted; others are obtained again without a person. */
const pasteable: readonly ErrorCode[] = ['token_missing', 'token_expired', 'invalid_grant'];

/** Null where words are enough. */
export function nextStep(code: ErrorCode, situation: Situation): NextStep | null {
  if (code === 'profile_invalid' && situation.profileHasErrors) return 'correct_profile';
  if (situation.environmentOpen && mayNeedEnvironment.includes(code)) return 'choose_environment';
  if (code === 'sign_in_needed') return 'sign_in';
  if (code === 'invalid_client' || code === 'secret_missing') return 'set_client_secret';
  return pasteable.includes(code) ? 'paste_token' : null;
}

/** Why a token cannot be used, in the few words that a lens has room for. */
export function unusableWords(code: ErrorCode, situation: Situation): string {
  const step = nextStep(code, situation);
  if (step === 'choose_environment') return l10n.t('choose an environment');
  if (step === 'correct_profile') return l10n.t('error in keyturn.json');
  return code === 'profile_unknown' ? l10n.t('no such token') : l10n.t('unusable');
}
