import { type Uri, workspace } from 'vscode';
import type { RunOptions } from '../../run/engine.ts';
import { readSetting } from '../platform/settings.ts';

const bytesPerMegabyte = 1_000_000;

/** How the settings at a document say that its requests are sent. */
export function runOptions(document: Uri, saveBodyTo: string | null): RunOptions {
  return {
    followRedirects: readSetting('keyturn.followRedirects', document),
    connectTimeoutMs: readSetting('keyturn.timeout.connect', document) * 1000,
    totalTimeoutMs: readSetting('keyturn.timeout.total', document) * 1000,
    maxBodyBytes: Math.round(readSetting('keyturn.response.maxSize', document) * bytesPerMegabyte),
    insecureHosts: readSetting('keyturn.tls.insecureHosts', document),
    trusted: workspace.isTrusted,
    saveBodyTo,
  };
}
