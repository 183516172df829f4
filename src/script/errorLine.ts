/** The name under which a script's code is evaluated; stacks name it. */
export const SCRIPT_NAME = 'keyturn-script';

const PLACE = new RegExp(`${SCRIPT_NAME}:(\\d{1,7})`);

/** Zero-based line of the script that a stack names first; null for none, or for one that the script does not have. */
export function lineInScript(stack: string, lines: number): number | null {
  const found = PLACE.exec(stack)?.[1];
  if (found === undefined) return null;
  const line = Number(found) - 1;
  return line >= 0 && line < lines ? line : line === lines ? lines - 1 : null;
}
