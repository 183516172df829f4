import { join } from 'node:path';
import { env, type ExtensionContext, UIKind } from 'vscode';
import { SecretTokenStore } from './secretTokenStore.ts';
import { type DisposableSecretStore, SharedSecretStore } from './sharedSecretStore.ts';

/** The editor's SecretStorage. Only the desktop shares it among its windows; in a browser they tell each other. */
export function createEditorSecrets({
  secrets,
  globalStorageUri: { scheme, fsPath },
}: Pick<ExtensionContext, 'secrets' | 'globalStorageUri'>): DisposableSecretStore {
  const own = new SecretTokenStore(secrets);
  if (env.uiKind !== UIKind.Web || scheme !== 'file') return own;
  return new SharedSecretStore(own, async (part) => {
    const { openSecretExchange, windowsKey } = await import('./later.ts');
    return openSecretExchange(join(fsPath, 'windows'), part, () => windowsKey(own));
  });
}
