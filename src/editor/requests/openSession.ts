import type { TextDocument } from 'vscode';
import type { HttpFile } from '../../httpfile/parse/tree.ts';
import { Imports } from '../../run/session/imports.ts';
import { Session, type SessionFile, type SessionOptions } from '../../run/session/session.ts';
import type { EditorServices } from '../services.ts';
import { runOptions } from './runOptions.ts';

/** A session for requests of one document, with what the document and its settings said when it began. */
export interface DocumentSession {
  readonly session: Session;
  readonly file: SessionFile;
}

interface OpenOptions extends Pick<SessionOptions, 'tokenName' | 'confirmed' | 'rules' | 'sentFirst'> {
  readonly tree: HttpFile;
  readonly saveBodyTo: string | null;
}

type SessionServices = Pick<EditorServices, 'environments' | 'sessions' | 'files' | 'clock' | 'engine'>;

export async function openSession(
  { environments, sessions, files, clock, engine }: SessionServices,
  document: TextDocument,
  { tree, saveBodyTo, ...options }: OpenOptions,
): Promise<DocumentSession> {
  const { uri } = document;
  const [loaded, environment, memory] = await Promise.all([
    engine(),
    environments.variables(uri),
    sessions.memory(uri),
  ]);
  return {
    session: new Session({
      ...options,
      engine: loaded,
      memory,
      imports: new Imports(files),
      variables: {},
      dependencies: true,
      now: () => clock.now(),
    }),
    file: { file: uri.toString(), tree, environment, options: runOptions(uri, saveBodyTo) },
  };
}
