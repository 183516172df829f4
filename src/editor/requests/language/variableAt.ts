export interface VariableUse {
  /** Trimmed text between the braces. */
  readonly expression: string;
  /** Columns of the whole `{{ }}`. */
  readonly start: number;
  readonly end: number;
}

/** The `{{ }}` that covers a column of a line; null where there is none. */
export function variableAt(line: string, column: number): VariableUse | null {
  for (
    let start = line.indexOf('{{');
    start !== -1 && start <= column;
    start = line.indexOf('{{', start + 2)
  ) {
    const close = line.indexOf('}}', start + 2);
    if (close === -1) return null;
    const end = close + 2;
    if (column >= start && column <= end)
      return { expression: line.slice(start + 2, close).trim(), start, end };
  }
  return null;
}
