const MOST_SEGMENTS = 20;
const LONGEST_PATH = 300;
const LONGEST_WORD = 80;

/**
 * What a masked secret leaves behind; see Redactor. Ids are replaced so that the log says what was called, and
 * not about whom.
 */
const MASK = '•••';

/**
 * A path for the log: without query and matrix parameters, with `{id}` for numbers, dates, UUIDs, hexadecimal and
 * other opaque segments and for mail addresses, and `{secret}` where a registered secret stood. `maskedPath` went
 * through the Redactor before.
 */
export function pathTemplate(maskedPath: string): string {
  const path = maskedPath.split(/[?#]/, 1)[0] ?? '';
  const segments = path.split('/');
  const kept = segments.slice(0, MOST_SEGMENTS).map(segmentTemplate);
  if (segments.length > MOST_SEGMENTS) kept.push('…');
  const template = kept.join('/');
  return template.length > LONGEST_PATH ? `${template.slice(0, LONGEST_PATH)}…` : template;
}

function segmentTemplate(written: string): string {
  if (written.includes(MASK)) return '{secret}';
  const segment = written.split(';', 1)[0] ?? '';
  return isId(segment) ? '{id}' : segment;
}

function isId(segment: string): boolean {
  // No word of a path is this long; and a longer one is not worth looking at.
  if (segment.length > LONGEST_WORD) return true;
  // Numbers, dates, times, coordinates.
  if (/\d/.test(segment) && /^[\d.,:_~-]+$/.test(segment)) return true;
  if (/@|%40/i.test(segment)) return true;
  const plain = segment.replaceAll('-', '');
  const digits = segment.replace(/\D/g, '').length;
  // UUIDs, hashes, object ids.
  if (plain.length >= 8 && digits > 0 && /^[0-9a-f]+$/i.test(plain)) return true;
  // Random ids mix letters and digits; names with a number, such as `oauth2`, have one or two digits and are short.
  if (segment.length >= 10 && digits >= 3) return true;
  if (segment.length >= 16 && digits > 0 && /[A-Z]/.test(segment) && /[a-z]/.test(segment)) return true;
  // No word of a path is this long without a separator.
  return segment.split(/[-_.]/).some((word) => word.length >= 24);
}
