import { grantOf } from '../../profile/grants/all.ts';
import { l10n, type QuickPickItem, ThemeIcon, window } from 'vscode';
import { pastedProfile, type SendAs } from '../../profile/profile.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import { visible } from '../../base/visible.ts';
import { tokenCommands } from './commands.ts';
import { showError, withCancellableProgress } from '../platform/messages.ts';
import { withoutIcons } from '../platform/plainLabel.ts';
import { requireTrust } from '../profiles/trust.ts';
import type { EditorServices } from '../services.ts';
import type { EntryPickParts, UsableNode } from './entryPick.ts';
import { statusIcons } from './tree/describe.ts';
import { takesPastedToken } from './tree/model.ts';
import { offerUse } from './offerUse.ts';
import { describePasted, proposeName } from './pasted.ts';
import { askName, askOrigins, askSecret, askSendAs } from './prompts.ts';
import { workspaceOrigins } from './workspaceOrigins.ts';

/**
 * Adds a pasted token: for a profile of a `keyturn.json` that waits for one, or a new one with a name, origins and
 * a way to be sent. Then offers to name it in a request: the one in front, or the one that `place` names.
 */
export async function addToken(
  services: EditorServices,
  parts: EntryPickParts,
  place: unknown,
): Promise<void> {
  const target = await askTarget(parts);
  if (target === null) return;
  const name = target === 'new' ? await addPersonal(services, parts) : target.name;
  if (name === null || (target !== 'new' && (await pasteToken(services, target)) === null)) return;
  // The command is done: the offer may stand there for long.
  offerUse(name, place).catch((error: unknown) =>
    showError(services, l10n.t('Naming a token in a request'), error),
  );
}

/** A new value for a declared profile or a token that was pasted before; its name and origins stay. */
export async function pasteToken(
  services: EditorServices,
  { name, entry }: UsableNode,
): Promise<string | null> {
  const { profile } = entry;
  const refresh = grantOf(profile.grant).pasted === 'refresh_token';
  if (refresh) requireTrust(profile);
  const value = await askSecret(
    l10n.t('Paste Token: {0}', visible(name)),
    refresh
      ? l10n.t(
          'Paste the refresh token of "{0}". Keyturn sends it to {1} now, and keeps it if the server accepts it.',
          visible(name),
          shownAddresses(await services.findReceivers(profile, 'refresh_token')),
        )
      : l10n.t(
          'Paste the token of "{0}". Keyturn sends it only to {1}.',
          visible(name),
          shownAddresses(profile.origins),
        ),
    (text) => describePasted(text, services.clock.now()),
  );
  if (value === null) return null;
  const cause = tokenCommands.paste;
  if (!refresh) return (await services.tokens.add(profile, value, { cause })).key;
  const added = await withCancellableProgress(
    l10n.t('Refreshing the token "{0}" with the pasted refresh token', name),
    (signal) => services.tokens.add(profile, value, { signal, cause }),
  );
  return added.key;
}

/** A profile that waits for a token, or a token of its own. */
async function askTarget({ directory }: EntryPickParts): Promise<UsableNode | 'new' | null> {
  const waiting = (await directory.entries()).filter(
    (node): node is UsableNode =>
      node.entry !== null && node.declaredIn !== null && takesPastedToken(node.entry.profile),
  );
  if (waiting.length === 0) return 'new';
  const items: (QuickPickItem & { readonly target: UsableNode | 'new' })[] = [
    {
      target: 'new',
      label: l10n.t('New token'),
      iconPath: new ThemeIcon('add'),
      description: l10n.t('with a name and origins of its own'),
    },
    ...waiting.map((node) => ({
      target: node,
      label: withoutIcons(node.name),
      iconPath: new ThemeIcon(statusIcons[node.entry.status].icon),
      description:
        node.entry.token === null
          ? l10n.t('declared in keyturn.json, no token yet')
          : l10n.t('declared in keyturn.json, replaces the current token'),
    })),
  ];
  const chosen = await window.showQuickPick(items, {
    title: l10n.t('Add Token'),
    placeHolder: l10n.t('What is the token for?'),
    ignoreFocusOut: true,
  });
  return chosen?.target ?? null;
}

/** Gives its name; null when the person left. */
async function addPersonal(services: EditorServices, parts: EntryPickParts): Promise<string | null> {
  const value = await askSecret(
    l10n.t('Add Token (1/4)'),
    l10n.t('Paste the token. Keyturn keeps it in the secret storage of the editor, and never shows it.'),
    (text) => describePasted(text, services.clock.now()),
  );
  if (value === null) return null;
  const taken = new Set((await parts.directory.entries()).map((node) => node.name));
  const name = await askName(l10n.t('Add Token (2/4)'), proposeName(value, taken), taken);
  if (name === null) return null;
  services.redactor.register(value, name);
  const origins = await askOrigins(l10n.t('Add Token (3/4)'), [], await workspaceOrigins(services));
  if (origins === null) return null;
  const sendAs: SendAs | null = await askSendAs(l10n.t('Add Token (4/4)'));
  if (sendAs === null) return null;
  await services.tokens.add(pastedProfile(name, origins, sendAs), value, { cause: tokenCommands.add });
  return name;
}
