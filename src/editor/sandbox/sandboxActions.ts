import { commands, env, l10n, Uri, window } from 'vscode';
import type { Sandbox } from '../../sandbox/start.ts';
import { grantOf } from '../../profile/grants/all.ts';
import { secretKey, tokenKey } from '../../profile/key.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { withCancellableProgress } from '../platform/messages.ts';
import type { EditorServices } from '../services.ts';
import { welcomeCommands } from '../welcome/commands.ts';
import { isTourOpen } from '../welcome/tourFolder.ts';
import { parseUrl } from '../../base/url.ts';

export type SandboxActionParts = Pick<EditorServices, 'sandbox' | 'profiles' | 'store' | 'places'>;

export async function startSandboxHere({
  sandbox,
  installed,
}: Pick<EditorServices, 'sandbox' | 'installed'>): Promise<void> {
  const { issuer, api } = await withCancellableProgress(l10n.t('Starting the sandbox'), (signal) =>
    sandbox.start(signal),
  );
  const open = l10n.t('Open API');
  const tour = l10n.t('Open Tour');
  void window
    .showInformationMessage(
      l10n.t('The sandbox is running: issuer {0}, API {1}. It stops with the editor.', issuer, api),
      ...(isTourOpen(installed.storage) ? [] : [tour]),
      open,
    )
    .then(async (chosen) => {
      if (chosen === tour) await commands.executeCommand(welcomeCommands.openTour);
      if (chosen === open) await env.openExternal(Uri.parse(api, true));
    });
}

export async function stopSandboxHere({ sandbox }: Pick<EditorServices, 'sandbox'>): Promise<void> {
  if (sandbox.running === null) return;
  await sandbox.stop();
  window.setStatusBarMessage(l10n.t('The sandbox was stopped.'), 5000);
}

/**
 * Keeps the public demonstration secrets at hand for profiles that lead to the running sandbox, so that trying it
 * out asks for nothing. Profiles of any other server are left alone.
 */
export async function provideDemonstrationSecrets({
  sandbox,
  profiles,
  store,
  places,
}: SandboxActionParts): Promise<void> {
  const { running } = sandbox;
  if (running === null) return;
  for (const profile of await profiles.all()) {
    const client = running.clients.find(({ id }) => id === profile.clientId);
    if (client !== undefined && leadsTo(profile, running)) {
      const key = secretKey('client_secret', profile);
      if ((await store.getSecret(key)) !== client.secret) await store.setSecret(key, client.secret);
      // These are public: they are given to each place that leads here.
      await places.secretStored(profile, 'client_secret');
    }
    if (takesDemonstrationKey(profile, running) && (await store.get(tokenKey(profile))) === null) {
      await store.set({
        key: tokenKey(profile),
        name: profile.name,
        accessToken: running.apiKey,
        refreshToken: null,
        idToken: null,
        tokenType: null,
        scope: null,
        expiresAtMs: null,
        obtainedAtMs: Date.now(),
        personal: null,
      });
    }
  }
}

function leadsTo({ issuer, tokenEndpoint }: TokenProfile, sandbox: Sandbox): boolean {
  const server = parseUrl(issuer ?? tokenEndpoint ?? '');
  return server !== null && server.origin === new URL(sandbox.issuer).origin;
}

function takesDemonstrationKey({ grant, sendAs, origins }: TokenProfile, sandbox: Sandbox): boolean {
  const api = new URL(sandbox.api).origin;
  return (
    grantOf(grant).pasted === 'token' &&
    'header' in sendAs &&
    sendAs.header.toLowerCase() === 'x-api-key' &&
    origins.every((origin) => origin === api)
  );
}
