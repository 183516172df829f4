/**
 * The process that talks to the system's keychain. It is a process of its own since keytar's calls cannot be called
 * off and a locked keyring can make them wait without end, or even crash: this one can be ended.
 */
import type * as keytarModule from 'keytar';
import * as v from 'valibot';
import {
  type KeychainFailure,
  type KeychainReply,
  type KeychainRequest,
  requestSchema,
} from './keychainMessages.ts';
import { entriesOf } from './keytarEntries.ts';
import { SplitEntries } from './splitEntries.ts';

const SERVICE = 'keyturn';
/** A value that is no secret, to find out whether the keyring is open. */
const PROBE_SERVICE = 'keyturn.probe';
/** Windows takes 2,560 bytes an entry (CRED_MAX_CREDENTIAL_BLOB_SIZE), which is less than many tokens need. */
const MOST_BYTES = process.platform === 'win32' ? 2500 : Infinity;

type Keytar = typeof keytarModule;

class Failure extends Error {
  readonly failure: KeychainFailure;

  constructor(failure: KeychainFailure) {
    super(failure);
    this.failure = failure;
  }
}

interface Opened {
  readonly keytar: Keytar;
  readonly own: SplitEntries;
}

let opened: Promise<Opened> | undefined;

async function open(): Promise<Opened> {
  const keytar = await load();
  // A locked Secret Service finds nothing where there is something. Only writing tells.
  if (process.platform === 'linux') await probe(keytar);
  return { keytar, own: new SplitEntries(entriesOf(keytar, SERVICE), MOST_BYTES) };
}

async function load(): Promise<Keytar> {
  try {
    const module: Keytar & { default?: Keytar } = await import('keytar');
    return module.default ?? module;
  } catch {
    throw new Failure('unavailable');
  }
}

async function probe(keytar: Keytar): Promise<void> {
  try {
    if ((await keytar.getPassword(PROBE_SERVICE, 'open')) !== null) return;
    await keytar.setPassword(PROBE_SERVICE, 'open', 'yes');
  } catch (error) {
    throw new Failure(isLocked(error) ? 'locked' : 'unavailable');
  }
}

function isLocked(error: unknown): boolean {
  return (
    error instanceof Error && /locked|dismissed|cancel+ed|interaction is not allowed/i.test(error.message)
  );
}

async function answer(request: KeychainRequest): Promise<string | null | string[]> {
  const { keytar, own } = await (opened ??= open());
  try {
    switch (request.method) {
      case 'get':
        return await own.get(request.key);
      case 'set':
        await own.set(request.key, request.value);
        return null;
      case 'delete':
        await own.delete(request.key);
        return null;
      case 'keys':
        return await own.accounts();
      case 'read':
        // Not findCredentials: on Linux it crashes over entries without an account, as many tools make them.
        return request.account === null
          ? await keytar.findPassword(request.service)
          : await keytar.getPassword(request.service, request.account);
    }
  } catch (error) {
    throw new Failure(isLocked(error) ? 'locked' : 'refused');
  }
}

/** Messages of the keychain stay here: nothing says that they hold no secret. */
async function reply(request: KeychainRequest): Promise<KeychainReply> {
  try {
    return { id: request.id, result: await answer(request) };
  } catch (error) {
    return { id: request.id, failure: error instanceof Failure ? error.failure : 'unavailable' };
  }
}

process.on('message', (message) => {
  const request = v.safeParse(requestSchema, message);
  if (request.success) void reply(request.output).then((answered) => process.send?.(answered));
});
process.on('disconnect', () => process.exit());
