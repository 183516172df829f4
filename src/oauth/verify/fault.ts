import type { ProofCode, ProofStatus } from './inspection.ts';

/** Why a signature could not be found good. Its message is one sentence, free of secrets. */
export class ProofFault extends Error {
  override readonly name = 'ProofFault';
  readonly status: Exclude<ProofStatus, 'verified'>;
  readonly code: ProofCode;
  readonly hint: string | null;

  constructor(
    status: Exclude<ProofStatus, 'verified'>,
    code: ProofCode,
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
