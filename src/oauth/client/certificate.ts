import { X509Certificate } from 'node:crypto';
import { KeyturnError } from '../../base/errors.ts';
import type { ClientCertificate } from '../../http/message.ts';
import type { PrivateFiles } from '../../base/privateFiles.ts';
import type { GrantContext } from '../../token/grant.ts';
import { keyFilePath } from '../../profile/keys/keyFile.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { MAX_KEY_BYTES, parsePrivateKey, readKeyText } from '../../profile/keys/signingKey.ts';
import type { GrantTools } from '../grant.ts';

/**
 * Tools whose requests show the client's certificate where the profile proves itself with one (RFC 8705 section 2).
 * Only what is posted shows it: metadata and keys are public, and may lie on other hosts. Requests then fail with
 * `key_invalid`, `file_unreadable`, `profile_invalid` or `secret_missing` as well.
 */
export function withClientCertificate<
  Tools extends Pick<GrantTools, 'fetch' | 'fetchAs' | 'files' | 'register'>,
>(profile: TokenProfile, context: Pick<GrantContext, 'secret'>, tools: Tools): Tools {
  if (profile.clientAuthentication !== 'tls_client_auth') return tools;
  let shown: Promise<ClientCertificate> | null = null;
  return {
    ...tools,
    fetch: async (input, init) => {
      if (init?.method !== 'POST') return tools.fetch(input, init);
      shown ??= readClientCertificate(profile, context, tools);
      return tools.fetchAs(await shown)(input, init);
    },
  };
}

/** The certificate and the key of a profile, checked to belong together. */
export async function readClientCertificate(
  profile: TokenProfile,
  context: Pick<GrantContext, 'secret'>,
  tools: Pick<GrantTools, 'files' | 'register'>,
): Promise<ClientCertificate> {
  const { name, options } = profile;
  if (options.certificateFile === null) {
    throw new KeyturnError('profile_invalid', `The token profile "${name}" names no certificate.`, {
      hint: 'Write the path of the client certificate as "certificateFile" into keyturn.json.',
    });
  }
  const { text, certificate } = await readCertificate(name, options.certificateFile, tools.files);
  const given = await readKeyText(profile, context, tools);
  const key = parsePrivateKey(given.text, name);
  if (!certificate.checkPrivateKey(key)) {
    throw invalid(name, 'does not belong to the private key', 'Use the key of this certificate.');
  }
  return { certificate: text, key: key.export({ format: 'pem', type: 'pkcs8' }).toString() };
}

/** `x5t#S256` of RFC 7515 section 4.1.8, which some servers find the key by; null for a profile without a certificate. */
export async function certificateThumbprint(
  { name, options }: TokenProfile,
  { files }: Pick<GrantTools, 'files'>,
): Promise<string | null> {
  if (options.certificateFile === null) return null;
  const { certificate } = await readCertificate(name, options.certificateFile, files);
  return Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
}

async function readCertificate(
  name: string,
  file: string,
  files: PrivateFiles,
): Promise<{ readonly text: string; readonly certificate: X509Certificate }> {
  const path = keyFilePath(file);
  if (path === null) {
    throw new KeyturnError(
      'profile_invalid',
      `The certificate file of "${name}" is not named as it has to be.`,
      {
        hint: 'Write its absolute path, or one that starts with ~/.',
      },
    );
  }
  const text = await files.readText(path, MAX_KEY_BYTES);
  const begin = text.indexOf('-----BEGIN CERTIFICATE-----');
  try {
    if (begin < 0) throw new Error('no certificate in PEM');
    return { text, certificate: new X509Certificate(text.slice(begin)) };
  } catch (cause) {
    throw invalid(
      name,
      'cannot be read',
      'Use a certificate in PEM: text that starts with -----BEGIN CERTIFICATE-----.',
      cause,
    );
  }
}

function invalid(name: string, what: string, hint: string, cause?: unknown): KeyturnError {
  return new KeyturnError('key_invalid', `The client certificate of "${name}" ${what}.`, {
    ...(cause === undefined ? {} : { cause }),
    hint,
    data: { token: name },
  });
}
