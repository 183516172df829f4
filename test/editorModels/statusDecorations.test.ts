import { beforeEach, expect, it, vi } from 'vitest';
import { decorateStatus } from '../../src/editor/responses/statusDecorations.ts';
import type { ResponseDocuments } from '../../src/editor/responses/responseDocuments.ts';
import type { RequestResult } from '../../src/run/result.ts';
import { response, result } from './support.ts';

// The editor cannot be asked which decorations it shows: what is handed to it is noted here.

/** What stands on the first line of the only visible response: colour by colour. */
const painted = new Map<string, unknown[]>();

vi.mock('vscode', () => {
  const editor = {
    document: {
      uri: { scheme: 'keyturn-response' },
      lineCount: 9,
      lineAt: () => ({ range: { end: { character: 20 } } }),
    },
    setDecorations: (type: { color: string }, ranges: unknown[]) => void painted.set(type.color, ranges),
  };
  return {
    Disposable: class {
      dispose = () => undefined;
    },
    Range: class {
      readonly at: number[];
      constructor(...at: number[]) {
        this.at = at;
      }
    },
    ThemeColor: class {
      readonly id: string;
      constructor(id: string) {
        this.id = id;
      }
    },
    EventEmitter: vi.fn(),
    window: {
      visibleTextEditors: [editor],
      createTextEditorDecorationType: ({ color }: { color: { id: string } }) => ({
        color: color.id,
        dispose: () => undefined,
      }),
      onDidChangeVisibleTextEditors: () => ({ dispose: () => undefined }),
    },
  };
});

interface Shown {
  readonly waiting: boolean;
  readonly result: RequestResult;
  readonly text: { readonly statusColumn: number; readonly summaryLines: number };
}

let shown: Shown | null = null;
let update: () => void = () => undefined;

function show(next: Partial<Shown> | null): string[] {
  shown =
    next === null
      ? null
      : { waiting: false, result: result(), text: { statusColumn: 4, summaryLines: 2 }, ...next };
  update();
  return [...painted].flatMap(([color, ranges]) => (ranges.length > 0 ? [color] : []));
}

beforeEach(() => {
  painted.clear();
  const documents = {
    of: () => shown,
    onDidUpdate: (listener: () => void) => {
      update = listener;
      return { dispose: () => undefined };
    },
  };
  decorateStatus(documents as unknown as ResponseDocuments);
});

const SUCCESS = 'keyturn.resultSuccessForeground';
const failed = {
  response: null,
  error: { code: 'connection_refused', message: 'refused', hint: null },
} as const;

it('colours the status of an answer', () => {
  expect(show({})).toEqual([SUCCESS]);
  expect(show({ result: result({ response: response({ status: 404 }) }) })).toEqual([
    'keyturn.resultWarningForeground',
  ]);
});

it.each<[string, Partial<Shown> | null, string[]]>([
  ['a failed send', { result: result(failed) }, ['keyturn.resultErrorForeground']],
  ['a request that is under way', { waiting: true }, []],
  ['a response that was closed', null, []],
])('leaves no colour of an older success after %s', (_name, next, colors) => {
  expect(show({})).toEqual([SUCCESS]);
  expect(show(next)).toEqual(colors);
});
