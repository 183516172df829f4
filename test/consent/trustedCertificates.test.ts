import { describe, expect, it } from 'vitest';
import type { PeerCertificate } from '../../src/http/peerCertificate.ts';
import { Permissions } from '../../src/consent/permissions.ts';
import type { AuditEvent } from '../../src/base/auditEvent.ts';
import { TrustedCertificates } from '../../src/consent/trustedCertificates.ts';
import { memoryValues } from '../token/support.ts';

const certificate: PeerCertificate = {
  host: 'localhost:8443',
  reason: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  subject: 'CN=localhost',
  issuer: 'CN=localhost',
  names: 'DNS:localhost',
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2027-01-01T00:00:00.000Z',
  sha256: Array.from({ length: 32 }, () => 'AB').join(':'),
};
const changed = { ...certificate, sha256: certificate.sha256.replace('AB', 'CD') };

function setUp() {
  const values = memoryValues();
  const events: AuditEvent[] = [];
  const audit = { record: (event: AuditEvent) => void events.push(event) };
  return { values, events, audit, certificates: new TrustedCertificates(values) };
}

describe('a trusted certificate', () => {
  it('is accepted for its host alone, and no other one is', async () => {
    const { certificates, audit, events } = setUp();
    expect(await certificates.accepts(certificate.host, certificate.sha256)).toBe(false);
    await certificates.trust(certificate, audit, 'test');
    expect(await certificates.accepts(certificate.host, certificate.sha256)).toBe(true);
    for (const host of ['localhost:443', 'localhost', 'api.localhost:8443', '']) {
      expect(await certificates.accepts(host, certificate.sha256), host).toBe(false);
    }
    expect(await certificates.accepts(certificate.host, changed.sha256)).toBe(false);
    expect(events).toMatchObject([
      {
        action: 'allowed',
        tokenName: 'localhost:8443',
        detail: `certificate CN=localhost ${certificate.sha256}`,
      },
    ]);
  });

  it('gives way to the one that is trusted after it', async () => {
    const { certificates, audit } = setUp();
    await certificates.trust(certificate, audit, 'test');
    await certificates.trust(changed, audit, 'test');
    expect(await certificates.accepts(certificate.host, certificate.sha256)).toBe(false);
    expect(await certificates.accepts(certificate.host, changed.sha256)).toBe(true);
  });

  it('is listed among the permissions, and withdrawn there', async () => {
    const { certificates, audit, values, events } = setUp();
    await certificates.trust(certificate, audit, 'test');
    const permissions = new Permissions(values, audit);
    const [one, ...others] = await permissions.list();
    expect(others).toEqual([]);
    expect(one).toMatchObject({ kind: 'certificate', tokenName: 'localhost:8443' });
    await permissions.withdraw(one!, 'test');
    expect(await certificates.accepts(certificate.host, certificate.sha256)).toBe(false);
    expect(await permissions.list()).toEqual([]);
    expect(events.at(-1)).toMatchObject({ action: 'withdrawn', tokenName: 'localhost:8443' });
  });

  it('is none where the stored value is broken, or that of another host', async () => {
    const { certificates, values } = setUp();
    const { host, sha256 } = certificate;
    for (const value of [null, 5, { host, sha256 }, { ...certificate, host: 'other:443' }]) {
      values.values.set(`certificate ${host}`, value);
      expect(await certificates.accepts(host, sha256)).toBe(false);
      expect(await certificates.all()).toEqual([]);
    }
  });
});
