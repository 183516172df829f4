import type { TextDocument } from 'vscode';
import type { HttpFile } from '../../httpfile/parse/tree.ts';
import { Session, type SessionFile, type SessionOptions } from '../../run/session.ts';
import type { EditorServices } from '../services.ts';
import { runOptions } from './runOptions.ts';

/** A session for requests of one document, with what the document and its settings said when it began. */
export interface DocumentSession {
  readonly session: Session;
  readonly file: SessionFile;
}

interface OpenOptions extends Pick<SessionOptions, 'tokenName' | 'confirmed' | 'rules'> {
  readonly tree: HttpFile;
  readonly saveBodyTo: string | null;
}

export async function openSession(
  { environments, engine, cookies }: Pick<EditorServices, 'environments' | 'engine' | 'cookies'>,
  document: TextDocument,
  { tree, saveBodyTo, ...options }: OpenOptions,
): Promise<DocumentSession> {
  const { uri } = document;
  const [loaded, environment, jars] = await Promise.all([engine(), environments.variables(uri), cookies()]);
  const jar = jars.of(uri, environments.selected(uri));
  return {
    session: new Session({ ...options, engine: loaded, variables: {}, cookies: jar }),
    file: { file: uri.toString(), tree, environment, options: runOptions(uri, saveBodyTo) },
  };
}
