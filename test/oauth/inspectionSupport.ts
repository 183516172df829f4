import type { Clock } from '../../src/base/clock.ts';
import { createGrantTools } from '../../src/oauth/obtain.ts';
import { createInspector, type InspectionSecrets } from '../../src/oauth/verify/inspector.ts';
import { privateFiles } from '../../src/node/privateFiles.ts';
import type { HeldKey } from '../../src/oauth/verify/inspectionSecrets.ts';
import type { TokenProfile } from '../../src/profile/profile.ts';
import type { InspectionContext, TokenInspector } from '../../src/oauth/verify/inspection.ts';
import { TestClock } from '../token/support.ts';
import { everythingAllowed } from '../token/sources/support.ts';

export interface ProverParts {
  readonly clock?: Clock;
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
  readonly held?: Partial<Record<HeldKey, string>>;
  readonly secret?: (profile: TokenProfile) => string;
}

export interface TestProver {
  readonly inspector: TokenInspector;
  readonly clock: Clock;
  /** What was registered with the redactor. */
  readonly registered: string[];
}

export function proverOf({
  clock = new TestClock(),
  timeoutMs = 5000,
  fetch = globalThis.fetch,
  held = {},
  secret,
}: ProverParts = {}): TestProver {
  const registered: string[] = [];
  const tools = createGrantTools({
    fetch,
    fetchAs: () => () => Promise.reject(new Error('No client certificate is expected here.')),
    files: privateFiles,
    consent: everythingAllowed,
    clock,
    mask: (text) => text,
    register: (value) => void registered.push(value),
    timeoutMs,
  });
  const secrets: InspectionSecrets = {
    secret: (profile) => Promise.resolve(secret?.(profile) ?? `${profile.clientId}-secret/+%`),
    held: (_profile, kind) => Promise.resolve(held[kind] ?? null),
  };
  return { inspector: createInspector(tools, secrets), clock, registered };
}

export function inspectionContext(changes: Partial<InspectionContext> = {}): InspectionContext {
  return { interactive: false, signal: new AbortController().signal, ...changes };
}
