import { Uri } from 'vscode';
import type { HttpClient } from '../http/message.ts';
import { createEngine } from '../run/createEngine.ts';
import type { Asker, Engine } from '../run/engine.ts';
import type { ConsentStore } from '../token/consent.ts';
import { openBodySink } from './bodySink.ts';
import type { EditorServices } from './services.ts';

/** The engine with the editor's parts in it. */
export function createEditorEngine(
  { files, clock, tokens, redactor, profiles }: EditorServices,
  client: HttpClient,
  asker: Asker,
  consent: ConsentStore,
): Engine {
  return createEngine({
    files,
    clock,
    client,
    tokens,
    redactor,
    asker,
    consent,
    processEnv: process.env,
    findProfile: (file, name) => profiles.find(Uri.parse(file, true), name),
    openSink: openBodySink,
  });
}
