import { Range } from 'vscode';
import type { Span } from '../../httpfile/parse/tree.ts';

export function toRange({ start, end }: Span): Range {
  return new Range(start.line, start.column, end.line, end.column);
}
