import type { VerificationCode, VerificationStatus } from './inspection.ts';

/** Why a signature could not be found good. Its message is one sentence, free of secrets. */
export class VerificationFault extends Error {
  override readonly name = 'VerificationFault';
  readonly status: Exclude<VerificationStatus, 'verified'>;
  readonly code: VerificationCode;
  readonly hint: string | null;

  constructor(
    status: Exclude<VerificationStatus, 'verified'>,
    code: VerificationCode,
    message: string,
    hint: string | null = null,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}
