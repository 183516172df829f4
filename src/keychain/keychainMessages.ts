import * as v from 'valibot';

/** What is asked of the keychain process. `read` takes an entry of another tool, the others our own. */
export const requestSchema = v.variant('method', [
  v.object({ id: v.number(), method: v.literal('get'), key: v.string() }),
  v.object({ id: v.number(), method: v.literal('set'), key: v.string(), value: v.string() }),
  v.object({ id: v.number(), method: v.literal('delete'), key: v.string() }),
  v.object({ id: v.number(), method: v.literal('keys') }),
  v.object({
    id: v.number(),
    method: v.literal('read'),
    service: v.string(),
    account: v.nullable(v.string()),
  }),
]);

export type KeychainRequest = v.InferOutput<typeof requestSchema>;

const failure = v.picklist(['unavailable', 'locked', 'refused']);

export const replySchema = v.union([
  v.object({ id: v.number(), result: v.union([v.string(), v.null(), v.array(v.string())]) }),
  v.object({ id: v.number(), failure }),
]);

export type KeychainReply = v.InferOutput<typeof replySchema>;
export type KeychainFailure = v.InferOutput<typeof failure>;
