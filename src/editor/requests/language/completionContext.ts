/** What a completion at the end of `before` (the line up to the cursor) should offer. */
export type CompletionPlace =
  | { readonly kind: 'token'; readonly typed: string }
  | { readonly kind: 'metadata'; readonly typed: string }
  | { readonly kind: 'variable'; readonly typed: string }
  | { readonly kind: 'method'; readonly typed: string }
  | { readonly kind: 'header'; readonly typed: string }
  | { readonly kind: 'headerValue'; readonly header: string; readonly typed: string };

/** `inHead`: the line stands among the headers of a request; `inBody`: in its body. */
export function completionPlace(
  before: string,
  where: { inHead: boolean; inBody: boolean },
): CompletionPlace | null {
  const open = before.lastIndexOf('{{');
  if (open !== -1 && !before.includes('}}', open)) {
    const inside = before.slice(open + 2).trimStart();
    if (inside.startsWith('$token '))
      return { kind: 'token', typed: inside.slice('$token '.length).trimStart() };
    return { kind: 'variable', typed: inside };
  }
  if (where.inBody) return null;
  const comment = commentText(before);
  if (comment !== null) {
    if (!comment.startsWith('@')) return null;
    const space = comment.indexOf(' ');
    if (space === -1) return { kind: 'metadata', typed: comment.slice(1) };
    return comment.slice(1, space).toLowerCase() === 'token'
      ? { kind: 'token', typed: comment.slice(space + 1).trimStart() }
      : null;
  }
  if (before.startsWith('@') || before.startsWith('<')) return null;
  const colon = before.indexOf(':');
  if (where.inHead) {
    if (colon === -1) return /\s/.test(before.trimEnd()) ? null : { kind: 'header', typed: before };
    return {
      kind: 'headerValue',
      header: before.slice(0, colon).trim().toLowerCase(),
      typed: before.slice(colon + 1).trimStart(),
    };
  }
  return isWord(before) ? { kind: 'method', typed: before } : null;
}

function commentText(before: string): string | null {
  const text = before.trimStart();
  if (text.startsWith('###')) return null;
  if (text.startsWith('#')) return text.slice(1).trimStart();
  return text.startsWith('//') ? text.slice(2).trimStart() : null;
}

function isWord(text: string): boolean {
  return /^[A-Za-z]{0,20}$/.test(text);
}
