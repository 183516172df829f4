import { l10n } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import { withLateProgress } from '../platform/messages.ts';
import type { EditorServices } from '../services.ts';
import { type OriginProposal, proposeOrigins, type ProposalSource } from './originProposals.ts';

/** Origins that the request files of the workspace use; those that were found until the person cancels. */
export async function workspaceOrigins(
  services: Pick<EditorServices, 'requestFiles' | 'environments'>,
): Promise<OriginProposal[]> {
  const sources: ProposalSource[] = [];
  const look = async (signal: AbortSignal) => {
    const files = await services.requestFiles();
    for await (const { uri, tree } of files.trees({ signal })) {
      sources.push({ tree, environment: await services.environments.variables(uri) });
    }
  };
  try {
    await withLateProgress(l10n.t('Reading the request files'), look);
  } catch (error) {
    if (!KeyturnError.is(error, 'cancelled')) throw error;
  }
  return proposeOrigins(sources);
}
