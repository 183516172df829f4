import type { RunOptions } from '../../run/engine.ts';

/** How the command sends a request where no option says otherwise. */
export const defaultRunOptions: RunOptions = {
  followRedirects: true,
  connectTimeoutMs: 10_000,
  totalTimeoutMs: 300_000,
  maxBodyBytes: 50_000_000,
  insecureHosts: [],
  trusted: true,
  saveBodyTo: null,
};
