import type { ExtensionContext } from 'vscode';
import { systemClock } from './clock.ts';
import { createEnvironmentPicker } from './editor/environments/environmentPicker.ts';
import { createLog } from './editor/log.ts';
import { createMementoStore } from './editor/mementoStore.ts';
import { showError } from './editor/messages.ts';
import { showProfileProblems } from './editor/profiles/diagnostics.ts';
import { ProfileFiles } from './editor/profiles/profileFiles.ts';
import { WorkspaceProfiles } from './editor/profiles/profileIndex.ts';
import { requireTrust } from './editor/profiles/trust.ts';
import { createAsker } from './editor/requests/asker.ts';
import { DocumentTrees } from './editor/requests/documentTrees.ts';
import { registerRequests } from './editor/requests/register.ts';
import { registerSandbox } from './editor/sandbox/register.ts';
import { WindowSandbox } from './editor/sandbox/sandboxControl.ts';
import { SecretTokenStore } from './editor/secretTokenStore.ts';
import type { EditorServices } from './editor/services.ts';
import { WatchedSetting } from './editor/settings.ts';
import { registerStatusBar } from './editor/statusBar/register.ts';
import { registerTokens } from './editor/tokens/register.ts';
import { TokenDirectory } from './editor/tokens/tokenDirectory.ts';
import { vscodeFiles } from './editor/vscodeFiles.ts';
import { editorWords } from './editor/words.ts';
import { Lazy } from './lazy.ts';
import { createConsentStore } from './token/consent.ts';
import { createTokenManager } from './token/manager.ts';
import { Redactor } from './token/redactor.ts';
import { createTokenStore } from './token/tokenStore.ts';
import { createUsageRecord } from './token/usage.ts';

const MINUTE_MS = 60_000;

/** Builds everything once and hands it out. What is heavy is imported when it is first needed. */
export function activate(context: ExtensionContext): void {
  const clock = systemClock;
  const files = vscodeFiles;
  const redactor = new Redactor();
  const log = createLog(redactor);
  const values = createMementoStore(context.globalState);
  const expiryLead = new WatchedSetting('keyturn.tokens.expiryLead');
  const secrets = new SecretTokenStore(context.secrets);
  const store = createTokenStore(secrets, (error) => log.error('Secret storage', error));
  const asker = createAsker();
  const network = new Lazy(async () => (await import('./editor/sending.ts')).createNetwork(redactor, clock));
  const tokens = createTokenManager({
    store,
    clock,
    redactor,
    usage: createUsageRecord(values),
    leadMs: () => expiryLead.value * MINUTE_MS,
    async obtain(profile, grantContext) {
      requireTrust(profile);
      return (await network.get()).obtain(profile, grantContext);
    },
    askSecret: ({ name, issuer, tokenEndpoint }, { kind }) =>
      asker.secret({ kind, profileName: name, issuedBy: issuer ?? tokenEndpoint ?? '' }),
    report: (error) => showError({ log, redactor }, 'Tokens', error),
  });
  const sandbox = new WindowSandbox(context.asAbsolutePath('dist/sandbox/sandbox.js'));
  const environments = createEnvironmentPicker({ context, files, sandbox });
  const profileFiles = new ProfileFiles(files);
  const profiles = new WorkspaceProfiles(profileFiles, environments, tokens);
  const directory = new TokenDirectory({ tokens, profiles, environments, words: editorWords });
  const engine = new Lazy(async () => {
    const [{ createEditorEngine }, { client }] = await Promise.all([
      import('./editor/sending.ts'),
      network.get(),
    ]);
    return createEditorEngine(services, client, asker, createConsentStore(values));
  });
  const services: EditorServices = {
    clock,
    log,
    files,
    trees: new DocumentTrees(),
    store,
    tokens,
    redactor,
    profiles,
    environments,
    sandbox,
    engine: () => engine.get(),
  };
  const sandboxParts = { sandbox, profiles, store };
  context.subscriptions.push(
    log,
    expiryLead,
    secrets,
    tokens,
    sandbox,
    profiles,
    directory,
    showProfileProblems(profileFiles),
    registerSandbox(sandboxParts, log),
    registerTokens(services, directory, sandboxParts),
    registerStatusBar(services, directory),
    { dispose: async () => (await network.made)?.client.close() },
  );
  registerRequests(services, context);
}
