import * as v from 'valibot';

/** What the command asks of the keychain process. */
export const requestSchema = v.variant('method', [
  v.object({ id: v.number(), method: v.literal('get'), key: v.string() }),
  v.object({ id: v.number(), method: v.literal('set'), key: v.string(), value: v.string() }),
  v.object({ id: v.number(), method: v.literal('delete'), key: v.string() }),
  v.object({ id: v.number(), method: v.literal('keys') }),
]);

export type KeychainRequest = v.InferOutput<typeof requestSchema>;

const failure = v.picklist(['unavailable', 'locked', 'refused']);

export const replySchema = v.union([
  v.object({ id: v.number(), result: v.union([v.string(), v.null(), v.array(v.string())]) }),
  v.object({ id: v.number(), failure }),
]);

export type KeychainReply = v.InferOutput<typeof replySchema>;
export type KeychainFailure = v.InferOutput<typeof failure>;
