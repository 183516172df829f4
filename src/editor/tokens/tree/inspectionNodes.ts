import { l10n } from 'vscode';
import { formatWhen } from '../../../base/text.ts';
import type {
  CheckName,
  Introspection,
  VerificationStatus,
  Verification,
} from '../../../oauth/verify/inspection.ts';
import type { KnownInspection } from '../../../oauth/verify/inspections.ts';
import type { DetailMaker, DetailNode } from './detailNode.ts';

const verificationIcons: Readonly<Record<VerificationStatus, string>> = {
  verified: 'verified',
  not_verified: 'unverified',
  invalid: 'error',
};

export function verificationStatusText(status: VerificationStatus): string {
  switch (status) {
    case 'verified':
      return l10n.t('verified');
    case 'not_verified':
      return l10n.t('not verified');
    case 'invalid':
      return l10n.t('invalid');
  }
}

/** What stands behind the name in the tree, once something was found out; empty where it says nothing new. */
export function knownInspectionText(known: KnownInspection | null): string {
  if (hasEnded(known)) return l10n.t('not active at its issuer');
  const { verification } = known ?? { verification: null };
  return verification === null || verification.status === 'not_verified'
    ? ''
    : verificationStatusText(verification.status);
}

/** The same with its icon, for a list: `$(verified) verified`. */
export function knownInspectionMark(known: KnownInspection | null): string {
  const text = knownInspectionText(known);
  if (text === '') return '';
  const good = !hasEnded(known) && known?.verification?.status === 'verified';
  return `$(${good ? verificationIcons.verified : verificationIcons.invalid}) ${text}`;
}

/** True when the issuer says that the token counts no more, and can know. */
export function hasEnded(known: KnownInspection | null): boolean {
  const introspection = known?.introspection ?? null;
  return introspection !== null && !introspection.active && introspection.conclusive;
}

/** Below an entry: what was found out about its token. */
export function inspectionNodes(
  known: KnownInspection | null,
  make: DetailMaker,
  nowMs: number,
): DetailNode[] {
  const nodes: DetailNode[] = [];
  if (known === null) return nodes;
  const { verification, introspection } = known;
  if (verification !== null) nodes.push(verificationNode(verification, make, nowMs));
  if (introspection !== null) nodes.push(introspectionNode(introspection, make, nowMs));
  return nodes;
}

function verificationNode(verification: Verification, make: DetailMaker, nowMs: number): DetailNode {
  const { status, reason, hint, key, checks, checkedAtMs } = verification;
  const lines = [
    make.line('verification/reason', l10n.t('Reason'), reason, 'info'),
    ...(hint === null ? [] : [make.line('verification/hint', l10n.t('Next'), hint, 'lightbulb')]),
    ...(key === null
      ? []
      : [
          make.line('verification/alg', l10n.t('Algorithm'), key.alg, 'key'),
          ...(key.kid === null ? [] : [make.line('verification/kid', l10n.t('Key id'), key.kid, 'key')]),
          ...(key.thumbprint === null
            ? []
            : [make.line('verification/thumbprint', l10n.t('Thumbprint'), key.thumbprint, 'key')]),
          make.line('verification/from', l10n.t('Key from'), key.from ?? l10n.t('the secret storage'), 'key'),
        ]),
    ...checks.map(({ name, outcome, text }) =>
      make.line(`verification/check-${name}`, checkText(name), text, checkIcons[outcome]),
    ),
    make.line('verification/when', l10n.t('Checked'), formatWhen(checkedAtMs, nowMs), 'calendar'),
  ];
  const short = key === null ? reason : keyText(key.alg, key.kid);
  const value = `${verificationStatusText(status)} · ${short}`;
  return make.group('verification', l10n.t('Signature'), value, verificationIcons[status], () => lines);
}

function introspectionNode(
  {
    active,
    conclusive,
    vendor,
    endpoint,
    scopes,
    subject,
    expiresAtMs,
    signed,
    claims,
    checkedAtMs,
  }: Introspection,
  make: DetailMaker,
  nowMs: number,
): DetailNode {
  const lines = [
    make.line(
      'introspection/endpoint',
      l10n.t('Introspected at'),
      vendor === null ? endpoint : `${vendor}, ${endpoint}`,
      'globe',
    ),
    ...(scopes === null
      ? []
      : [
          make.line(
            'introspection/scopes',
            l10n.t('Scopes'),
            scopes.join(' ') || l10n.t('none'),
            'symbol-key',
          ),
        ]),
    ...(subject === null ? [] : [make.line('introspection/subject', l10n.t('Subject'), subject, 'person')]),
    ...(expiresAtMs === null
      ? []
      : [make.line('introspection/ends', l10n.t('Expires'), formatWhen(expiresAtMs, nowMs), 'watch')]),
    make.json(
      'introspection/claims',
      l10n.t('Claims'),
      signed ? l10n.t('signed by the issuer') : '',
      claims,
      nowMs,
    ),
    make.line('introspection/when', l10n.t('Checked'), formatWhen(checkedAtMs, nowMs), 'calendar'),
  ];
  const value = active
    ? l10n.t('active')
    : conclusive
      ? l10n.t('not active')
      : l10n.t('not known to its issuer');
  return make.group(
    'introspection',
    l10n.t('Introspection'),
    value,
    active ? 'pass' : conclusive ? 'error' : 'question',
    () => lines,
  );
}

const checkIcons = { passed: 'pass', failed: 'error', skipped: 'circle-slash' } as const;

function checkText(name: CheckName): string {
  switch (name) {
    case 'decryption':
      return l10n.t('Decryption');
    case 'signature':
      return l10n.t('Signature');
    case 'type':
      return l10n.t('Type');
    case 'issuer':
      return l10n.t('Issuer');
    case 'audience':
      return l10n.t('Audience');
    case 'not_before':
      return l10n.t('Not before');
    case 'expiry':
      return l10n.t('Expiry');
  }
}

function keyText(alg: string, kid: string | null): string {
  return kid === null ? alg : `${alg}, ${kid}`;
}
