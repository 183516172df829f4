/** What the first send or the first grant loads: undici, OAuth and the pipeline. */
export { offerNextStep } from '../requests/results/offers.ts';
export { moveSecret } from '../fileSecrets/moveSecret.ts';
export { signInInEditor } from '../signIn/signInToApi.ts';
export { createEditorEngine } from './engine.ts';
export { createNetwork } from './network.ts';
export { decryptTokens, encryptTokens } from '../../token/transfer/transfer.ts';
export { createEditorSources } from '../sources/sources.ts';
export { createFileLease } from '../../node/fileLease.ts';
