/**
 * A text from a file as a label of a list. The editor draws icons for `$(name)` there: a command line that holds one
 * would be shown as something else than it is.
 */
export function withoutIcons(text: string): string {
  return text.replace(/\$\((?=[\w~-]+\))/g, '\\$(');
}
