import type { Socket } from 'node:net';
import { KeyturnError } from '../base/errors.ts';
import type { ProxyRoute, Route } from './route.ts';
import { errorCode } from './errorCode.ts';
import { placeName, proxyHint } from './failure.ts';
import { PROXY_SETTING } from './proxy.ts';

const LONGEST_ANSWER_BYTES = 16 * 1024;

/**
 * Asks the proxy on `socket` for a tunnel (CONNECT, RFC 9110 section 9.3.6). Fails with `proxy_failed`, or with the
 * reason of the signal.
 */
export function openTunnel(
  socket: Socket,
  target: Route,
  proxy: ProxyRoute,
  signal: AbortSignal,
): Promise<void> {
  const authority = placeName(target);
  return new Promise((resolve, reject) => {
    let answer: Buffer = Buffer.alloc(0);
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('data', onData).off('error', onError).off('close', onClose);
      socket.pause();
    };
    const fail = (error: unknown): void => {
      settle();
      reject(error instanceof Error ? error : new Error('aborted'));
    };
    const onAbort = (): void => fail(signal.reason);
    const onError = (error: Error): void =>
      fail(refused(`failed (${errorCode(error)})`, proxyHint(proxy), error));
    const onClose = (): void => fail(refused('closed the connection', proxyHint(proxy)));
    const refused = (what: string, hint: string, cause?: unknown): KeyturnError =>
      new KeyturnError('proxy_failed', `The proxy ${placeName(proxy)} ${what} when asked for ${authority}.`, {
        hint,
        cause,
        data: { host: proxy.hostname, port: proxy.port },
      });
    const onData = (chunk: Buffer): void => {
      answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk]);
      const end = answer.indexOf('\r\n\r\n');
      if (end < 0) {
        if (answer.length > LONGEST_ANSWER_BYTES) fail(refused('gave no proper answer', proxyHint(proxy)));
        return;
      }
      const status = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |\r\n)/.exec(answer.toString('latin1', 0, end + 2))?.[1];
      if (status === undefined) fail(refused('gave no proper answer', proxyHint(proxy)));
      else if (status === '407') fail(credentialsWanted(proxy, ` when asked for ${authority}`));
      else if (!status.startsWith('2')) fail(refused(`answered ${status}`, proxyHint(proxy)));
      else {
        settle();
        if (answer.length > end + 4) socket.unshift(answer.subarray(end + 4));
        resolve();
      }
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('data', onData).once('error', onError).once('close', onClose);
    if (signal.aborted) {
      onAbort();
      return;
    }
    const authorization =
      proxy.authorization === null ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`;
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`, 'latin1');
  });
}

/** `when` completes the sentence. */
export function credentialsWanted(proxy: ProxyRoute, when: string): KeyturnError {
  const { hostname: host, port, setting } = proxy;
  const more = setting === PROXY_SETTING ? ', or its header into http.proxyAuthorization' : '';
  return new KeyturnError(
    'proxy_failed',
    `The proxy ${placeName(proxy)} asks for credentials (407)${when}.`,
    {
      hint: `Put the user name and password into ${setting}: http://user:password@host:port${more}.`,
      data: { host, port },
    },
  );
}
