import { skipSpaces } from './text.ts';

/** Methods of RFC 9110 and PATCH of RFC 5789: a word that is nearly one of them is a slip. */
export const commonMethods: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'PATCH',
  'OPTIONS',
  'TRACE',
];
export const davMethods: readonly string[] = [
  'LOCK',
  'UNLOCK',
  'PROPFIND',
  'PROPPATCH',
  'COPY',
  'MOVE',
  'MKCOL',
];
/** What the tools write in the place of a method for other protocols. */
export const otherProtocols: ReadonlySet<string> = new Set([
  ...['WEBSOCKET', 'WS', 'WSS', 'GRPC', 'MQTT', 'MQTTS', 'AMQP', 'AMQPS', 'SSE', 'EVENTSOURCE', 'RSOCKET'],
]);

/** The registry of IANA, and what servers in wide use take besides (Varnish, Vault, UPnP, Exchange). */
const otherMethods: readonly string[] = [
  ...['ACL', 'BASELINE-CONTROL', 'BIND', 'CHECKIN', 'CHECKOUT', 'LABEL', 'LINK', 'MERGE', 'MKACTIVITY'],
  ...['MKCALENDAR', 'MKREDIRECTREF', 'MKWORKSPACE', 'ORDERPATCH', 'QUERY', 'REBIND', 'REPORT', 'SEARCH'],
  ...['UNBIND', 'UNCHECKOUT', 'UNLINK', 'UPDATE', 'UPDATEREDIRECTREF', 'VERSION-CONTROL'],
  ...['PURGE', 'PURGEKEYS', 'BAN', 'REFRESH', 'REFRESHKEYS', 'LIST', 'M-SEARCH', 'NOTIFY', 'SUBSCRIBE'],
  ...['UNSUBSCRIBE', 'BCOPY', 'BDELETE', 'BMOVE', 'BPROPFIND', 'BPROPPATCH', 'POLL', 'BREW', 'VIEW'],
];

/** Every method that is no slip, in capitals. */
export const knownMethods: ReadonlySet<string> = new Set([
  ...commonMethods,
  ...davMethods,
  ...otherMethods,
  ...otherProtocols,
  'GRAPHQL',
]);

/**
 * Whether the first word of a request line is meant as a method although the dialect does not list it: a known one in
 * any case, or any word in front of what can only be the address of a request. A slip in it would otherwise make the
 * whole line the URL of a GET.
 */
export function isMeantAsMethod(word: string, line: string, end: number): boolean {
  const at = skipSpaces(line, end);
  if (at === line.length || /[/:.?&=@#"'<>{}[\]()|\\,;]/.test(word)) return false;
  if (/^[A-Z][A-Z_-]+$/.test(word)) return true;
  return isTarget(line.slice(at));
}

/** Begins like a URL, a path or a host. */
function isTarget(text: string): boolean {
  return (
    /^(?:[a-z][a-z\d+.-]*:\/\/|\/(?!\/)|\{\{|\[[\da-f:.]+\])/i.test(text) ||
    /^(?:localhost|[\w-]+(?:\.[\w-]+)+|[\w-]+(?=:\d))(?:[:/?#]|\s|$)/i.test(text)
  );
}
