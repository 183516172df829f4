import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { KeyturnError } from '../base/errors.ts';
import { addressSpace, isNearer, type AddressSpace } from './addressSpace.ts';
import { isLocalhost, LOCALHOST_ADDRESSES } from './localhost.ts';

/** What names stand for and where addresses lie. Tests give one of their own, since they reach loopback alone. */
export interface Network {
  readonly lookup: LookupFunction;
  spaceOf(address: string): AddressSpace;
}

export const systemNetwork: Network = { lookup: dns.lookup, spaceOf: addressSpace };

type Resolved = readonly dns.LookupAddress[];

/**
 * All addresses of a host, `localhost` without a DNS query. Fails with what the resolver says, and with
 * `address_too_near` when every address lies nearer than `nearest`.
 */
export async function addressesOf(
  network: Network,
  hostname: string,
  nearest: AddressSpace,
): Promise<Resolved> {
  const all: Resolved = isLocalhost(hostname) ? LOCALHOST_ADDRESSES : await lookUp(network.lookup, hostname);
  // Only these are connected to: what a name stands for a moment later makes no difference.
  const allowed = all.filter(({ address }) => !isNearer(network.spaceOf(address), nearest));
  const [first] = all;
  if (allowed.length > 0 || first === undefined) return allowed;
  throw tooNear(hostname, network.spaceOf(first.address));
}

function lookUp(lookup: LookupFunction, hostname: string): Promise<Resolved> {
  return new Promise((resolve, reject) => {
    lookup(hostname, { all: true }, (error, address, family = 0) => {
      if (error !== null) reject(error);
      else resolve(typeof address === 'string' ? [{ address, family }] : address);
    });
  });
}

/** The lookup of one connection: the addresses of `addressesOf`, and no others. */
export function lookupWithin(network: Network, nearest: AddressSpace): LookupFunction {
  return (hostname, _options, done) => {
    addressesOf(network, hostname, nearest).then(
      (addresses) => done(null, [...addresses]),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), []),
    );
  };
}

export function tooNear(hostname: string, space: AddressSpace): KeyturnError {
  return new KeyturnError(
    'address_too_near',
    `${hostname} is ${space === 'loopback' ? 'this computer' : 'in a local network'}, and this connection may not lead there.`,
    {
      hint: 'A server elsewhere named this address. If it is right, send the request there yourself.',
      data: { host: hostname, space },
    },
  );
}
