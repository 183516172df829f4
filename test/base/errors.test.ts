import { describe, expect, it } from 'vitest';
import { asKeyturnError, KeyturnError } from '../../src/base/errors.ts';

describe('KeyturnError', () => {
  it('is told by its codes', () => {
    const error: unknown = new KeyturnError('timeout', 'Too slow.', {
      hint: 'Wait longer.',
      data: { seconds: 3 },
    });
    expect(KeyturnError.is(error)).toBe(true);
    expect(KeyturnError.is(error, 'timeout', 'cancelled')).toBe(true);
    expect(KeyturnError.is(error, 'cancelled')).toBe(false);
    expect(KeyturnError.is(new Error('x'))).toBe(false);
  });

  it('keeps what it is, knows an abort, and shows nothing of the unforeseen', () => {
    const known = new KeyturnError('usage', 'Wrong.');
    expect(asKeyturnError(known)).toBe(known);
    expect(asKeyturnError(AbortSignal.abort().reason).code).toBe('cancelled');
    const unforeseen = asKeyturnError(new Error('a secret'));
    expect(unforeseen).toMatchObject({ code: 'internal', cause: expect.any(Error) as Error });
    expect(unforeseen.message).not.toContain('secret');
    expect(asKeyturnError('thrown text').code).toBe('internal');
  });
});
