import type { RequestResult } from '../../run/result.ts';
import { welcomeContextKeys } from './commands.ts';

/** The steps of the walkthrough that this result completes, as context keys. */
export function stepsReached({ response, retried, challenge }: RequestResult): string[] {
  return [
    ...(response === null ? [] : [welcomeContextKeys.sent]),
    ...(retried === 'invalid_token' ? [welcomeContextKeys.refreshed] : []),
    ...(challenge?.error === 'insufficient_scope' ? [welcomeContextKeys.scopeMissing] : []),
  ];
}
