/**
 * What is to be said of the fragment of a URL, null for nothing. `written` still has its variables, `text` their values.
 * A `#` ends what is sent (RFC 3986 section 3.5), which is seldom meant where it is part of a value.
 */
export function fragmentNote(written: string, text: string): string | null {
  if (!text.includes('#')) return null;
  const isOfVariable = count(text) > count(withoutVariables(written));
  const why = isOfVariable ? 'the # came out of a variable' : reason(text);
  return why === null ? null : `What follows # in the URL is not sent: ${why}. ${REMEDY}`;
}

/** The same for a URL as it stands in the file, its variables unknown. */
export function fragmentProblem(written: string): string | null {
  return reason(withoutVariables(written)) === null
    ? null
    : `This # ends the URL, and what follows is not sent. ${REMEDY}`;
}

const REMEDY = 'Write %23 for a # that belongs to a value.';

/** Why the first `#` of a URL is hardly meant to begin a fragment; null where it may be. */
function reason(url: string): string | null {
  const at = url.indexOf('#');
  if (at < 0) return null;
  if (/\s/.test(url.charAt(at - 1))) return 'a comment has a line of its own';
  const query = url.indexOf('?');
  const cutsQuery = /[?&]/.test(url.slice(at)) || (query >= 0 && query < at && url[at - 1] === '=');
  return cutsQuery ? 'it cuts off a part of the query' : null;
}

function withoutVariables(written: string): string {
  return written.replace(/\{\{[^{}]*\}\}/g, '');
}

function count(text: string): number {
  return text.split('#').length - 1;
}
