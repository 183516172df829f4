/**
 * What the editor loads after its activation from the rooms below it. One door for all of it: with every further
 * `import()` target the bundler cuts what they share into more files, and to link those is most of what an activation
 * costs. What features load later stands in `../later.ts`.
 */
export { createAuditLog } from '../../audit/auditLog.ts';
export { loadDotenv, loadEnvironments } from '../../httpfile/environments/environments.ts';
export { createFileLease } from '../../node/fileLease.ts';
export { foldersUpward } from '../../node/foldersUpward.ts';
export { readLocalFile } from '../../node/localFile.ts';
export {
  fileFault,
  findProfile,
  foundProfileFile,
  parseProfileFile,
  resolveProfile,
} from '../../profile/file.ts';
export { declaredProfile, fillProfile, listProfiles, usesVariables } from '../../profile/fillProfiles.ts';
export { startSandbox } from '../../sandbox/start.ts';
export { openSecretExchange } from './secretExchange.ts';
export { windowsKey } from './windowChannel.ts';
