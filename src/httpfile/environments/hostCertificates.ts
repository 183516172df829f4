import * as v from 'valibot';

const text = v.optional(v.string());

/** Files of one client certificate, as REST Client and httpyac name them: in PEM, or a PFX (PKCS #12) with both. */
const filesSchema = v.object({ cert: text, key: text, pfx: text, passphrase: text });
export type CertificateFiles = v.InferOutput<typeof filesSchema>;

/** Client certificates by host, with its port where that is not the usual one. */
export const hostCertificatesSchema = v.record(v.string(), filesSchema);
export type HostCertificates = v.InferOutput<typeof hostCertificatesSchema>;
