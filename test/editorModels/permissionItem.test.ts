import { describe, expect, it } from 'vitest';
import { withoutIcons } from '../../src/editor/platform/plainLabel.ts';
import { permissionItem } from '../../src/editor/permissions/permissionItem.ts';
import type { Permission } from '../../src/consent/permissions.ts';
import type { ConsentSubject } from '../../src/consent/question.ts';

const show = (location: string) => location.replace('file://', '');
const itemOf = (permission: Permission) => permissionItem(permission, show);
const source = (subject: ConsentSubject): Permission => ({
  kind: 'source',
  id: '00000000',
  tokenName: 'gh',
  question: {
    tokenName: 'gh',
    subject,
    origins: ['https://api.github.com', 'https://uploads.github.com'],
    declaredIn: 'file:///w/keyturn.json',
  },
});
const END =
  'Allowed origins: https://api.github.com, https://uploads.github.com · Requested by /w/keyturn.json';

describe('a permission in the list', () => {
  it('says what a trusted certificate is, and for which host', () => {
    const certificate = {
      host: 'localhost:8443',
      sha256: 'AB:CD',
      subject: 'CN=localhost',
      issuer: 'CN=House',
      validTo: '2027-01-01T00:00:00.000Z',
    };
    const permission: Permission = { kind: 'certificate', id: '0', tokenName: certificate.host, certificate };
    expect(itemOf(permission)).toEqual({
      icon: 'verified',
      label: 'CN=localhost',
      description: 'certificate for the host localhost:8443',
      detail: 'Issued by CN=House · Valid to 2027-01-01T00:00:00.000Z · SHA-256 AB:CD',
    });
  });

  it.each<[ConsentSubject, string, string, string]>([
    [
      { kind: 'command', command: ['gh', 'auth', 'token'], folder: '/w', program: '/usr/bin/gh', files: [] },
      'gh auth token',
      'command for the token gh',
      `${END} · Program /usr/bin/gh · Runs in /w`,
    ],
    [
      { kind: 'keychain', service: 'gh:github.com', account: 'zoe' },
      '"gh:github.com"',
      'keychain entry for the token gh',
      `Account "zoe" · ${END}`,
    ],
    [
      { kind: 'account', provider: 'github', scopes: ['repo', 'user'] },
      'github',
      'account of the editor for the token gh',
      `Scopes: repo user · ${END}`,
    ],
    [
      { kind: 'key_file', path: '~/a.pem', servers: ['https://id.example.com'] },
      '"~/a.pem"',
      'key file for the token gh',
      `Signs for https://id.example.com · ${END}`,
    ],
    [
      {
        kind: 'sign_in',
        at: 'https://id.example.com',
        redeemedAt: 'https://other.example.com',
        receivers: ['https://other.example.com', 'https://third.example.com'],
        issuer: null,
        hasPage: true,
      },
      'https://id.example.com',
      'sign-in at several servers for the token gh',
      `Secrets are sent to https://other.example.com, https://third.example.com · ${END}`,
    ],
    [
      {
        kind: 'new_receiver',
        at: 'https://id.example.com',
        known: ['https://id.example.com'],
        receivers: ['https://other.example.com'],
      },
      'https://id.example.com',
      'secrets for another server for the token gh',
      `Secrets were sent to https://id.example.com · Secrets are sent to https://other.example.com · ${END}`,
    ],
    [{ kind: 'exchange', tokens: ['one', 'two'] }, 'one, two', 'token exchange for the token gh', END],
  ])('%j', (subject, label, description, detail) => {
    expect(itemOf(source(subject))).toMatchObject({ label, description, detail });
  });

  it('says of an origin who declares the token, and of a place nothing twice', () => {
    const origin = {
      kind: 'origin',
      id: '0',
      tokenName: 'viewer',
      tokenKey: 'k',
      origin: 'https://far.example',
    } as const;
    expect(itemOf({ ...origin, declaredIn: 'file:///w/keyturn.json' })).toEqual({
      icon: 'globe',
      label: 'https://far.example',
      description: 'origin for the token viewer',
      detail: 'Requested by /w/keyturn.json',
    });
    expect(itemOf({ ...origin, declaredIn: null }).detail).toBe('');
    const place = {
      kind: 'place',
      id: '0',
      tokenName: 'viewer',
      tokenKey: 'k',
      place: 'file:///v',
      secret: null,
    } as const;
    expect(itemOf(place)).toMatchObject({
      label: '/v',
      description: 'folder of use for the token viewer',
      detail: '',
    });
    expect(itemOf({ ...place, tokenName: 'app', secret: 'client_secret' }).description).toBe(
      'folder of use of the client secret of the client app',
    );
  });

  it('shows a command line as it is, not as icons', () => {
    const { label } = itemOf(
      source({
        kind: 'command',
        command: ['a', '$(check)', '$(b c)'],
        folder: '/w',
        program: '/usr/bin/gh',
        files: [],
      }),
    );
    expect(label).toContain('\\$(check)');
    expect(label).not.toContain('\\$(b c)');
    expect(withoutIcons('$(a~spin) $(x $( $()')).toBe('\\$(a~spin) $(x $( $()');
  });
});
