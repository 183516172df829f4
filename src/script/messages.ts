import * as v from 'valibot';
import { outcomeSchema, type ScriptJob, type ScriptLimits } from './job.ts';

// What the runner and its worker say to each other.

export interface WorkerOrder {
  readonly id: number;
  readonly job: ScriptJob;
  readonly limits: ScriptLimits;
}

export const replySchema = v.object({
  id: v.number(),
  outcome: outcomeSchema,
  /** The worker is not to be used again: a script brought it to a limit. */
  spent: v.boolean(),
});

export type WorkerReply = v.InferInput<typeof replySchema>;
