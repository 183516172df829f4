import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';

describe('systemClock', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it('calls at the time, not before', () => {
    const called = vi.fn();
    systemClock.at(1_000_500, called);
    vi.advanceTimersByTime(499);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(called).toHaveBeenCalledOnce();
  });

  it('reaches times that a single timer cannot', () => {
    const called = vi.fn();
    const days = 40 * 24 * 3_600_000;
    systemClock.at(1_000_000 + days, called);
    vi.advanceTimersByTime(1000);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(days);
    expect(called).toHaveBeenCalledOnce();
  });

  it('notices within half a minute that the clock was set forward', () => {
    const called = vi.fn();
    systemClock.at(1_000_000 + 3_600_000, called);
    vi.setSystemTime(1_000_000 + 7_200_000);
    vi.advanceTimersByTime(30_000);
    expect(called).toHaveBeenCalledOnce();
  });

  it('calls after as much time when the clock was set back', () => {
    const called = vi.fn();
    systemClock.at(1_000_000 + 30_000, called);
    vi.advanceTimersByTime(10_000);
    vi.setSystemTime(1_000_000 - 3_600_000);
    vi.advanceTimersByTime(19_000);
    expect(called).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    expect(called).toHaveBeenCalledOnce();
  });

  it('can be called off', () => {
    const called = vi.fn();
    systemClock.at(1_000_100, called).dispose();
    vi.advanceTimersByTime(1000);
    expect(called).not.toHaveBeenCalled();
  });
});
