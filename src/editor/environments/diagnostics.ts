import { Diagnostic, type DiagnosticCollection, DiagnosticSeverity, Uri, workspace } from 'vscode';
import type { EnvironmentPicker } from './picker.ts';
import { toRange } from '../platform/ranges.ts';

/** Shows what is wrong in the environment files that the open `.http` documents use. */
export async function showEnvironmentProblems(
  collection: DiagnosticCollection,
  environments: EnvironmentPicker,
): Promise<void> {
  const documents = workspace.textDocuments.filter(({ languageId }) => languageId === 'http');
  const sets = await Promise.all(documents.map(({ uri }) => environments.problems(uri)));
  const byFile = new Map<string, Map<string, Diagnostic>>();
  for (const { file, message, span, severity, code } of sets.flat()) {
    const range = toRange(span);
    const level = severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Information;
    const diagnostic = new Diagnostic(range, message, level);
    diagnostic.source = 'Keyturn';
    diagnostic.code = code;
    const found = byFile.get(file) ?? new Map<string, Diagnostic>();
    // Several documents use the same file.
    found.set(`${range.start.line} ${range.start.character} ${message}`, diagnostic);
    byFile.set(file, found);
  }
  collection.clear();
  for (const [file, found] of byFile) collection.set(Uri.parse(file), [...found.values()]);
}
