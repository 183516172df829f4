import { Uri } from 'vscode';
import { createRequestRunner } from '../../run/session/requestRunner.ts';
import type { RequestRunner } from '../../sources/request.ts';
import type { EditorServices } from '../services.ts';
import { runOptions } from './runOptions.ts';

/** Sends the requests that profiles name, with the settings at their files. */
export function createLoginRequests({
  files,
  clock,
  engine,
  profiles,
}: Pick<EditorServices, 'files' | 'clock' | 'engine' | 'profiles'>): RequestRunner {
  return createRequestRunner({
    files,
    clock,
    engine,
    variables: (profile, file) => profiles.variablesOf(profile, Uri.parse(file, true)),
    options: (file) => runOptions(Uri.parse(file, true), null),
  });
}
