import { Position, Range, type TextEditor, Uri, window } from 'vscode';
import type { Span } from '../../../httpfile/parse/tree.ts';
import type { ProfileDeclaration } from '../../platform/services.ts';

export function toRange({ start, end }: Span): Range {
  return new Range(start.line, start.column, end.line, end.column);
}

/** Opens the `keyturn.json` where it declares the profile, or where that has an error. */
export function showDeclaration({ location, span }: ProfileDeclaration): Thenable<TextEditor> {
  const start = new Position(span.start.line, span.start.column);
  return window.showTextDocument(Uri.parse(location, true), { selection: new Range(start, start) });
}
