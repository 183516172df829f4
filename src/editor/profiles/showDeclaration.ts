import { Position, Range, type TextEditor, Uri, window } from 'vscode';
import type { ProfileDeclaration } from './declared.ts';

/** Opens the `keyturn.json` where it declares the profile, or where that has an error. */
export function showDeclaration({ location, span }: ProfileDeclaration): Thenable<TextEditor> {
  const start = new Position(span.start.line, span.start.column);
  return window.showTextDocument(Uri.parse(location, true), { selection: new Range(start, start) });
}
