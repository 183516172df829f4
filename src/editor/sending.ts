/** What the first send or the first grant loads, and what uses the same libraries: undici, OAuth, jose and the pipeline. */
export { createEditorEngine } from './engine.ts';
export { moveSecret } from './fileSecrets/moveSecret.ts';
export { turnLoginIntoToken } from './logins/turnLogin.ts';
export { createNetwork } from './network.ts';
export { createAsker } from './requests/asker.ts';
export { createLoginRequests } from './requests/loginRequests.ts';
export { offerNextStep } from './results/offers.ts';
export { DeviceCodes } from './signIn/deviceCodes.ts';
export { signInInEditor } from './signIn/signInToApi.ts';
export { createEditorSources } from './sources/sources.ts';
export { loadTransferCommands } from './transfer/handlers.ts';
