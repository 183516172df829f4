import { nodeAssert } from './assert.ts';
import type { BufferClass } from './buffer.ts';
import { cryptoJs } from './cryptoJs.ts';
import type { Host } from './host.ts';
import { nodeCrypto } from './nodeCrypto.ts';
import { uuid } from './random.ts';
import { library, unsupported } from './values.ts';

function isFunction(value: unknown): value is (...values: unknown[]) => unknown {
  return typeof value === 'function';
}

/** `require(name)`: what Keyturn brings, and a refusal by name for all else. */
export function requireOf(host: Host, Buffer: BufferClass): (name: unknown) => unknown {
  const makers: Readonly<Record<string, () => unknown>> = {
    assert: nodeAssert,
    buffer: () => ({ Buffer }),
    crypto: () => nodeCrypto(host, Buffer),
    'crypto-js': () => cryptoJs(host),
    dayjs: () => library(host.source('dayjs'), isFunction),
    uuid: () => ({ v4: () => uuid(host), v1: () => unsupported('"uuid.v1"') }),
  };
  const made = new Map<string, unknown>();
  return (name) => {
    const plain = String(name).replace(/^node:/, '');
    const known = made.get(plain);
    if (known !== undefined) return known;
    // crypto-js offers each of its functions as a module of its own too.
    const part = /^crypto-js\/([a-z0-9-]+)$/.exec(plain)?.[1];
    if (part !== undefined) return partOf(cryptoJs(host), part) ?? unsupported(`the module "${plain}"`);
    if (!Object.hasOwn(makers, plain)) unsupported(`the module "${plain}"`);
    const value = makers[plain]?.();
    made.set(plain, value);
    return value;
  };
}

function partOf(all: Readonly<Record<string, unknown>>, part: string): unknown {
  const wanted = part.replaceAll('-', '').toLowerCase();
  const name = Object.keys(all).find((known) => known.toLowerCase() === wanted);
  if (name !== undefined) return all[name];
  const encoding = /^enc(hex|base64|base64url|utf8|latin1)$/.exec(wanted)?.[1];
  const encodings = all['enc'] as Readonly<Record<string, unknown>>;
  return encoding === undefined
    ? undefined
    : encodings[Object.keys(encodings).find((known) => known.toLowerCase() === encoding) ?? ''];
}
