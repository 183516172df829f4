import { l10n, type TextDocument, type Uri, window, workspace } from 'vscode';
import { treeOf } from '../documents/documentTrees.ts';
import type { EditorServices } from '../services.ts';
import { environmentSecrets } from './environmentSecrets.ts';
import { moveEnvironmentSecret } from './moveEnvironmentSecret.ts';
import { moveToken } from './moveToken.ts';
import { moveVariableSecret } from './moveVariableSecret.ts';
import { plainTokens, tokenAt } from './plainTokens.ts';
import { variableSecrets } from './variableSecrets.ts';

/** Moves the token or secret that stands at a place of a file into the secret storage. */
export async function moveSecret(
  services: EditorServices,
  uri: Uri,
  line: number,
  character: number,
): Promise<void> {
  const document = await workspace.openTextDocument(uri);
  const move =
    document.languageId === 'http'
      ? inRequests(services, document, line, character)
      : inEnvironments(services, document, line, character);
  if (move !== null) await move();
  else {
    void window.showInformationMessage(l10n.t('This line has no token or client secret in plain text.'));
  }
}

type Move = () => Promise<void>;

function inRequests(
  services: EditorServices,
  document: TextDocument,
  line: number,
  character: number,
): Move | null {
  const tree = treeOf(document);
  const secret = variableSecrets(tree).find(({ variable }) => variable.span.start.line === line);
  if (secret !== undefined) return () => moveVariableSecret(services, document, secret);
  const token = tokenAt(
    plainTokens(tree, (at) => document.lineAt(at).text),
    line,
    character,
  );
  return token === null ? null : () => moveToken(services, document, token);
}

function inEnvironments(
  services: EditorServices,
  document: TextDocument,
  line: number,
  character: number,
): Move | null {
  if (!/\/http-client(?:\.private)?\.env\.json$/.test(document.uri.path)) return null;
  const found = environmentSecrets(document.getText()).map((secret) => ({
    secret,
    start: document.positionAt(secret.offset),
    end: document.positionAt(secret.offset + secret.length),
  }));
  const inLine = found.filter(({ start, end }) => start.line <= line && line <= end.line);
  const at = inLine.find(({ start, end }) => start.character <= character && character <= end.character);
  const secret = (at ?? inLine[0])?.secret;
  return secret === undefined ? null : () => moveEnvironmentSecret(services, document, secret);
}
