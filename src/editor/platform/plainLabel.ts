import { visible } from '../../base/visible.ts';

/**
 * A text from a file as a label of a list. The editor draws icons for `$(name)` there: a command line that holds one
 * would be shown as something else than it is, as would one that turns the direction of its letters.
 */
export function withoutIcons(text: string): string {
  return visible(text).replace(/\$\((?=[\w~-]+\))/g, '\\$(');
}
