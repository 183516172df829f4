import { KeyturnError } from '../base/errors.ts';
import type { Cancellation } from './cancellation.ts';
import { openConnection, type Connection } from './connect.ts';
import type { Route } from './route.ts';
import { connectTimeout, type Place } from './failure.ts';
import type { Network } from './network.ts';
import type { Trust } from './trust.ts';
import { createProtocolClient, type ProtocolClient } from './undiciCore.ts';

/** HTTP/2 streams that run at once on one connection; servers commonly allow 100. */
const MAX_STREAMS = 100;

/** One connection and the client that speaks on it. */
export interface Slot {
  readonly client: ProtocolClient;
  readonly connection: Connection;
  /** Requests that are running on it now: one for HTTP/1.1. */
  active: number;
  /** True once the server has sent the head of a response on it. */
  answered: boolean;
}

/** A connection for one request. */
export interface Lease {
  readonly slot: Slot;
  /** Whether the connection was opened for this request. */
  readonly fresh: boolean;
}

interface Group {
  /** HTTP/1.1 connections without a request, the one used last at the end. */
  readonly idle: Slot[];
  readonly all: Set<Slot>;
  /** Whether the server chose HTTP/2; null until the first connection is open. */
  h2: boolean | null;
  /** The connection that others wait for, since it may turn out to take their requests too. */
  opening: Promise<unknown> | null;
}

/** Open connections by route: kept alive, used again, as many at once as there are requests. */
export class Pool {
  readonly #trust: Trust;
  readonly #network: Network;
  readonly #groups = new Map<string, Group>();

  constructor(trust: Trust, network: Network) {
    this.#trust = trust;
    this.#network = network;
  }

  /** A connection that is open and free, at once; null when there is none. Give it back with `release`. */
  take(key: string): Lease | null {
    const group = this.#groups.get(key);
    if (group === undefined) return null;
    if (group.h2 === true) {
      for (const slot of group.all) {
        if (slot.active < MAX_STREAMS && isOpen(slot)) return occupy(slot);
      }
      return null;
    }
    for (let slot = group.idle.pop(); slot !== undefined; slot = group.idle.pop()) {
      if (isOpen(slot)) return occupy(slot);
      this.#drop(key, group, slot);
    }
    return null;
  }

  /**
   * A connection, opened if need be. Fails as `openConnection` does, with `connect_timeout`, or with the reason of the
   * cancellation. Connections without a waiting request are closed.
   */
  async open(key: string, route: Route, timeoutMs: number, cancellation: Cancellation): Promise<Lease> {
    const place: Place = route.proxy === null ? route : { ...route.proxy, isProxy: true };
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      cancellation.throwIfCancelled();
      let group = this.#groups.get(key);
      if (group === undefined) {
        group = { idle: [], all: new Set(), h2: route.secure ? null : false, opening: null };
        this.#groups.set(key, group);
      }
      if (group.opening === null || group.h2 === false) {
        const left = timeoutMs === 0 ? 0 : Math.max(1, deadline - performance.now());
        return await this.#connect(key, group, route, left, connectTimeout(place, timeoutMs), cancellation);
      }
      await this.#wait(
        group.opening,
        timeoutMs === 0 ? 0 : deadline - performance.now(),
        place,
        cancellation,
      );
      const lease = this.take(key);
      if (lease !== null) return lease;
    }
  }

  /** Gives a connection back after its request; one that is closed by now is forgotten. */
  release(key: string, slot: Slot): void {
    slot.active -= 1;
    const group = this.#groups.get(key);
    if (!group?.all.has(slot)) return;
    if (!isOpen(slot)) this.#drop(key, group, slot);
    else if (!slot.connection.h2) group.idle.push(slot);
  }

  /** Closes every connection, also those in use. */
  async close(): Promise<void> {
    const clients: Promise<void>[] = [];
    for (const group of this.#groups.values()) {
      for (const { client, connection } of group.all) {
        clients.push(client.destroy());
        connection.socket.destroy();
      }
    }
    this.#groups.clear();
    await Promise.all(clients);
  }

  async #connect(
    key: string,
    group: Group,
    route: Route,
    timeoutMs: number,
    timedOut: KeyturnError,
    cancellation: Cancellation,
  ): Promise<Lease> {
    const controller = new AbortController();
    const forget = cancellation.onCancel((error) => controller.abort(error));
    const timer = timeoutMs === 0 ? null : setTimeout(() => controller.abort(timedOut), timeoutMs);
    const opening = openConnection(route, this.#trust, this.#network, controller.signal);
    if (group.h2 !== false) group.opening = opening;
    try {
      const connection = await opening;
      if (cancellation.error !== null) {
        connection.socket.destroy();
        throw cancellation.error;
      }
      group.h2 = connection.h2;
      return { slot: this.#add(key, group, route, connection), fresh: true };
    } catch (error) {
      if (group.all.size === 0 && this.#groups.get(key) === group && group.opening === opening) {
        this.#groups.delete(key);
      }
      throw error;
    } finally {
      if (timer !== null) clearTimeout(timer);
      forget();
      if (group.opening === opening) group.opening = null;
    }
  }

  #add(key: string, group: Group, route: Route, connection: Connection): Slot {
    const host = route.hostname.includes(':') ? `[${route.hostname}]` : route.hostname;
    const origin = `${route.secure ? 'https' : 'http'}://${host}:${route.port}`;
    const client = createProtocolClient(origin, connection.socket);
    const slot: Slot = { client, connection, active: 1, answered: false };
    group.all.add(slot);
    this.#groups.set(key, group);
    client.on('disconnect', () => {
      if (slot.active === 0) this.#drop(key, group, slot);
    });
    return slot;
  }

  #drop(key: string, group: Group, slot: Slot): void {
    if (!group.all.delete(slot)) return;
    const index = group.idle.indexOf(slot);
    if (index >= 0) group.idle.splice(index, 1);
    slot.connection.socket.destroy();
    // undici may be in the middle of reading from it.
    setImmediate(() => void slot.client.destroy());
    if (group.all.size === 0 && group.opening === null && this.#groups.get(key) === group)
      this.#groups.delete(key);
  }

  /** Waits for someone else's connection: its failure is ours too, unless only its own request gave up. */
  #wait(opening: Promise<unknown>, leftMs: number, place: Place, cancellation: Cancellation): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        if (timer !== null) clearTimeout(timer);
        forget();
      };
      const fail = (error: KeyturnError): void => {
        settle();
        reject(error);
      };
      const timer =
        leftMs === 0 ? null : setTimeout(() => fail(connectTimeout(place, leftMs)), Math.max(1, leftMs));
      const forget = cancellation.onCancel(fail);
      opening.then(
        () => {
          settle();
          resolve();
        },
        (error: unknown) => {
          if (
            error instanceof KeyturnError &&
            !KeyturnError.is(error, 'cancelled', 'timeout', 'connect_timeout')
          ) {
            fail(error);
          } else {
            settle();
            resolve();
          }
        },
      );
    });
  }
}

function occupy(slot: Slot): Lease {
  slot.active += 1;
  return { slot, fresh: false };
}

function isOpen({ connection: { socket } }: Slot): boolean {
  return !socket.destroyed && socket.writable;
}
