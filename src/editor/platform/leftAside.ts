import { Diagnostic, DiagnosticSeverity, type Disposable, languages, Range, Uri } from 'vscode';
import type { KeyturnError } from '../../base/errors.ts';
import type { Files } from '../../base/files.ts';
import type { Log } from './log.ts';

/** Shows in the log and among the problems which files a search left aside, and why. */
export class FilesLeftAside implements Disposable {
  readonly #log: Log;
  readonly #problems = languages.createDiagnosticCollection('keyturn-files');

  constructor(log: Log) {
    this.#log = log;
  }

  readonly tell: Files['leftAside'] = (location, reason) => {
    const uri = Uri.parse(location, true);
    const known = this.#problems.has(uri);
    if (reason === null) {
      if (known) this.#problems.delete(uri);
      return;
    }
    if (known) return;
    const text = wordsOf(reason);
    this.#log.warn(text);
    const problem = new Diagnostic(new Range(0, 0, 0, 0), text, DiagnosticSeverity.Warning);
    problem.source = 'Keyturn';
    problem.code = reason.code;
    this.#problems.set(uri, [problem]);
  };

  dispose(): void {
    this.#problems.dispose();
  }
}

function wordsOf({ message, hint }: KeyturnError): string {
  return hint === undefined ? message : `${message} ${hint}`;
}
