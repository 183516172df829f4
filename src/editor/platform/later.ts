/**
 * What the editor loads after its activation, when a view, a dialog or a profile first needs it. One door for all
 * of it: every further `import()` target makes the bundler cut what they share into more files, and linking those
 * is most of what an activation costs.
 */
export { createAuditLog } from '../../audit/auditLog.ts';
export { loadDotenv, loadEnvironments } from '../../httpfile/environments/environments.ts';
export { fileProblems } from '../../httpfile/marks/fileProblems.ts';
export {
  fileFault,
  findProfile,
  foundProfileFile,
  parseProfileFile,
  resolveProfile,
} from '../../profile/file.ts';
export { plainTokens } from '../fileSecrets/plainTokens.ts';
export { variableSecrets } from '../fileSecrets/variableSecrets.ts';
export { declaredProfile, fillProfile, listProfiles, usesVariables } from '../profiles/fillProfiles.ts';
export { provideDemonstrationSecrets } from '../sandbox/sandboxActions.ts';
export { openSecretExchange } from './secretExchange.ts';
export { windowsKey } from './windowChannel.ts';
export { TokenStatusBar } from '../statusBar/tokenStatusBar.ts';
export { detailsText } from '../tokens/tree/detailsText.ts';
export { trustCertificate } from '../certificates/trustCertificate.ts';
export { createCommandHandlers } from '../tokens/commandHandlers.ts';
export { StatusChecks } from '../inspection/statusChecks.ts';
export { TokenTree } from '../tokens/tree/treeProvider.ts';
export { installCommand } from '../welcome/installCommand.ts';
export { renewLaunchers } from '../welcome/launcher/known.ts';
export { beginTour, openTour, openWalkthrough } from '../welcome/openTour.ts';
export { startSandbox } from '../../sandbox/start.ts';
