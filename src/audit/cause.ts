/** Causes of events as they stand in the log. */

/** The file and line that a cause names; null for a command, and for the background. */
export function fileOfCause(cause: string): { readonly location: string; readonly line: number } | null {
  const colon = cause.lastIndexOf(':');
  const location = cause.slice(0, Math.max(0, colon));
  const line = cause.slice(colon + 1);
  return /[/\\]/.test(location) && /^\d{1,7}$/.test(line) ? { location, line: Number(line) } : null;
}
