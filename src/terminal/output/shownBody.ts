import { visibleLines } from '../../base/visible.ts';
import { formatText, type ContentKind } from '../../http/content.ts';
import type { Palette } from './streams.ts';

/** Characters of a body that a terminal shows: about two thousand lines of JSON. */
const MOST_SHOWN = 100_000;
/** Longer JSON is shown as it came: only its beginning is shown anyway. */
const MOST_FORMATTED = 2_000_000;

export interface ShownBody {
  readonly text: string;
  /** True where the body goes on. */
  readonly cut: boolean;
}

/** A body as a person reads it at a terminal: JSON one member a line and in colours, control characters written out. */
export function shownBody(kind: ContentKind, body: string, paint: Palette): ShownBody {
  const formatted = body.length > MOST_FORMATTED ? body : formatText(kind, body);
  const cut = formatted.length > MOST_SHOWN;
  const text = visibleLines(cut ? beginning(formatted) : formatted);
  return { text: kind === 'json' ? coloured(text, paint) : text, cut };
}

/** Whole lines, where they are short enough. */
function beginning(text: string): string {
  const end = text.lastIndexOf('\n', MOST_SHOWN);
  if (end > 0) return text.slice(0, end);
  const middleOfPair = /[\ud800-\udbff]$/.test(text.slice(0, MOST_SHOWN));
  return text.slice(0, middleOfPair ? MOST_SHOWN - 1 : MOST_SHOWN);
}

/** A string with the colon that makes a key of it, a number, or a literal. */
const TOKEN = /("[^"\\\n]*(?:\\.[^"\\\n]*)*")(\s*:)?|-?\d[\d.eE+-]*|\b(?:true|false|null)\b/g;

function coloured(json: string, paint: Palette): string {
  return json.replace(TOKEN, (token, string: string | undefined, colon: string | undefined) => {
    if (string === undefined) return paint.warn(token);
    return colon === undefined ? paint.good(string) : paint.name(string) + colon;
  });
}
