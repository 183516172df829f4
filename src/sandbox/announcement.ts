import * as v from 'valibot';

/** The one line of JSON that a sandbox process writes to stdout (and sends over IPC) once it can be reached. */
export const announcementSchema = v.union([
  v.object({
    issuer: v.string(),
    api: v.string(),
    clients: v.array(v.object({ id: v.string(), secret: v.string(), scope: v.string() })),
    /** Value that `GET /legacy/summary` wants in `X-API-Key`. */
    apiKey: v.string(),
    lifetimeSeconds: v.number(),
  }),
  /** Why the sandbox could not start, as a sentence. */
  v.object({ error: v.string() }),
]);
export type Announcement = v.InferOutput<typeof announcementSchema>;
