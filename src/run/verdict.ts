import type { RequestResult } from './result.ts';

/** What became of a request; see `verdictOf`. */
export type Outcome = 'succeeded' | 'refused' | 'failed' | 'skipped' | 'cancelled';

export interface Verdict {
  readonly outcome: Outcome;
  /** False where the run that the request is part of has failed with it. */
  readonly passed: boolean;
}

export interface VerdictRules {
  /** A status of 400 and above fails a request, and so does what Keyturn did not run: it may have failed (`--fail`). */
  readonly strict: boolean;
  /** A request that its file disables is left out. False where the person chose this very request. */
  readonly skipsDisabled: boolean;
}

type Judged = Pick<RequestResult, 'response' | 'error' | 'notRun' | 'tests'>;

/** Decides whether a request passed. Nothing else does. */
export function verdictOf(result: Judged, { strict, skipsDisabled }: VerdictRules): Verdict {
  const outcome = outcomeOf(result, skipsDisabled);
  const doubtful = outcome === 'refused' || result.notRun.length > 0;
  const answered = outcome === 'succeeded' || outcome === 'refused';
  const failedTest = result.tests.some(({ passed }) => !passed);
  return { outcome, passed: outcome === 'skipped' || (answered && !failedTest && !(strict && doubtful)) };
}

/**
 * `refused`: answered with a status of 400 and above. `failed`: without an answer, with a body that is not whole, or
 * with a script that failed. A test that fails leaves the outcome as it is, and the request has not passed.
 * `cancelled`: before its answer was there.
 */
function outcomeOf({ response, error }: Judged, skipsDisabled: boolean): Outcome {
  if (error?.code === 'request_disabled' && skipsDisabled) return 'skipped';
  if (error?.code === 'cancelled') return 'cancelled';
  if (response === null || error !== null) return 'failed';
  return response.status < 400 ? 'succeeded' : 'refused';
}
