import { parse } from 'jsonc-parser';
import * as v from 'valibot';
import { KeyturnError } from '../../base/errors.ts';
import type { Files } from '../../base/files.ts';
import { type CertificateFiles, type HostCertificates, hostCertificatesSchema } from './hostCertificates.ts';
import { nearestFile, type Search } from '../../base/nearestFile.ts';

/** Where such settings stand. */
export interface CertificateSettings {
  /** What stands there, for messages. */
  readonly name: string;
  readonly hosts: HostCertificates;
  /** Files beside which a relative path may lie, the first one first. */
  readonly bases: readonly string[];
}

const FILE = '.httpyac.json';

/** `clientCertificates` of the nearest `.httpyac.json`; null where there are none. Fails with `environment_invalid`. */
export async function httpyacCertificates(
  files: Files,
  httpFile: string,
  search: Search,
): Promise<CertificateSettings | null> {
  const found = await nearestFile(files, httpFile, FILE, search);
  if (found === null) return null;
  if (found.failure !== null) throw found.failure;
  const json: unknown = parse(new TextDecoder().decode(found.bytes));
  if (!v.is(v.object({ clientCertificates: v.unknown() }), json)) return null;
  const hosts = v.safeParse(hostCertificatesSchema, json.clientCertificates);
  if (!hosts.success) {
    throw new KeyturnError('environment_invalid', `The clientCertificates of ${FILE} cannot be read.`, {
      hint: 'Write for each host an object with cert and key, or pfx, and passphrase.',
    });
  }
  return { name: FILE, hosts: hosts.output, bases: [httpFile, found.location] };
}

/** The entry for the host of a URL, with its port or without where that is the usual one. */
export function certificateFor({ hosts }: CertificateSettings, url: URL): CertificateFiles | null {
  const names = new Set([url.host, `${url.hostname}:${url.port === '' ? '443' : url.port}`]);
  return Object.entries(hosts).find(([host]) => names.has(host.toLowerCase()))?.[1] ?? null;
}
