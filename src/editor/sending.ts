/** What the first send or the first grant loads: undici, OAuth and the pipeline. */
export { createEditorEngine } from './engine.ts';
export { createNetwork } from './network.ts';
