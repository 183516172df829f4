import { Uri } from 'vscode';
import { createDpopProver } from '../oauth/client/dpopProver.ts';
import { createEngine } from '../run/createEngine.ts';
import type { Engine } from '../run/engine.ts';
import { openBodySink } from './platform/bodySink.ts';
import { editorResponseFiles } from './platform/responseFiles.ts';
import type { Network } from './network.ts';
import { createCertificateSource } from './requests/certificateSource.ts';
import { createAsker } from './requests/asker.ts';
import { EditorScripts } from './requests/scripts.ts';
import type { EditorServices } from './services.ts';

/** The engine with the editor's parts in it; `subscriptions` gets what is to be disposed of with the window. */
export function createEditorEngine(
  services: EditorServices,
  { client, certificates }: Pick<Network, 'client' | 'certificates'>,
  subscriptions: { dispose(): unknown }[],
): Engine {
  const scripts = new EditorScripts();
  subscriptions.push(scripts);
  const { files, clock, tokens, keptSecrets, redactor, consent, profiles, foreignTokens } = services;
  const { environments, audit } = services;
  return createEngine({
    files,
    clock,
    client,
    certificates,
    tokens,
    dpop: createDpopProver(keptSecrets),
    redactor,
    audit,
    asker: createAsker(),
    certificateSource: createCertificateSource(services),
    consent,
    processEnv: process.env,
    findProfile: (file, name) => profiles.find(Uri.parse(file, true), name),
    foreign: {
      tokens: foreignTokens,
      authEntry: (file, id) => environments.authEntry(Uri.parse(file, true), id),
    },
    scripts,
    openSink: openBodySink,
    responseFiles: editorResponseFiles,
  });
}
