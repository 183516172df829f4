import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../src/run/verdict.ts';
import { response, result } from '../editorModels/support.ts';

const lenient = { strict: false, skipsDisabled: true };
const strict = { ...lenient, strict: true };
const chosen = { ...lenient, skipsDisabled: false };
const failure = (code: 'timeout' | 'cancelled' | 'request_disabled') =>
  result({ response: null, error: { code, message: 'Not done.', hint: null } });
const refused = result({ response: response({ status: 400 }) });
const unsure = result({ notRun: [{ kind: 'assertion', line: 3, text: '?? status == 200' }] });

describe('the verdict on a request', () => {
  it('passes what is answered, whatever the status', () => {
    expect(verdictOf(result(), lenient)).toEqual({ outcome: 'succeeded', passed: true });
    expect(verdictOf(refused, lenient)).toEqual({ outcome: 'refused', passed: true });
    expect(verdictOf(unsure, lenient)).toEqual({ outcome: 'succeeded', passed: true });
  });

  it('fails a status of 400 and above, and what was not run, where the rules are strict', () => {
    expect(verdictOf(result(), strict).passed).toBe(true);
    expect(verdictOf(refused, strict)).toEqual({ outcome: 'refused', passed: false });
    expect(verdictOf(unsure, strict)).toEqual({ outcome: 'succeeded', passed: false });
  });

  it('fails a test that fails', () => {
    const test = { name: 'a', message: null, line: 1 };
    const good = result({ tests: [{ ...test, passed: true }] });
    const bad = result({ tests: [...good.tests, { ...test, passed: false }] });
    expect(verdictOf(good, strict)).toEqual({ outcome: 'succeeded', passed: true });
    expect(verdictOf(bad, lenient)).toEqual({ outcome: 'succeeded', passed: false });
  });

  it('fails what has no answer, and an answer that is not whole', () => {
    expect(verdictOf(failure('timeout'), lenient)).toEqual({ outcome: 'failed', passed: false });
    expect(verdictOf({ ...failure('timeout'), response: response() }, lenient).outcome).toBe('failed');
    expect(verdictOf(failure('cancelled'), lenient)).toEqual({ outcome: 'cancelled', passed: false });
  });

  it('leaves out a disabled request, except the one that was chosen', () => {
    expect(verdictOf(failure('request_disabled'), strict)).toEqual({ outcome: 'skipped', passed: true });
    expect(verdictOf(failure('request_disabled'), chosen)).toEqual({ outcome: 'failed', passed: false });
  });
});
