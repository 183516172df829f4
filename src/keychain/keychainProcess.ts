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

const SERVICE = 'keyturn';
/** A value that is no secret, to find out whether the keyring is open. */
const PROBE_SERVICE = 'keyturn.probe';

type Keytar = typeof keytarModule;

class Failure extends Error {
  readonly failure: KeychainFailure;

  constructor(failure: KeychainFailure) {
    super(failure);
    this.failure = failure;
  }
}

let opened: Promise<Keytar> | undefined;

async function open(): Promise<Keytar> {
  const keytar = await load();
  // A locked Secret Service finds nothing where there is something. Only writing tells.
  if (process.platform === 'linux') await probe(keytar);
  return keytar;
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
  const keytar = await (opened ??= open());
  try {
    switch (request.method) {
      case 'get':
        return await keytar.getPassword(SERVICE, request.key);
      case 'set':
        await keytar.setPassword(SERVICE, request.key, request.value);
        return null;
      case 'delete':
        await keytar.deletePassword(SERVICE, request.key);
        return null;
      case 'keys':
        return (await keytar.findCredentials(SERVICE)).map(({ account }) => account);
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
