import type { AddressSpace } from './addressSpace.ts';
import type { ShownCertificate } from './message.ts';

/** Where a connection leads, and through what. */
export interface Route {
  readonly secure: boolean;
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly verifyTls: boolean;
  /** Shown to the host itself, never to the proxy. */
  readonly clientCertificate: ShownCertificate | null;
  readonly proxy: ProxyRoute | null;
  /** Addresses that lie nearer are refused. Behind a proxy, which resolves names itself, this sees only addresses. */
  readonly nearest: AddressSpace;
}

export interface ProxyRoute {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
  /** What names it, for messages. */
  readonly setting: string;
  /** Value of Proxy-Authorization. */
  readonly authorization: string | null;
}
