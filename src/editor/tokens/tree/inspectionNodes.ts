import { formatWhen } from '../../../base/text.ts';
import type {
  CheckName,
  Introspection,
  VerificationStatus,
  Verification,
} from '../../../oauth/verify/inspection.ts';
import type { KnownInspection } from '../../../oauth/verify/inspections.ts';
import type { Words } from '../../platform/words.ts';
import type { DetailMaker, DetailNode } from './detailNode.ts';

export const verificationIcons: Readonly<Record<VerificationStatus, string>> = {
  verified: 'verified',
  not_verified: 'unverified',
  invalid: 'error',
};

export function verificationStatusText(status: VerificationStatus, { t }: Words): string {
  switch (status) {
    case 'verified':
      return t('verified');
    case 'not_verified':
      return t('not verified');
    case 'invalid':
      return t('invalid');
  }
}

/** What stands behind the name in the tree, once something was found out; empty where it says nothing new. */
export function knownInspectionText(known: KnownInspection | null, words: Words): string {
  const { t } = words;
  if (hasEnded(known)) return t('not active at its issuer');
  const { verification } = known ?? { verification: null };
  return verification === null || verification.status === 'not_verified'
    ? ''
    : verificationStatusText(verification.status, words);
}

/** The same with its icon, for a list: `$(verified) verified`. */
export function knownInspectionMark(known: KnownInspection | null, words: Words): string {
  const text = knownInspectionText(known, words);
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
  words: Words,
): DetailNode[] {
  const nodes: DetailNode[] = [];
  if (known === null) return nodes;
  const { verification, introspection } = known;
  if (verification !== null) nodes.push(verificationNode(verification, make, nowMs, words));
  if (introspection !== null) nodes.push(introspectionNode(introspection, make, nowMs, words));
  return nodes;
}

function verificationNode(
  verification: Verification,
  make: DetailMaker,
  nowMs: number,
  words: Words,
): DetailNode {
  const { t } = words;
  const { status, reason, hint, key, checks, checkedAtMs } = verification;
  const lines = [
    make.line('verification/reason', t('Reason'), reason, 'info'),
    ...(hint === null ? [] : [make.line('verification/hint', t('Next'), hint, 'lightbulb')]),
    ...(key === null
      ? []
      : [
          make.line('verification/alg', t('Algorithm'), key.alg, 'key'),
          ...(key.kid === null ? [] : [make.line('verification/kid', t('Key id'), key.kid, 'key')]),
          ...(key.thumbprint === null
            ? []
            : [make.line('verification/thumbprint', t('Thumbprint'), key.thumbprint, 'key')]),
          make.line('verification/from', t('Key from'), key.from ?? t('the secret storage'), 'key'),
        ]),
    ...checks.map(({ name, outcome, text }) =>
      make.line(`verification/check-${name}`, checkText(name, words), text, checkIcons[outcome]),
    ),
    make.line('verification/when', t('Checked'), formatWhen(checkedAtMs, nowMs), 'calendar'),
  ];
  const short = key === null ? reason : keyText(key.alg, key.kid);
  const value = `${verificationStatusText(status, words)} · ${short}`;
  return make.group('verification', t('Signature'), value, verificationIcons[status], () => lines);
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
  { t }: Words,
): DetailNode {
  const lines = [
    make.line(
      'introspection/endpoint',
      t('Asked'),
      vendor === null ? endpoint : `${vendor}, ${endpoint}`,
      'globe',
    ),
    ...(scopes === null
      ? []
      : [make.line('introspection/scopes', t('Scopes'), scopes.join(' ') || t('none'), 'symbol-key')]),
    ...(subject === null ? [] : [make.line('introspection/subject', t('Subject'), subject, 'person')]),
    ...(expiresAtMs === null
      ? []
      : [make.line('introspection/ends', t('Ends'), formatWhen(expiresAtMs, nowMs), 'watch')]),
    make.json('introspection/claims', t('Claims'), signed ? t('signed by the issuer') : '', claims, nowMs),
    make.line('introspection/when', t('Checked'), formatWhen(checkedAtMs, nowMs), 'calendar'),
  ];
  const value = active ? t('active') : conclusive ? t('not active') : t('not known to its issuer');
  return make.group(
    'introspection',
    t('Introspection'),
    value,
    active ? 'pass' : conclusive ? 'error' : 'question',
    () => lines,
  );
}

const checkIcons = { passed: 'pass', failed: 'error', skipped: 'circle-slash' } as const;

function checkText(name: CheckName, { t }: Words): string {
  switch (name) {
    case 'decryption':
      return t('Decryption');
    case 'signature':
      return t('Signature');
    case 'type':
      return t('Type');
    case 'issuer':
      return t('Issuer');
    case 'audience':
      return t('Audience');
    case 'not_before':
      return t('Begin');
    case 'expiry':
      return t('End');
  }
}

function keyText(alg: string, kid: string | null): string {
  return kid === null ? alg : `${alg}, ${kid}`;
}
