// Workspaces for the tests, with the addresses of a running sandbox.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * A new folder with these files.
 * @param {Record<string, string | object>} files objects become JSON
 * @returns {Promise<{ folder: string, remove: () => Promise<void> }>}
 */
export async function makeFolder(files) {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-workspace-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(
      join(folder, name),
      typeof content === 'string' ? content : JSON.stringify(content, null, 2),
    );
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/**
 * Profiles for the sandbox's clients, with literal addresses.
 * @param {import('../../src/sandbox/start.ts').Sandbox} sandbox
 */
export function sandboxProfiles(sandbox, names = ['viewer', 'editor', 'admin']) {
  const tokens = {};
  for (const name of names) {
    const client = sandbox.clients.find(({ id }) => id === name);
    tokens[name] = {
      grant: 'client_credentials',
      issuer: sandbox.issuer,
      clientId: client.id,
      clientAuthentication: 'client_secret_basic',
      scope: client.scope,
      origins: [sandbox.api],
    };
  }
  return { tokens };
}
