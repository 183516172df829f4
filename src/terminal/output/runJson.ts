import type { Problem } from '../../httpfile/parse/tree.ts';
import { maskedWrittenUrl } from '../../redaction/maskedText.ts';
import type { RequestResult } from '../../run/result.ts';
import { listedProblem } from './listJson.ts';

export interface ReportContext {
  /** Disabled in its file, and left out. */
  readonly skipped: boolean;
  readonly problems: readonly Problem[];
  readonly mask: (text: string) => string;
}

/** The object of one line of `keyturn run --json`; unknown values are null. */
export function runJson(file: string, result: RequestResult, { skipped, problems, mask }: ReportContext) {
  const { response, token, challenge } = result;
  const error = skipped ? null : result.error;
  return {
    file,
    name: result.node.name,
    line: result.node.line + 1,
    request: result.request ?? {
      method: result.node.method,
      url: maskedWrittenUrl(result.node.url),
      headers: [],
    },
    response: response && {
      status: response.status,
      headers: response.headers,
      sizeBytes: response.sizeBytes,
      durationMs: Math.round(response.timings.totalMs * 100) / 100,
    },
    rateLimits: result.rateLimits.map((limit) => ({
      name: limit.name,
      limit: limit.limit,
      remaining: limit.remaining,
      used: limit.used,
      resetAt: limit.resetAtMs === null ? null : isoDate(limit.resetAtMs),
      windowSeconds: limit.windowSeconds,
      unit: limit.unit,
      source: limit.source,
    })),
    retryAfterSeconds: result.retryAfterSeconds,
    token: token && {
      name: token.name,
      status: token.status,
      refreshed: token.refreshed,
      scope: token.scope,
      askedScope: token.askedScope,
    },
    retried: result.retried,
    challenge: challenge && {
      origin: challenge.origin,
      error: challenge.error,
      errorDescription: challenge.errorDescription,
      scopes: challenge.scopes,
      missingScopes: challenge.missingScopes,
      acrValues: challenge.acrValues,
      maxAgeSeconds: challenge.maxAgeSeconds,
      resourceMetadata: challenge.resourceMetadata,
      refusal: challenge.refusal && {
        code: challenge.refusal.code,
        message: challenge.refusal.message,
        hint: challenge.refusal.hint,
      },
    },
    notes: [...result.done, ...result.notes],
    tests: result.tests.map(({ line, ...test }) => ({ ...test, line: line === null ? null : line + 1 })),
    notRun: result.notRun.map(({ kind, line, text }) => ({ kind, line: line + 1, text })),
    problems: problems.map((problem) => listedProblem({ ...problem, message: mask(problem.message) })),
    skipped: skipped ? 'disabled' : null,
    error: error && {
      code: error.code,
      message: error.message,
      ...(error.certificate && { certificate: error.certificate }),
    },
  };
}

/** Null beyond what a Date can hold. */
function isoDate(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
