import { Disposable } from 'vscode';
import { registerCommands } from '../platform/commands.ts';
import type { EditorServices } from '../services.ts';
import { ClaimsDocuments } from './claimsDocuments.ts';
import { inspectionCommands } from './commands.ts';
import type { detailsText } from './detailsText.ts';
import type { loadInspectionCommands } from './handlers.ts';
import { registerStatusChecks } from './registerStatusChecks.ts';
import type { StatusChecks } from './statusChecks.ts';

interface LazyParts {
  readonly loadInspectionCommands: typeof loadInspectionCommands;
  readonly detailsText: typeof detailsText;
  readonly StatusChecks: typeof StatusChecks;
}

/** The details of tokens, and the commands that check and end them. */
export function registerInspection(services: EditorServices, load: () => Promise<LazyParts>): Disposable {
  const claims = new ClaimsDocuments(services, async () => (await load()).detailsText);
  return Disposable.from(
    claims,
    registerCommands(services, inspectionCommands, async () =>
      (await load()).loadInspectionCommands(services, claims),
    ),
    registerStatusChecks(services, async () => (await load()).StatusChecks),
  );
}
