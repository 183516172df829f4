import { Uri, workspace } from 'vscode';
import type { Files } from '../../base/files.ts';
import { createRequestRunner } from '../../run/session/requestRunner.ts';
import type { RequestRunner } from '../../sources/request.ts';
import type { EditorServices } from '../services.ts';
import { runOptions } from './runOptions.ts';

/** Sends the requests that profiles name, with the settings at their files; unsaved edits count. */
export function createLoginRequests({
  files,
  clock,
  engine,
  profiles,
}: Pick<EditorServices, 'files' | 'clock' | 'engine' | 'profiles'>): RequestRunner {
  return createRequestRunner({
    files: withUnsavedEdits(files),
    clock,
    engine,
    variables: (profile, file) => profiles.variablesOf(profile, Uri.parse(file, true)),
    options: (file) => runOptions(Uri.parse(file, true), null),
  });
}

function withUnsavedEdits(files: Files): Pick<Files, 'read' | 'resolve'> {
  return {
    resolve: (base, reference) => files.resolve(base, reference),
    async read(location, how) {
      // Whether it may be read at all is decided as for every other file.
      const bytes = await files.read(location, how);
      const edited = workspace.textDocuments.find(
        ({ uri, isDirty }) => isDirty && uri.toString() === location,
      );
      return bytes === null || edited === undefined ? bytes : new TextEncoder().encode(edited.getText());
    },
  };
}
