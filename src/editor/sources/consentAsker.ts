import { l10n, Uri } from 'vscode';
import { shownAddress, shownAddresses, shownList, unshown } from '../../profile/shownOrigin.ts';
import { commandLine } from '../../consent/commandLine.ts';
import type { ConsentAsker } from '../../consent/sources.ts';
import type { ConsentQuestion } from '../../consent/question.ts';
import { quoted, visible } from '../../base/visible.ts';
import { askModal } from '../platform/askModal.ts';
import { displayPath } from '../platform/vscodeFiles.ts';

/** Asks in a modal dialog that shows exactly what would be used, and where the token would go. */
export function createConsentAsker(): ConsentAsker {
  return {
    async ask(question) {
      const { title, lines, once } = words(question);
      const always = l10n.t('Always Allow');
      const answer = await askModal({
        title,
        detail: [
          ...lines,
          l10n.t('Allowed origins of the token: {0}', shownAddresses(question.origins)),
          l10n.t('Requested by {0}. Always Allow is valid until one of these changes.', fileName(question)),
        ],
        buttons: [once, always],
        rest: unshown(question.origins),
      });
      if (answer === always) return 'remember';
      return answer === once ? 'once' : 'refuse';
    },
  };
}

function words({ tokenName: name, subject }: ConsentQuestion) {
  const tokenName = visible(name);
  switch (subject.kind) {
    case 'command':
      return {
        title: l10n.t('Run this command for the token "{0}"?', tokenName),
        lines: [
          commandLine(subject.command),
          l10n.t('The program is {0}.', quoted(subject.program)),
          l10n.t('It runs in {0}, without a shell, with all your permissions.', quoted(subject.folder)),
          ...(subject.files.length === 0
            ? []
            : [
                l10n.t(
                  'Keyturn asks again when one of these files changes: {0}. Keyturn does not watch other files that they use.',
                  shownList(subject.files.map(({ path }) => quoted(path))),
                ),
              ]),
        ],
        once: l10n.t('Run Once'),
      };
    case 'keychain':
      return {
        title: l10n.t('Read this entry of the keychain for the token "{0}"?', tokenName),
        lines: [
          l10n.t('Service: {0}', quoted(subject.service)),
          ...(subject.account === null ? [] : [l10n.t('Account: {0}', quoted(subject.account))]),
        ],
        once: l10n.t('Read Once'),
      };
    case 'account':
      return {
        title: l10n.t('Use your {0} account for the token "{1}"?', quoted(subject.provider), tokenName),
        lines: [
          subject.scopes.length === 0
            ? l10n.t('Keyturn requests no scopes.')
            : l10n.t('Scopes: {0}', visible(subject.scopes.join(' '))),
        ],
        once: l10n.t('Use Once'),
      };
    case 'key_file':
      return {
        title: l10n.t('Use this key file for the token "{0}"?', tokenName),
        lines: [
          l10n.t('File: {0}', quoted(subject.path)),
          ...(subject.servers.length === 0
            ? []
            : [l10n.t('Keyturn signs with it what it sends to: {0}', shownAddresses(subject.servers))]),
        ],
        once: l10n.t('Use Once'),
      };
    case 'sign_in':
      return {
        title: subject.hasPage
          ? l10n.t('Allow another server to receive the sign-in for the token "{0}"?', tokenName)
          : l10n.t(
              'Allow a server other than the issuer to receive the secrets of the token "{0}"?',
              tokenName,
            ),
        lines: [
          subject.hasPage
            ? l10n.t(
                'You sign in at {0}. Keyturn sends the result to {1}, which can then act as you.',
                shownAddress(subject.at),
                shownAddresses(subject.receivers),
              )
            : l10n.t(
                'The issuer is {0}. The secrets go to {1}, which can then act as you.',
                shownAddress(subject.at),
                shownAddresses(subject.receivers),
              ),
          ...(subject.hasPage && subject.issuer !== null
            ? [l10n.t('The issuer is {0}.', shownAddress(subject.issuer))]
            : []),
          l10n.t('Allow this only if these servers belong together.'),
        ],
        once: subject.hasPage ? l10n.t('Sign In Once') : l10n.t('Send Once'),
      };
    case 'new_receiver':
      return {
        title: l10n.t('Send the secrets of the token "{0}" to another server than before?', tokenName),
        lines: [
          l10n.t('Until now, Keyturn sent them to {0}.', shownAddresses(subject.known)),
          l10n.t(
            '{0} now asks Keyturn to send them to {1}, which can then act as you.',
            shownAddress(subject.at),
            shownAddresses(subject.receivers),
          ),
          l10n.t('Allow this only if these servers belong together.'),
        ],
        once: l10n.t('Send Once'),
      };
    case 'exchange':
      return {
        title: l10n.t('Exchange another token for the token "{0}"?', tokenName),
        lines: [
          l10n.t('Exchanged: {0}', shownList(subject.tokens.map(quoted))),
          l10n.t('The new token acts for the same person, but has other allowed origins.'),
        ],
        once: l10n.t('Exchange Once'),
      };
  }
}

function fileName({ declaredIn }: ConsentQuestion): string {
  return quoted(displayPath(Uri.parse(declaredIn, true)));
}
