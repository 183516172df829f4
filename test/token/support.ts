import type { Clock } from '../../src/base/clock.ts';
import type { GrantContext, GrantResult } from '../../src/token/grant.ts';
import { createTokenManager } from '../../src/token/createManager.ts';
import type { TokenManagerOptions } from '../../src/token/managerOptions.ts';
import { KeptSecrets } from '../../src/token/keptSecrets.ts';
import { createMemorySecretStore } from './memorySecretStore.ts';
import { noOptions, type TokenProfile } from '../../src/profile/profile.ts';
import { Redactor } from '../../src/redaction/redactor.ts';
import type { KeyValueStore } from '../../src/base/keyValue.ts';
import { createTokenStore } from '../../src/token/tokenStore.ts';
import { createUsageRecord } from '../../src/token/usage.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A clock that is turned by hand; counts its timers. */
export class TestClock implements Clock {
  nowMs = 1_750_000_000_000;
  readonly timers = new Set<{ atMs: number; callback: () => void }>();
  mostTimers = 0;

  now(): number {
    return this.nowMs;
  }

  at(atMs: number, callback: () => void): { dispose(): void } {
    const timer = { atMs, callback };
    this.timers.add(timer);
    this.mostTimers = Math.max(this.mostTimers, this.timers.size);
    return { dispose: () => void this.timers.delete(timer) };
  }

  /** Turns the clock on, timer by timer, and lets what they started finish. */
  async advance(ms: number): Promise<void> {
    const end = this.nowMs + ms;
    for (;;) {
      const next = [...this.timers].sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > end) break;
      this.timers.delete(next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.callback();
      await settled();
    }
    this.nowMs = end;
    await settled();
  }

  /** Sets the clock; the timers that are pending then fire, as they do after a sleep or a change of the clock. */
  async jump(toMs: number): Promise<void> {
    this.nowMs = toMs;
    for (const timer of [...this.timers]) {
      this.timers.delete(timer);
      timer.callback();
    }
    await settled();
  }
}

export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}

export function profileOf(changes: Partial<TokenProfile> = {}): TokenProfile {
  return {
    name: 'viewer',
    grant: 'client_credentials',
    origins: ['https://api.example.com'],
    sendAs: { scheme: 'Bearer' },
    issuer: 'https://id.example.com',
    tokenEndpoint: null,
    clientId: 'viewer',
    clientAuthentication: 'client_secret_basic',
    scope: 'reports:read',
    audience: null,
    resource: null,
    options: noOptions,
    declaredIn: '/w/keyturn.json',
    ...changes,
  };
}

export function staticProfile(changes: Partial<TokenProfile> = {}): TokenProfile {
  return profileOf({
    name: 'pasted',
    grant: 'static',
    issuer: null,
    clientId: null,
    scope: null,
    ...changes,
  });
}

export function memoryValues(): KeyValueStore & { readonly values: Map<string, unknown> } {
  const values = new Map<string, unknown>();
  return {
    values,
    get: (key) => Promise.resolve(values.get(key)),
    set(key, value) {
      if (value === undefined) values.delete(key);
      else values.set(key, value);
      return Promise.resolve();
    },
    keys: () => Promise.resolve([...values.keys()]),
  };
}

export interface Obtained {
  readonly profile: TokenProfile;
  readonly context: GrantContext;
}

/** A manager over a memory store, with a server that hands out `access-1`, `access-2`, … for ten minutes each. */
export function harness(changes: Partial<TokenManagerOptions> = {}) {
  const clock = new TestClock();
  const secrets = createMemorySecretStore();
  const store = createTokenStore(secrets);
  const redactor = new Redactor();
  const usage = memoryValues();
  const calls: Obtained[] = [];
  const reports: string[] = [];
  const result = (changes: Partial<GrantResult> = {}): GrantResult => ({
    accessToken: `access-${calls.length}`,
    refreshToken: null,
    idToken: null,
    tokenType: 'bearer',
    scope: null,
    expiresAtMs: clock.now() + 10 * MINUTE,
    ...changes,
  });
  const answer: (call: Obtained) => Promise<GrantResult> = () => Promise.resolve(result());
  const server = { answer };
  const options: TokenManagerOptions = {
    store,
    clock,
    redactor,
    keptSecrets: new KeptSecrets(store, redactor),
    usage: createUsageRecord(usage),
    leadMs: () => 5 * MINUTE,
    obtain: (profile, context) => {
      const call = { profile, context };
      calls.push(call);
      return server.answer(call);
    },
    askSecret: () => Promise.resolve(null),
    report: (error) => void reports.push(error.code),
    ...changes,
  };
  const manager = createTokenManager(options);
  return { manager, options, clock, secrets, store, redactor, usage, calls, reports, result, server };
}
