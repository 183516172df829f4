import { Diagnostic, DiagnosticSeverity, l10n, Range, type TextDocument } from 'vscode';
import type { HttpFile } from '../../httpfile/parse/tree.ts';
import { plainTokens } from './plainTokens.ts';
import { variableSecrets } from './variableSecrets.ts';
import { toRange } from '../platform/ranges.ts';

const SOURCE = 'Keyturn';
const TOKEN_IN_FILE = 'token_in_file';
/** As `parseEnvironmentFile` calls it. */
const SECRET_IN_FILE = 'secret_in_file';

/** Tokens and secrets that stand in a `.http` file in plain text. */
export function secretDiagnostics(document: TextDocument, tree: HttpFile): Diagnostic[] {
  const lineText = (line: number) => (line < document.lineCount ? document.lineAt(line).text : '');
  return [
    ...plainTokens(tree, lineText).map(({ line, column, value }) =>
      information(
        new Range(line, column, line, column + value.length),
        l10n.t('The file holds this token in plain text.'),
        TOKEN_IN_FILE,
      ),
    ),
    ...variableSecrets(tree).map(({ kind, variable }) =>
      information(
        toRange(variable.span),
        kind === 'password'
          ? l10n.t('The file holds this password in plain text.')
          : l10n.t('The file holds this client secret in plain text.'),
        SECRET_IN_FILE,
      ),
    ),
  ];
}

export function isSecretInFile({ source, code }: Diagnostic): boolean {
  return source === SOURCE && (code === TOKEN_IN_FILE || code === SECRET_IN_FILE);
}

function information(range: Range, message: string, code: string): Diagnostic {
  const found = new Diagnostic(range, message, DiagnosticSeverity.Information);
  found.source = SOURCE;
  found.code = code;
  return found;
}
