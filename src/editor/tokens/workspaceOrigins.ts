import { Uri, workspace } from 'vscode';
import { treeOf } from '../documents/documentTrees.ts';
import { parseHttpFile } from '../../httpfile/parse/parse.ts';
import type { EditorServices } from '../services.ts';
import { type OriginProposal, proposeOrigins, type ProposalSource } from './originProposals.ts';

/** A first look around is enough for proposals. */
const MOST_FILES = 200;
const LARGEST_FILE_BYTES = 1024 * 1024;

/** Origins that the `.http` files of the workspace use. A file that cannot be read proposes nothing. */
export async function workspaceOrigins(
  services: Pick<EditorServices, 'files' | 'environments'>,
): Promise<OriginProposal[]> {
  const open = new Map(
    workspace.textDocuments
      .filter((document) => document.languageId === 'http')
      .map((document) => [document.uri.toString(), treeOf(document)]),
  );
  const found = await workspace.findFiles('**/*.{http,rest}', '**/node_modules/**', MOST_FILES);
  const locations = new Set([...open.keys(), ...found.map((uri) => uri.toString())]);
  const sources = await Promise.all(
    [...locations].map(async (location): Promise<ProposalSource | null> => {
      try {
        const tree = open.get(location) ?? (await parse(services, location));
        if (tree === null) return null;
        return { tree, environment: await services.environments.variables(Uri.parse(location, true)) };
      } catch {
        return null;
      }
    }),
  );
  return proposeOrigins(sources.filter((source) => source !== null));
}

async function parse({ files }: Pick<EditorServices, 'files'>, location: string) {
  const how = { from: location, trusted: workspace.isTrusted, maxBytes: LARGEST_FILE_BYTES };
  const bytes = await files.read(location, how);
  if (bytes === null) return null;
  return parseHttpFile(new TextDecoder().decode(bytes));
}
