/** The bytes of a picture beside the README; null where there is none. */
export type ReadPicture = (path: string) => Uint8Array | null;

/** Text of code, which stays as it is; and what leads somewhere: pictures and links in Markdown, pictures in HTML. */
const parts =
  /(?<code>^```[^]*?^```|`[^`\n]*`)|!\[(?<alt>[^\]]*)\]\((?<picture>[^)\s]+)\)|\[(?<text>[^\][]*)\]\((?<link>[^)\s]+)\)|(?<before><img\b[^>]*?\bsrc=")(?<source>[^"]*)(?<after>"[^>]*>)/gm;

/**
 * The README as the editor's extension page can show it while the project has no public repository: that page knows
 * no files, so pictures are part of the text, and links to other pages of the project are text only. With a
 * repository, `vsce` makes whole addresses of both, and this is not used.
 */
export function readmeForPage(readme: string, read: ReadPicture): string {
  return readme.replace(parts, (whole: string, ...rest: unknown[]) => {
    const groups = groupsOf(rest);
    if (groups['code'] !== undefined) return whole;
    const { picture, source, link } = groups;
    if (picture !== undefined) {
      const shown = shownPicture(picture, read);
      return shown === null ? '' : `![${groups['alt'] ?? ''}](${shown})`;
    }
    if (source !== undefined) {
      const shown = shownPicture(source, read);
      return shown === null ? '' : `${groups['before'] ?? ''}${shown}${groups['after'] ?? ''}`;
    }
    return link === undefined || isShown(link) ? whole : (groups['text'] ?? '');
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

/** Addresses and headings of the same page lead somewhere from anywhere. */
function isShown(link: string): boolean {
  return /^(?:https?:|mailto:|#)/i.test(link);
}

function shownPicture(path: string, read: ReadPicture): string | null {
  if (/^https:/i.test(path)) return path;
  const bytes = path.toLowerCase().endsWith('.png') ? read(path) : null;
  return bytes === null ? null : `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
}
