import { systemClock } from '../../../src/base/clock.ts';
import { createObtain } from '../../../src/oauth/obtain.ts';
import { privateFiles } from '../../../src/node/privateFiles.ts';
import { createFileLease } from '../../../src/node/fileLease.ts';
import { KeptSecrets } from '../../../src/token/keptSecrets.ts';
import type { RefreshLease } from '../../../src/token/refresh/lease.ts';
import { createTokenManager } from '../../../src/token/createManager.ts';
import { noOptions, type TokenProfile } from '../../../src/profile/profile.ts';
import { Redactor } from '../../../src/redaction/redactor.ts';
import type { SecretStore } from '../../../src/base/secretStore.ts';
import { createTokenStore } from '../../../src/token/tokenStore.ts';
import { createUsageRecord } from '../../../src/token/usage.ts';
import { createFileSecretStore } from './fileSecretStore.ts';
import { everythingAllowed } from '../sources/support.ts';

/** The points of a refresh at which a test ends the process, in their order. */
export const STEPS = [
  'before the turn',
  'with the turn',
  'store read',
  'before the request',
  'after the answer',
  'store read again',
  'half written',
  'written',
  'handed out',
] as const;

export type Step = (typeof STEPS)[number];

/** Where the server has taken the refresh token and only the process that ends knows the new one. */
export const TAKEN: ReadonlySet<Step> = new Set(['after the answer', 'store read again', 'half written']);

export interface SharedPlace {
  readonly issuer: string;
  readonly storeFolder: string;
  readonly leaseFolder: string;
}

export const signedIn = ({ issuer }: SharedPlace): TokenProfile => ({
  name: 'person',
  grant: 'refresh_token',
  origins: ['https://api.example.com'],
  sendAs: { scheme: 'Bearer' },
  issuer,
  tokenEndpoint: null,
  clientId: 'person',
  clientAuthentication: 'none',
  scope: null,
  audience: null,
  resource: null,
  options: noOptions,
  declaredIn: '/w/keyturn.json',
});

/** A manager as a window or a command has it, over a store and a lease that others share. `at` is told each step. */
export function createSharingManager(
  place: SharedPlace,
  at: (step: Step) => Promise<void> = () => Promise.resolve(),
) {
  const secrets = createFileSecretStore(place.storeFolder, () => at('half written'));
  let reads = 0;
  let answered = false;
  const told: SecretStore = {
    ...secrets,
    async get(key) {
      const value = await secrets.get(key);
      reads++;
      if (answered) await at('store read again');
      else if (reads > 1) await at('store read');
      return value;
    },
    async set(key, value) {
      await secrets.set(key, value);
      await at('written');
    },
  };
  const fileLease = createFileLease(place.leaseFolder);
  const lease: RefreshLease = {
    async hold(key, task, signal) {
      await at('before the turn');
      return fileLease.hold(
        key,
        async (turn) => {
          await at('with the turn');
          return task(turn);
        },
        signal,
      );
    },
  };
  const store = createTokenStore(told);
  const redactor = new Redactor();
  const obtain = createObtain({
    async fetch(url, init) {
      const toTokenEndpoint = init?.method === 'POST';
      if (toTokenEndpoint) await at('before the request');
      const response = await fetch(url, init);
      if (toTokenEndpoint) {
        answered = true;
        await at('after the answer');
      }
      return response;
    },
    fetchAs: () => fetch,
    files: privateFiles,
    consent: everythingAllowed,
    clock: systemClock,
    mask: (text) => redactor.mask(text),
    register: (secret, label) => redactor.register(secret, label),
  });
  const values = new Map<string, unknown>();
  const manager = createTokenManager({
    store,
    clock: systemClock,
    redactor,
    keptSecrets: new KeptSecrets(store, redactor),
    usage: createUsageRecord({
      get: (key) => Promise.resolve(values.get(key)),
      set: (key, value) => {
        values.set(key, value);
        return Promise.resolve();
      },
    }),
    leadMs: () => 5 * 60_000,
    obtain,
    askSecret: () => Promise.resolve(null),
    lease,
  });
  return { manager, store };
}
