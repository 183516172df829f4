import { type Permission, askedForBy } from '../../consent/permissions.ts';
import { commandLine } from '../../consent/commandLine.ts';
import { secretWords } from '../../consent/places.ts';
import type { ConsentSubject } from '../../consent/question.ts';
import { shownAddress, shownAddresses } from '../../profile/shownOrigin.ts';
import { quoted } from '../../base/visible.ts';
import { withoutIcons } from '../platform/plainLabel.ts';
import type { Words } from '../platform/words.ts';

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
export function permissionItem(
  permission: Permission,
  show: (location: string) => string,
  words: Words,
): PermissionItem {
  const { t } = words;
  const { icon, label, kind, facts } = partsOf(permission, show, words);
  const by = permission.kind === 'place' ? null : askedForBy(permission);
  const detail = [
    ...facts,
    ...(by === null || by === '' ? [] : [t('Asked for by {0}', show(by))]),
    // Mostly the folder of that file: the end of a line is often not seen.
    ...commandFacts(permission, words),
  ];
  return {
    icon,
    label: withoutIcons(label),
    description: withoutIcons(
      permission.kind === 'certificate'
        ? t('{0} for the host {1}', kind, permission.tokenName)
        : permission.kind === 'place' && permission.secret !== null
          ? t('{0} of the client {1}', kind, permission.tokenName)
          : t('{0} for the token {1}', kind, permission.tokenName),
    ),
    detail: withoutIcons(detail.join(' · ')),
  };
}

function commandFacts(permission: Permission, { t }: Words): readonly string[] {
  if (permission.kind !== 'source') return [];
  const { subject } = permission.question;
  if (subject.kind !== 'command') return [];
  return [t('Program {0}', subject.program), t('Runs in {0}', subject.folder)];
}

interface Parts {
  readonly icon: string;
  readonly label: string;
  readonly kind: string;
  readonly facts: readonly string[];
}

function partsOf(permission: Permission, show: (location: string) => string, words: Words): Parts {
  const { t } = words;
  switch (permission.kind) {
    case 'origin':
      return { icon: 'globe', label: shownAddress(permission.origin), kind: t('origin'), facts: [] };
    case 'place':
      return {
        icon: 'folder',
        label: show(permission.place),
        kind:
          permission.secret === null
            ? t('place of use')
            : t('place of use of the {0}', secretWords(permission.secret)),
        facts: [],
      };
    case 'certificate': {
      const { subject, issuer, validTo, sha256 } = permission.certificate;
      const facts = [t('Issued by {0}', issuer), t('Valid to {0}', validTo), t('SHA-256 {0}', sha256)];
      return { icon: 'verified', label: subject, kind: t('certificate'), facts };
    }
    case 'source': {
      const { subject, origins } = permission.question;
      const { facts, ...parts } = subjectParts(subject, words);
      return { ...parts, facts: [...facts, t('May go to {0}', origins.map(shownAddress).join(', '))] };
    }
  }
}

function subjectParts(subject: ConsentSubject, { t }: Words): Parts {
  switch (subject.kind) {
    case 'command':
      return { icon: 'terminal', label: commandLine(subject.command), kind: t('command'), facts: [] };
    case 'keychain': {
      const facts = subject.account === null ? [] : [t('Account {0}', quoted(subject.account))];
      return { icon: 'lock', label: quoted(subject.service), kind: t('keychain entry'), facts };
    }
    case 'account': {
      const facts = subject.scopes.length === 0 ? [] : [t('Scopes: {0}', subject.scopes.join(' '))];
      return { icon: 'account', label: subject.provider, kind: t('account of the editor'), facts };
    }
    case 'key_file': {
      const facts =
        subject.servers.length === 0
          ? []
          : [t('Signs for {0}', subject.servers.map(shownAddress).join(', '))];
      return { icon: 'file', label: quoted(subject.path), kind: t('key file'), facts };
    }
    case 'sign_in': {
      const facts = [t('Secrets go to {0}', shownAddresses(subject.receivers))];
      const kind = subject.hasPage ? t('sign-in at several servers') : t('secrets for several servers');
      return { icon: 'sign-in', label: shownAddress(subject.at), kind, facts };
    }
    case 'new_receiver': {
      const facts = [
        t('Secrets went to {0}', shownAddresses(subject.known)),
        t('Secrets go to {0}', shownAddresses(subject.receivers)),
      ];
      return {
        icon: 'sign-in',
        label: shownAddress(subject.at),
        kind: t('secrets for another server'),
        facts,
      };
    }
    case 'exchange':
      return {
        icon: 'arrow-swap',
        label: subject.tokens.join(', '),
        kind: t('exchange of tokens'),
        facts: [],
      };
  }
}
