import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { httpServer } from '../http/support.ts';

export interface DigestServerOptions {
  readonly algorithm?: string;
  /** Absent: a server of RFC 2069. */
  readonly qop?: string;
  readonly user?: string;
  readonly password?: string;
  /** Requests that a nonce is good for. */
  readonly uses?: number;
  /** Names the next nonce in each answer. */
  readonly rotates?: boolean;
}

export interface SeenDigest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | null;
  /** `unauthorized`, `stale`, `wrong` or `ok`. */
  readonly outcome: string;
}

/** A server that checks Digest by the formulas of RFC 7616 section 3.4, written without a look at the client's. */
export async function digestServer({
  algorithm,
  qop,
  user = 'Mufasa',
  password = 'Circle of Life',
  uses = Infinity,
  rotates = false,
}: DigestServerOptions = {}) {
  const seen: SeenDigest[] = [];
  const nonces = new Map<string, number>();
  const realm = 'pride "rock"';
  const opaque = 'op\\aque';
  const name = (algorithm ?? 'MD5')
    .replace(/-sess$/i, '')
    .replace('SHA-', 'sha')
    .toLowerCase();
  const H = (text: string | Buffer) => createHash(name).update(text).digest('hex');
  const freshNonce = () => {
    const nonce = randomBytes(12).toString('base64');
    nonces.set(nonce, 0);
    return nonce;
  };
  const sessions = new Map<string, string>();

  const judge = (request: IncomingMessage, body: Buffer): 'unauthorized' | 'stale' | 'wrong' | 'ok' => {
    const header = request.headers.authorization;
    if (header === undefined) return 'unauthorized';
    const field = (wanted: string) => {
      const found = new RegExp(`(?:^Digest |, )${wanted}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^",]*))`).exec(header);
      return found?.[1]?.replace(/\\(.)/g, '$1') ?? found?.[2] ?? '';
    };
    const nonce = field('nonce');
    const known = nonces.get(nonce);
    if (known === undefined || known >= uses) return 'stale';
    if (field('realm') !== realm || field('opaque') !== opaque || field('uri') !== request.url)
      return 'wrong';
    if (field('username') !== user || field('algorithm') !== (algorithm ?? '')) return 'wrong';
    let key = H(`${user}:${realm}:${password}`);
    if (/-sess$/i.test(algorithm ?? '')) {
      const session = sessions.get(field('cnonce')) ?? H(`${key}:${nonce}:${field('cnonce')}`);
      sessions.set(field('cnonce'), session);
      key = session;
    }
    const method = request.method ?? '';
    const isIntegrity = field('qop') === 'auth-int';
    const a2 = isIntegrity ? `${method}:${request.url}:${H(body)}` : `${method}:${request.url}`;
    const data =
      qop === undefined
        ? `${nonce}:${H(a2)}`
        : `${nonce}:${field('nc')}:${field('cnonce')}:${field('qop')}:${H(a2)}`;
    if (qop !== undefined && !qop.split(',').includes(field('qop'))) return 'wrong';
    if (qop !== undefined && Number.parseInt(field('nc'), 16) !== known + 1) return 'stale';
    if (field('response') !== H(`${key}:${data}`)) return 'wrong';
    nonces.set(nonce, known + 1);
    return 'ok';
  };

  const answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const outcome = judge(request, body);
    const authorization = request.headers.authorization ?? null;
    seen.push({ method: request.method ?? '', url: request.url ?? '', authorization, outcome });
    if (outcome === 'ok') {
      if (rotates) response.setHeader('Authentication-Info', `nextnonce="${freshNonce()}"`);
      response.end(`${request.method} ${body.toString()}`);
      return;
    }
    const parts = [
      `realm="${realm.replace(/["\\]/g, '\\$&')}"`,
      `nonce="${freshNonce()}"`,
      `opaque="${opaque.replace(/["\\]/g, '\\$&')}"`,
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(qop === undefined ? [] : [`qop="${qop}"`]),
      ...(outcome === 'stale' ? ['stale=true'] : []),
    ];
    response.writeHead(401, { 'WWW-Authenticate': `Digest ${parts.join(', ')}` });
    response.end('who are you?');
  };

  const { url } = await httpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks)));
  });
  return { url: new URL(url).origin, seen };
}
