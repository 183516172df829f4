import type { TextDocument } from 'vscode';
import { expect, it, vi } from 'vitest';
import { ResultLenses } from '../../src/editor/requests/resultLenses.ts';
import { InlineResults } from '../../src/editor/results/inlineResults.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import { TestClock } from '../token/support.ts';
import { response, result } from './support.ts';

vi.mock('vscode', async () => {
  const { l10n } = await import('../support/vscode.ts');
  return { l10n, CodeLens: Object, Range: Object };
});

const text = 'GET https://api.example.com/limited\n\n###\nGET https://api.example.com/free\n';

it('the lens of a wait goes when the wait is over, whatever was sent meanwhile', async () => {
  const clock = new TestClock();
  const inline = new InlineResults();
  const document = {
    uri: { toString: () => 'file:///a.http' },
    version: 1,
    getText: () => text,
  } as unknown as TextDocument;
  const [limited, free] = parseHttpFile(text).requests;
  const changed = vi.fn();
  const lenses = new ResultLenses({ inline, lensed: { of: () => everyLine } }, clock, changed);
  const done = (node: typeof limited, status: number, retryAfterSeconds: number | null) =>
    inline.set(
      'file:///a.http',
      node!,
      {
        kind: 'done',
        result: result({
          node: node!,
          response: response({ status, receivedAtMs: clock.now() }),
          retryAfterSeconds,
        }),
      },
      null,
    );
  done(limited, 429, 60);
  expect(lenses.of(document)).toHaveLength(1);
  await clock.advance(10_000);
  done(free, 200, null);
  lenses.update(document);
  await clock.advance(1000);
  expect(changed).not.toHaveBeenCalled();
  await clock.advance(60_000);
  expect(changed).toHaveBeenCalledOnce();
  expect(lenses.of(document)).toEqual([]);
});

const everyLine = { has: () => true, key: 'every line' };
