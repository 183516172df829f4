/** Zero-based, as editors count; columns in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** From its first character to just behind its last. */
export interface Span {
  readonly start: Position;
  readonly end: Position;
}
