import type { Loaded } from '../platform/commands.ts';
import type { certificateCommands } from '../platform/remedies.ts';
import type { EditorServices } from '../services.ts';
import { trustCertificate } from './trustCertificate.ts';

export function loadCertificateCommands(services: EditorServices): Loaded<typeof certificateCommands> {
  return {
    handlers: { 'keyturn.certificates.trust': (certificate) => trustCertificate(services, certificate) },
  };
}
