import { describe, expect, it } from 'vitest';
import { OriginCheck } from '../../src/run/originCheck.ts';
import type { AuditEvent } from '../../src/base/auditEvent.ts';
import { createConsentStore } from '../../src/consent/origins.ts';
import { tokenKey } from '../../src/profile/key.ts';
import { downScopedProfile } from '../../src/token/downScoped.ts';
import { memoryValues, profileOf } from '../token/support.ts';

const FAR = new URL('https://far.example.com/x');
const profile = profileOf({ declaredIn: 'file:///w/keyturn.json' });

function setUp(...answers: ('once' | 'remember' | 'refuse')[]) {
  const consent = createConsentStore(memoryValues());
  const events: AuditEvent[] = [];
  const asked: string[] = [];
  const asker = {
    allowOrigin({ origin }: { readonly origin: string }) {
      asked.push(origin);
      return Promise.resolve(answers.shift() ?? 'refuse');
    },
  };
  const audit = { record: (event: AuditEvent) => void events.push(event) };
  const check = () => new OriginCheck({ asker, consent, audit }, '/w/a.http:3').check(profile, [FAR]);
  return { consent, events, asked, check };
}

describe('an origin beyond those of the profile', () => {
  it('that is allowed for good is recorded with the line that asked, and kept with the file', async () => {
    const { consent, events, asked, check } = setUp('remember');
    await check();
    await check();
    expect(asked).toEqual([FAR.origin]);
    expect(events).toEqual([
      {
        action: 'allowed',
        tokenName: 'viewer',
        accessToken: null,
        origin: FAR.origin,
        method: null,
        path: null,
        status: null,
        error: null,
        cause: '/w/a.http:3',
        detail: 'use at https://far.example.com',
      },
    ]);
    const [kept] = await consent.all();
    expect(kept?.origins).toEqual([{ origin: FAR.origin, declaredIn: 'file:///w/keyturn.json' }]);
  });

  it('is asked about again once that is withdrawn', async () => {
    const { consent, asked, check } = setUp('remember', 'refuse');
    await check();
    await consent.withdrawOrigin(tokenKey(profile), FAR.origin);
    await expect(check()).rejects.toMatchObject({ code: 'origin_not_allowed' });
    expect(asked).toHaveLength(2);
  });

  it('that is allowed once, or refused, is no permission', async () => {
    const { consent, events, check } = setUp('once', 'refuse');
    await check();
    await expect(check()).rejects.toMatchObject({ code: 'origin_not_allowed' });
    expect([await consent.all(), events]).toEqual([[], []]);
  });

  it('holds for the same token with less scope', async () => {
    const { consent } = setUp();
    await consent.remember(tokenKey(profile), FAR.origin, null);
    const asker = { allowOrigin: () => Promise.reject(new Error('asked')) };
    const downScoped = downScopedProfile(profile, 'reports:read');
    await new OriginCheck({ asker, consent }, '/w/a.http:3').check(downScoped, [FAR]);
  });
});
