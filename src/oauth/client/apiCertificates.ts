import type { ClientCertificate } from '../../http/message.ts';
import { SingleFlight } from '../../base/singleFlight.ts';
import type { ApiCertificates, CarriedToken } from './boundCertificate.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { Token } from '../../token/token.ts';
import { requireKeyFile } from '../receivers/permission.ts';
import { readClientCertificate } from './certificate.ts';
import type { GrantTools } from '../grant.ts';
import type { InspectionSecrets } from '../verify/inspector.ts';

/** Certificates for APIs, from where they are taken for the token endpoint. */
export function createApiCertificates(
  tools: Pick<GrantTools, 'consent' | 'files' | 'register'>,
  secrets: Pick<InspectionSecrets, 'secret'>,
): ApiCertificates {
  return new Certificates(tools, secrets);
}

class Certificates implements ApiCertificates {
  readonly #tools: Pick<GrantTools, 'consent' | 'files' | 'register'>;
  readonly #secrets: Pick<InspectionSecrets, 'secret'>;
  // By the token as it is held: a new one may be bound to a certificate that was replaced meanwhile.
  readonly #known = new WeakMap<Token, ClientCertificate>();
  readonly #reading = new SingleFlight<ClientCertificate>();

  constructor(
    tools: Pick<GrantTools, 'consent' | 'files' | 'register'>,
    secrets: Pick<InspectionSecrets, 'secret'>,
  ) {
    this.#tools = tools;
    this.#secrets = secrets;
  }

  async of({ profile, token, signal }: CarriedToken): Promise<ClientCertificate> {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    const read = await this.#reading.run(token.key, (shared) => this.#read(profile, shared), signal);
    this.#known.set(token, read);
    return read;
  }

  async #read(profile: TokenProfile, signal: AbortSignal): Promise<ClientCertificate> {
    await requireKeyFile(profile, { waiting: true, signal }, this.#tools);
    const secret = (kind: Parameters<InspectionSecrets['secret']>[1]) =>
      this.#secrets.secret(profile, kind, true);
    return readClientCertificate(profile, { secret }, this.#tools);
  }
}
