/** What `localhost` and its subdomains are, whatever a resolver says (RFC 6761 section 6.3). */
export const LOCALHOST_ADDRESSES = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
] as const;

/** `localhost` and its subdomains, in any case and with a dot at the end. */
export function isLocalhost(hostname: string): boolean {
  const host = withoutTrailingDot(hostname.toLowerCase());
  return host === 'localhost' || host.endsWith('.localhost');
}

/** `localhost`, its subdomains, 127.0.0.0/8 and ::1; takes the hostname of a URL, brackets and all. */
export function isLoopbackHost(hostname: string): boolean {
  const host = withoutTrailingDot(hostname);
  return isLocalhost(host) || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** `example.com.` is the same name as `example.com`, written in full. */
export function withoutTrailingDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host;
}
