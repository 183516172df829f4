import { describe, expect, it } from 'vitest';
import type { RunInput } from '../../../src/run/engine.ts';
import { Session, type SessionFile } from '../../../src/run/session/session.ts';
import { Imports } from '../../../src/run/session/imports.ts';
import { SessionMemory } from '../../../src/run/session/sessionMemory.ts';
import { memoryFiles } from '../../httpfile/memoryFiles.ts';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import type { RequestResult } from '../../../src/run/result.ts';
import { response, result } from '../../editorModels/support.ts';
import { runOptions } from '../support.ts';

const file: SessionFile = {
  file: 'file:///a.http',
  tree: parseHttpFile('GET https://a.example/1\n\n###\nGET https://a.example/2\n'),
  environment: new Map([['host', 'a.example']]),
  options: runOptions,
};

function sessionOf(answers: readonly Partial<RequestResult>[], strict = false) {
  const inputs: RunInput[] = [];
  const engine = {
    run: (input: RunInput) => {
      inputs.push(input);
      return Promise.resolve(result({ node: input.node, ...answers[inputs.length - 1] }));
    },
    failed: () => expect.unreachable(),
  };
  const session = new Session({
    engine,
    variables: { host: 'b.example' },
    tokenName: 'ann',
    confirmed: true,
    rules: { strict, skipsDisabled: true },
    dependencies: true,
    memory: new SessionMemory(),
    imports: new Imports(memoryFiles({})),
    now: () => 0,
  });
  return { session, inputs };
}

describe('a session', () => {
  it('gives every request what the run was begun with', async () => {
    const { session, inputs } = sessionOf([]);
    for (const node of file.tree.requests) await session.run(file, node);
    expect(inputs.map(({ node }) => node)).toEqual(file.tree.requests);
    for (const input of inputs)
      expect(input).toMatchObject({
        ...file,
        overrides: { host: 'b.example' },
        tokenName: 'ann',
        confirmed: true,
      });
  });

  it('says whether a request passed, and counts what became of all', async () => {
    const error = { code: 'timeout', message: 'Too slow.', hint: null } as const;
    const left = { kind: 'assertion', line: 3, text: '?? status == 200' } as const;
    const answers = [
      {},
      { notRun: [left] },
      { response: response({ status: 404 }) },
      { response: null, error },
      { error, notRun: [left] },
      { response: null, error: { ...error, code: 'cancelled' } },
      { response: null, error: { ...error, code: 'request_disabled' } },
    ] as const;
    const { session } = sessionOf(answers);
    const passed: boolean[] = [];
    while (passed.length < answers.length)
      passed.push((await session.run(file, file.tree.requests[0]!)).passed);
    expect(passed).toEqual([true, true, true, false, false, false, true]);
    expect(session.counts).toEqual({
      sent: 5,
      succeeded: 2,
      refused: 1,
      failed: 2,
      skipped: 1,
      notRun: 1,
    });
  });

  it('counts as failed what strict rules fail', async () => {
    const left = { kind: 'assertion', line: 3, text: '?? status == 200' } as const;
    const answers = [{}, { response: response({ status: 404 }) }, { notRun: [left] }];
    const { session } = sessionOf(answers, true);
    while (session.counts.sent < answers.length) await session.run(file, file.tree.requests[0]!);
    expect(session.counts).toEqual({ sent: 3, succeeded: 1, refused: 0, failed: 2, skipped: 0, notRun: 0 });
  });
});
