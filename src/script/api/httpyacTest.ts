import type { ScriptResponse } from '../job.ts';
import { AssertionError } from './assert.ts';
import { type Pairs, valuesOf } from './headers.ts';
import type { Tests } from './tests.ts';
import { shown } from './values.ts';

/** httpyac's `test(name, body)`, with short forms for what is often tested. */
export function httpyacTest(
  tests: Tests,
  sent: () => ScriptResponse | undefined,
  readBody: () => string,
): object {
  const response = (): ScriptResponse => {
    const found = sent();
    if (found === undefined) throw new AssertionError('There is no response yet');
    return found;
  };
  const expect = (holds: boolean, message: string) => {
    if (!holds) throw new AssertionError(message);
  };
  const header = (name: unknown) => {
    const pairs: Pairs = response().headers.map(([known, value]) => [known, value]);
    return valuesOf(pairs, name).join(', ');
  };
  return Object.assign((name: unknown, body: unknown) => tests.run(name, body), {
    status: (wanted: unknown) =>
      tests.run(`response status equals ${shown(wanted)}`, () =>
        expect(
          response().status === Number(wanted),
          `Expected status ${shown(wanted)}, got ${response().status}`,
        ),
      ),
    totalTime: (most: unknown) =>
      tests.run(`total time is at most ${shown(most)} ms`, () =>
        expect(response().durationMs <= Number(most), `The request took ${response().durationMs} ms`),
      ),
    header: (name: unknown, wanted: unknown) =>
      tests.run(`response header ${shown(name)} equals ${shown(wanted)}`, () =>
        expect(header(name) === String(wanted), `Expected ${shown(wanted)}, got ${header(name)}`),
      ),
    headerContains: (name: unknown, part: unknown) =>
      tests.run(`response header ${shown(name)} contains ${shown(part)}`, () =>
        expect(header(name).includes(String(part)), `Expected ${shown(part)} in ${header(name)}`),
      ),
    responseBody: (wanted: unknown) =>
      tests.run('response body equals', () =>
        expect(
          readBody() === (typeof wanted === 'string' ? wanted : JSON.stringify(wanted)),
          'The body is another one',
        ),
      ),
    hasResponseBody: () =>
      tests.run('response has a body', () => expect(readBody() !== '', 'The body is empty')),
    hasNoResponseBody: () =>
      tests.run('response has no body', () => expect(readBody() === '', 'The body is not empty')),
  });
}
