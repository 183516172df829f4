import { EventEmitter, l10n, type ExtensionContext } from 'vscode';
import { systemClock } from './base/clock.ts';
import { auditCommands } from './editor/audit/commands.ts';
import { cookieCommands } from './editor/cookies/commands.ts';
import { registerEnvironments } from './editor/environments/register.ts';
import { registerInspection } from './editor/inspection/register.ts';
import { permissionCommands } from './editor/permissions/commands.ts';
import { registerCommands } from './editor/platform/commands.ts';
import { certificateCommands } from './editor/platform/remedies.ts';
import { profileCommands } from './editor/profiles/commands.ts';
import { TokenSelection } from './editor/tokens/selection.ts';
import { registerWelcome } from './editor/welcome/register.ts';
import { transferCommands } from './editor/transfer/commands.ts';
import { createEditorAudit } from './editor/audit/editorAudit.ts';
import { createEnvironmentPicker } from './editor/environments/environmentPicker.ts';
import { Sessions } from './editor/environments/sessions.ts';
import { createEditorSecrets } from './editor/platform/editorSecrets.ts';
import { editorLease } from './editor/platform/fileLease.ts';
import { FilesLeftAside } from './editor/platform/leftAside.ts';
import { createLog } from './editor/platform/log.ts';
import { createMementoStore } from './editor/platform/mementoStore.ts';
import { showError } from './editor/platform/messages.ts';
import { showProfileProblems } from './editor/profiles/diagnostics.ts';
import { ProfileFiles } from './editor/profiles/profileFiles.ts';
import { WorkspaceProfiles } from './editor/profiles/profileIndex.ts';
import { requireTrust } from './editor/profiles/trust.ts';
import { registerRequests } from './editor/requests/register.ts';
import { createTokenPlaces } from './editor/requests/tokenPlaces.ts';
import { registerSandbox } from './editor/sandbox/register.ts';
import { WindowSandbox } from './editor/sandbox/sandboxControl.ts';
import type { EditorServices } from './editor/services.ts';
import { WatchedSetting } from './editor/platform/settings.ts';
import { EditorRedirects } from './editor/signIn/editorRedirects.ts';
import { signInCommands } from './editor/signIn/commands.ts';
import { createSignIn, isLoopbackReachable } from './editor/signIn/signIn.ts';
import { registerStatusBar } from './editor/statusBar/register.ts';
import { registerTokens } from './editor/tokens/register.ts';
import { TokenDirectory } from './editor/tokens/tokenDirectory.ts';
import { createEditorFiles } from './editor/platform/vscodeFiles.ts';
import { Lazy } from './base/lazy.ts';
import type { FindReceivers } from './oauth/receivers/receivers.ts';
import { createConsentStore } from './consent/origins.ts';
import { KeptSecrets } from './token/keptSecrets.ts';
import { ForeignTokens } from './foreign/foreignTokens.ts';
import { createTokenManager } from './token/createManager.ts';
import type { TokenManagerOptions } from './token/managerOptions.ts';
import type { TokenProfile } from './profile/profile.ts';
import { TokenInspections } from './oauth/verify/inspections.ts';
import type { RequestResult } from './run/result.ts';
import { Redactor } from './redaction/redactor.ts';
import { createTokenStore } from './token/tokenStore.ts';
import { createUsageRecord } from './token/usage.ts';

const MINUTE_MS = 60_000;

let finished = () => Promise.resolve();

/** Builds everything once and hands it out. What is heavy is imported when it is first needed. */
export function activate(context: ExtensionContext): void {
  const clock = systemClock;
  const later = () => import('./editor/later.ts');
  const sending = () => import('./editor/sending.ts');
  const redactor = new Redactor();
  const log = createLog(redactor);
  const leftAside = new FilesLeftAside(log);
  const files = createEditorFiles(leftAside.tell);
  const values = createMementoStore(context.globalState);
  const expiryLead = new WatchedSetting('keyturn.tokens.expiryLead');
  const secrets = createEditorSecrets(context);
  const store = createTokenStore(secrets, (error) => log.error(l10n.t('Secret storage'), error));
  const keptSecrets = new KeptSecrets(store, redactor);
  const foreignTokens = new ForeignTokens(redactor);
  const audit = createEditorAudit(context.globalStorageUri, {
    clock,
    mask: (text) => redactor.mask(text),
    secrets: () => secrets,
    report: (error) => log.error(l10n.t('Audit log'), error),
  });
  const consent = createConsentStore(values);
  const places = createTokenPlaces(consent, audit);
  const redirects = new EditorRedirects(context.extension.id);
  const deviceCodes = new Lazy(async () => {
    const { DeviceCodes } = await sending();
    return new DeviceCodes(clock);
  });
  const signIn = createSignIn(redirects, () => deviceCodes.get());
  const findReceivers: FindReceivers = async (profile, kind) =>
    (await network.get()).receivers(profile, kind);
  const askSecret: TokenManagerOptions['askSecret'] = async (profile, { kind }) => {
    const { createAsker } = await sending();
    return createAsker().secret({
      kind,
      profileName: profile.name,
      receivers: await findReceivers(profile, kind),
    });
  };
  const network = new Lazy(async () => {
    const { createEditorSources, createLoginRequests, createNetwork } = await sending();
    const requests = createLoginRequests(services);
    const release = (concerned: (profile: TokenProfile) => boolean) => tokens.release(concerned);
    const sources = createEditorSources({ redactor, clock, values, log, audit, requests, release });
    return createNetwork(
      redactor,
      clock,
      sources,
      { store, redactor, preset: foreignTokens, askSecret, places },
      log,
      values,
    );
  });
  const tokens = createTokenManager({
    store,
    clock,
    redactor,
    keptSecrets,
    usage: createUsageRecord(values),
    leadMs: () => expiryLead.value * MINUTE_MS,
    async obtain(profile, grantContext) {
      requireTrust(profile);
      return (await network.get()).obtain(profile, grantContext);
    },
    askSecret,
    signIn: () => signIn,
    findProfile: async (name, from) => foreignTokens.subjectOf(from, name) ?? profiles.findBeside(from, name),
    preset: foreignTokens,
    lease: editorLease(context.globalStorageUri),
    places,
    audit,
    report: (error) => showError({ log, redactor }, l10n.t('Tokens'), error),
  });
  const inspector = async () => (await network.get()).inspector;
  const inspections = new TokenInspections({ inspector, tokens, store, redactor, audit });
  finished = async () => {
    await tokens.finished();
    await audit.dispose();
  };
  const sandbox = new WindowSandbox(context.asAbsolutePath('dist/sandbox/sandbox.js'));
  const environments = createEnvironmentPicker({ context, files, sandbox });
  const sessions = new Sessions(environments, later);
  const profileFiles = new ProfileFiles(files);
  const profiles = new WorkspaceProfiles(profileFiles, environments, tokens);
  const directory = new TokenDirectory({ tokens, profiles, environments, foreignTokens });
  const selection = new TokenSelection();
  const engine = new Lazy(async () => {
    const [{ createEditorEngine }, made] = await Promise.all([sending(), network.get()]);
    return createEditorEngine(services, made, context.subscriptions);
  });
  const requestFiles = new Lazy(async () => {
    const { RequestFiles } = await later();
    return new RequestFiles(files);
  });
  const results = new EventEmitter<RequestResult>();
  const services: EditorServices = {
    installed: {
      id: context.extension.id,
      folder: context.extensionUri,
      storage: context.globalStorageUri,
    },
    results,
    clock,
    log,
    files,
    store,
    values,
    folderValues: createMementoStore(context.workspaceState),
    consent,
    places,
    tokens,
    inspections,
    foreignTokens,
    keptSecrets,
    redactor,
    audit,
    profiles,
    environments,
    sessions,
    sandbox,
    directory,
    selection,
    requestFiles: () => requestFiles.get(),
    pick: { directory, selection, clock, redactor, inspections },
    engine: () => engine.get(),
    closeConnections: async () => (await network.made)?.closeConnections(),
    apiSignIn: async () => (await network.get()).apiSignIn,
    findReceivers,
    redirectPlace: () => ({ loopback: isLoopbackReachable(), editorUri: redirects.fixedUri }),
  };
  context.subscriptions.push(
    log,
    leftAside,
    expiryLead,
    secrets,
    redirects,
    tokens,
    inspections,
    sandbox,
    profiles,
    directory,
    showProfileProblems(profileFiles),
    registerSandbox(services, later),
    registerEnvironments(services, later),
    registerTokens(services, later),
    registerInspection(services, later),
    registerStatusBar(services, later),
    registerWelcome(services, later),
    results,
    registerRequests(services, later, sending),
    registerCommands(services, signInCommands, async () => {
      const codes = await deviceCodes.get();
      return { handlers: { 'keyturn.signIn.openCodePage': (number) => codes.openPage(number) } };
    }),
    registerCommands(services, profileCommands, async () => (await later()).loadProfileCommands()),
    registerCommands(services, transferCommands, async () =>
      (await sending()).loadTransferCommands(services),
    ),
    registerCommands(services, permissionCommands, async () =>
      (await later()).loadPermissionCommands(services),
    ),
    registerCommands(services, cookieCommands, async () => (await later()).loadCookieCommands(services)),
    registerCommands(services, auditCommands, async () => (await later()).loadAuditCommands(services)),
    registerCommands(services, certificateCommands, async () =>
      (await later()).loadCertificateCommands(services),
    ),
    {
      async dispose() {
        (await requestFiles.made)?.dispose();
        await tokens.finished();
        const made = await network.made;
        made?.sources.dispose();
        await made?.client.close();
      },
    },
  );
}

/** The editor waits a few seconds for it, so that what a server has just replaced is stored before the window ends. */
export function deactivate(): Promise<void> {
  return finished();
}
