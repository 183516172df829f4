/** True for a string of keyturn.json whose `{{variables}}` are still to be replaced. */
export function hasVariable(text: string): boolean {
  return text.includes('{{');
}

/** Replaces `{{name}}` once; what a value brings in is not looked at again. */
export function replaceVariables(text: string, value: (name: string) => string): string {
  let result = '';
  let position = 0;
  for (;;) {
    const open = text.indexOf('{{', position);
    const close = open < 0 ? -1 : text.indexOf('}}', open);
    if (close < 0) return result + text.slice(position);
    result += text.slice(position, open) + value(text.slice(open + 2, close).trim());
    position = close + 2;
  }
}
