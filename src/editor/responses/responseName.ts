import { maskedWrittenUrl } from '../../redaction/maskedText.ts';
import type { RequestResult } from '../../run/result.ts';
import { oneLine } from '../platform/oneLine.ts';

const mostCharacters = 40;
/** Looks like a slash, and does not part a path: a tab shows the last part of one. */
const slash = '\u2215';
/** A name that ended like a file's would choose the language of its text. */
const end = '\u00a0';

/** The name of a response's tab: the title of its request, else its name, else method and path. */
export function responseName({ node }: Pick<RequestResult, 'node'>, mask: (text: string) => string): string {
  const title = node.title?.trim() ?? '';
  const name = title !== '' ? title : (node.name ?? `${node.method} ${pathOf(maskedWrittenUrl(node.url))}`);
  const shown = oneLine(mask(name), mostCharacters).replace(/[/\\]/g, slash);
  return shown.includes('.') ? `${shown}${end}` : shown;
}

/** `/reports/1` of `{{api}}/reports/1?page=2`; the whole of what has no path. */
function pathOf(url: string): string {
  const path = /^(?:\{\{[^{}]*\}\}|[a-z][a-z\d+.-]*:\/\/[^/?#]*)?(\/[^?#]*)/i.exec(url)?.[1];
  return path ?? url;
}
