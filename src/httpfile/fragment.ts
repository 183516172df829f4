/**
 * What is to be said of the fragment of a URL, null for nothing. `written` still has its variables, `text` their values.
 * A `#` ends what is sent (RFC 3986 section 3.5), which is seldom meant where it is part of a value.
 */
export function fragmentNote(written: string, text: string): string | null {
  if (!text.includes('#')) return null;
  const why =
    count(text) > count(withoutVariables(written))
      ? 'the # came out of a variable'
      : cutsQuery(text)
        ? 'it cuts off a part of the query'
        : null;
  return why === null ? null : `What follows # in the URL is not sent: ${why}. ${REMEDY}`;
}

/** The same for a URL as it stands in the file, its variables unknown. */
export function fragmentProblem(written: string): string | null {
  const literal = withoutVariables(written);
  return cutsQuery(literal) ? `This # ends the URL, and what follows is not sent. ${REMEDY}` : null;
}

const REMEDY = 'Write %23 for a # that belongs to a value.';

/** True where what stands around the first `#` looks like a query that goes on behind it. */
function cutsQuery(url: string): boolean {
  const at = url.indexOf('#');
  if (at < 0) return false;
  const query = url.indexOf('?');
  return /[?&]/.test(url.slice(at)) || (query >= 0 && query < at && url[at - 1] === '=');
}

function withoutVariables(written: string): string {
  return written.replace(/\{\{[^{}]*\}\}/g, '');
}

function count(text: string): number {
  return text.split('#').length - 1;
}
