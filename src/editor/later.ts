/**
 * What features load after the activation, when a file, a view, a dialog or a command first needs it. One door for all of
 * it: see `platform/later.ts`.
 */
export { loadAuditCommands } from './audit/handlers.ts';
export { loadCertificateCommands } from './certificates/handlers.ts';
export { loadCookieCommands } from './cookies/handlers.ts';
export { RequestFiles } from './documents/requestFiles.ts';
export { detailsText } from './inspection/detailsText.ts';
export { loadInspectionCommands } from './inspection/handlers.ts';
export { StatusChecks } from './inspection/statusChecks.ts';
export { loadPermissionCommands } from './permissions/handlers.ts';
export { loadProfileCommands } from './profiles/handlers.ts';
export { startRequests } from './requests/feature.ts';
export { loadSandboxCommands } from './sandbox/handlers.ts';
export { provideDemonstrationSecrets } from './sandbox/sandboxActions.ts';
export { TokenStatusBar } from './statusBar/tokenStatusBar.ts';
export { loadEnvironmentMenu } from './environments/environmentMenu.ts';
export { loadTokenCommands } from './tokens/handlers.ts';
export { TokenTree } from './tokens/tree/treeProvider.ts';
export { loadWelcomeCommands } from './welcome/handlers.ts';
export { updateLaunchers } from './welcome/launcher/known.ts';
export { beginTour } from './welcome/openTour.ts';
export { SessionMemory } from '../run/session/sessionMemory.ts';
