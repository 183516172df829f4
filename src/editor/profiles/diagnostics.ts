import { Diagnostic, DiagnosticSeverity, languages, Range, Uri } from 'vscode';
import type { ProfileProblem } from '../../profile/declared.ts';
import type { ProfileFiles } from './profileFiles.ts';

/** Mistakes that the editor marks in any JSON file. */
const MARKED_BY_EDITOR: ReadonlySet<ProfileProblem['code']> = new Set([
  'json_invalid',
  'name_duplicate',
  'property_duplicate',
]);

/** Shows the problems of every `keyturn.json` that was read, where they stand. */
export function showProfileProblems(files: ProfileFiles): { dispose(): void } {
  const collection = languages.createDiagnosticCollection('keyturn');
  const read = files.onDidRead((file) => {
    const ours = file.problems.filter(({ code }) => !MARKED_BY_EDITOR.has(code));
    collection.set(Uri.parse(file.location, true), ours.map(toDiagnostic));
  });
  const changed = files.onDidChange(() => {
    // Read again at once: there may be no other reader of a file that is only being edited.
    collection.forEach((uri) => {
      files.at(uri.toString()).then(
        (file) => file === null && collection.delete(uri),
        () => collection.delete(uri),
      );
    });
  });
  return {
    dispose() {
      read.dispose();
      changed.dispose();
      collection.dispose();
    },
  };
}

function toDiagnostic({ span, message, severity, code }: ProfileProblem): Diagnostic {
  const range = new Range(span.start.line, span.start.column, span.end.line, span.end.column);
  const level = severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
  const diagnostic = new Diagnostic(range, message, level);
  diagnostic.source = 'Keyturn';
  diagnostic.code = code;
  return diagnostic;
}
