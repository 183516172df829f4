import { l10n } from 'vscode';
import { type Permission, askedForBy } from '../../consent/permissions.ts';
import { commandLine } from '../../consent/commandLine.ts';
import { secretWords } from '../../consent/places.ts';
import type { ConsentSubject } from '../../consent/question.ts';
import { shownAddress, shownAddresses } from '../../profile/shownOrigin.ts';
import { quoted } from '../../base/visible.ts';
import { withoutIcons } from '../platform/plainLabel.ts';

/** A permission as a list shows it. */
export interface PermissionItem {
  /** What it covers. */
  readonly label: string;
  /** What kind of thing that is, and for which token. */
  readonly description: string;
  /** Where the token may go with it, and which file asked for it. */
  readonly detail: string;
  /** Codicon. */
  readonly icon: string;
}

/** `show` makes a path of a file's location. */
export function permissionItem(permission: Permission, show: (location: string) => string): PermissionItem {
  const { icon, label, kind, facts } = partsOf(permission, show);
  const by = permission.kind === 'place' ? null : askedForBy(permission);
  const detail = [
    ...facts,
    ...(by === null || by === '' ? [] : [l10n.t('Requested by {0}', show(by))]),
    // Mostly the folder of that file: the end of a line is often not seen.
    ...commandFacts(permission),
  ];
  return {
    icon,
    label: withoutIcons(label),
    description: withoutIcons(
      permission.kind === 'certificate'
        ? l10n.t('{0} for the host {1}', kind, permission.tokenName)
        : permission.kind === 'place' && permission.secret !== null
          ? l10n.t('{0} of the client {1}', kind, permission.tokenName)
          : l10n.t('{0} for the token {1}', kind, permission.tokenName),
    ),
    detail: withoutIcons(detail.join(' · ')),
  };
}

function commandFacts(permission: Permission): readonly string[] {
  if (permission.kind !== 'source') return [];
  const { subject } = permission.question;
  if (subject.kind !== 'command') return [];
  return [l10n.t('Program {0}', subject.program), l10n.t('Runs in {0}', subject.folder)];
}

interface Parts {
  readonly icon: string;
  readonly label: string;
  readonly kind: string;
  readonly facts: readonly string[];
}

function partsOf(permission: Permission, show: (location: string) => string): Parts {
  switch (permission.kind) {
    case 'origin':
      return { icon: 'globe', label: shownAddress(permission.origin), kind: l10n.t('origin'), facts: [] };
    case 'place':
      return {
        icon: 'folder',
        label: show(permission.place),
        kind:
          permission.secret === null
            ? l10n.t('folder of use')
            : l10n.t('folder of use of the {0}', secretWords(permission.secret)),
        facts: [],
      };
    case 'certificate': {
      const { subject, issuer, validTo, sha256 } = permission.certificate;
      const facts = [
        l10n.t('Issued by {0}', issuer),
        l10n.t('Valid to {0}', validTo),
        l10n.t('SHA-256 {0}', sha256),
      ];
      return { icon: 'verified', label: subject, kind: l10n.t('certificate'), facts };
    }
    case 'source': {
      const { subject, origins } = permission.question;
      const { facts, ...parts } = subjectParts(subject);
      return {
        ...parts,
        facts: [...facts, l10n.t('Allowed origins: {0}', origins.map(shownAddress).join(', '))],
      };
    }
  }
}

function subjectParts(subject: ConsentSubject): Parts {
  switch (subject.kind) {
    case 'command':
      return { icon: 'terminal', label: commandLine(subject.command), kind: l10n.t('command'), facts: [] };
    case 'keychain': {
      const facts = subject.account === null ? [] : [l10n.t('Account {0}', quoted(subject.account))];
      return { icon: 'lock', label: quoted(subject.service), kind: l10n.t('keychain entry'), facts };
    }
    case 'account': {
      const facts = subject.scopes.length === 0 ? [] : [l10n.t('Scopes: {0}', subject.scopes.join(' '))];
      return { icon: 'account', label: subject.provider, kind: l10n.t('account of the editor'), facts };
    }
    case 'key_file': {
      const facts =
        subject.servers.length === 0
          ? []
          : [l10n.t('Signs for {0}', subject.servers.map(shownAddress).join(', '))];
      return { icon: 'file', label: quoted(subject.path), kind: l10n.t('key file'), facts };
    }
    case 'sign_in': {
      const facts = [l10n.t('Secrets are sent to {0}', shownAddresses(subject.receivers))];
      const kind = subject.hasPage
        ? l10n.t('sign-in at several servers')
        : l10n.t('secrets for several servers');
      return { icon: 'sign-in', label: shownAddress(subject.at), kind, facts };
    }
    case 'new_receiver': {
      const facts = [
        l10n.t('Secrets were sent to {0}', shownAddresses(subject.known)),
        l10n.t('Secrets are sent to {0}', shownAddresses(subject.receivers)),
      ];
      return {
        icon: 'sign-in',
        label: shownAddress(subject.at),
        kind: l10n.t('secrets for another server'),
        facts,
      };
    }
    case 'exchange':
      return {
        icon: 'arrow-swap',
        label: subject.tokens.join(', '),
        kind: l10n.t('token exchange'),
        facts: [],
      };
  }
}
