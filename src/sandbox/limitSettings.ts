import * as v from 'valibot';

/**
 * Header families of the limiter: `legacy` is X-RateLimit-* with Retry-After, `draft-6` to `draft-8` are the IETF
 * drafts, `github` is X-RateLimit-* with epoch seconds, `used` and `resource`.
 */
export const headerStyles = ['legacy', 'draft-6', 'draft-7', 'draft-8', 'github', 'none'] as const;
export type HeaderStyle = (typeof headerStyles)[number];

/** What `PUT /sandbox/limits` takes. `limit` is in requests a window. */
export const limitsSchema = v.strictObject({
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)),
  windowSeconds: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(86_400)),
  style: v.picklist(headerStyles),
});
export type SandboxLimits = v.InferOutput<typeof limitsSchema>;

export const defaultLimits: SandboxLimits = { limit: 60, windowSeconds: 60, style: 'draft-8' };
