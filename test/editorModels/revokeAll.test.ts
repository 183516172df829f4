import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { revokeAll } from '../../src/editor/inspection/revokeAll.ts';
import type { RevokeResult } from '../../src/oauth/verify/inspections.ts';

const nodes = ['one', 'two', 'three'].map((name) => ({ name }));
const ended: RevokeResult = {
  results: [{ kind: 'access_token', outcome: 'ended', text: 'It has ended.', error: null }],
  downScoped: [],
  forgotten: true,
};
const kept: RevokeResult = {
  results: [
    { kind: 'refresh_token', outcome: 'accepted', text: 'It was accepted.', error: null },
    { kind: 'access_token', outcome: 'unsupported', text: 'It counts on.', error: 'revocation_failed' },
  ],
  downScoped: [],
  forgotten: false,
};
const cancelled = new KeyturnError('cancelled', 'Cancelled.');

/** What happens with the tokens, in order. */
function outcomes(...list: (RevokeResult | Error)[]) {
  return revokeAll(nodes, () => {
    const next = list.shift();
    return next === undefined || next instanceof Error ? Promise.reject(next!) : Promise.resolve(next);
  });
}

describe('revoking all tokens of an issuer', () => {
  it('counts what has ended', async () => {
    expect(await outcomes(ended, ended, ended)).toEqual({ done: 3, downScoped: [], failures: [], left: 0 });
  });

  it('goes on after a failure, and says what is wrong with which', async () => {
    const failed = new KeyturnError('revocation_failed', 'The server is away.');
    expect(await outcomes(failed, kept, ended)).toEqual({
      done: 1,
      downScoped: [],
      failures: ['one: The server is away.', 'two: It counts on.'],
      left: 0,
    });
  });

  it('tells of those with less scope by their scope', async () => {
    const downScoped = (['ended', 'failed'] as const).map((outcome) => ({
      kind: 'access_token' as const,
      outcome,
      text: `It is ${outcome}.`,
      error: null,
      scope: `reports:${outcome}`,
    }));
    expect(await outcomes({ ...ended, downScoped }, ended, ended)).toEqual({
      done: 3,
      downScoped,
      failures: ['one: (reports:failed) It is failed.'],
      left: 0,
    });
  });

  it('tells what was done before it was called off', async () => {
    expect(await outcomes(ended, cancelled)).toEqual({ done: 1, downScoped: [], failures: [], left: 2 });
  });

  it('is cancelled when nothing was done yet', async () => {
    await expect(outcomes(cancelled)).rejects.toBe(cancelled);
  });

  it('hides no fault of its own', async () => {
    await expect(outcomes(ended, new TypeError('x'))).rejects.toThrow(TypeError);
  });
});
