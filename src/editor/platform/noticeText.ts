import { visible } from '../../base/visible.ts';

/**
 * A text from a file or a server as a part of a notification. The editor makes links of `[words](address)` there, and
 * a link may name a command: only Keyturn itself may write one.
 */
export function withoutLinks(text: string): string {
  return visible(text).replaceAll('](', '] (');
}
