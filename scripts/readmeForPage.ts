/** Text of code, which stays as it is; and what leads somewhere: pictures and links in Markdown, pictures in HTML. */
const parts =
  /(?<code>^```[^]*?^```|`[^`\n]*`)|!\[[^\]]*\]\((?<picture>[^)\s]+)\)|\[(?<text>[^\][]*)\]\((?<link>[^)\s]+)\)|<img\b[^>]*?\bsrc="(?<source>[^"]*)"[^>]*>/gm;

/**
 * The README as the editor's extension page can show it while the project has no public repository: that page shows
 * pictures with an https address alone, neither files of the package nor `data:`, and knows no other pages. So
 * pictures are left out, and links to other pages of the project are text only. With a repository, `vsce` makes whole
 * addresses of both, and this is not used.
 */
export function readmeForPage(readme: string): string {
  return readme.replace(parts, (whole: string, ...rest: unknown[]) => {
    const { code, picture, source, text, link } = groupsOf(rest);
    if (code !== undefined) return whole;
    if (link !== undefined) return /^(?:https?:|mailto:|#)/i.test(link) ? whole : (text ?? '');
    return /^https:/i.test(picture ?? source ?? '') ? whole : '';
  });
}

/** The last argument of a replacer is the record of named groups. */
function groupsOf(rest: readonly unknown[]): Readonly<Record<string, string | undefined>> {
  const named = rest.at(-1);
  const groups: Record<string, string | undefined> = {};
  if (typeof named !== 'object' || named === null) return groups;
  for (const [name, value] of Object.entries(named)) {
    if (typeof value === 'string') groups[name] = value;
  }
  return groups;
}
