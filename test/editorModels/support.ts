import type { HttpResponse } from '../../src/http/message.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import type { RequestNode } from '../../src/httpfile/parse/tree.ts';
import type { RequestResult } from '../../src/run/result.ts';

export const sentAtMs = Date.UTC(2026, 0, 15, 12, 0, 0);

export function response(parts: Partial<HttpResponse> & { text?: string } = {}): HttpResponse {
  const { text = '{"ok":true}', ...rest } = parts;
  const body = rest.body ?? new TextEncoder().encode(text);
  return {
    status: 200,
    statusText: 'OK',
    httpVersion: '1.1',
    headers: [['Content-Type', 'application/json']],
    body,
    bodyFault: null,
    bodyTruncated: false,
    sizeBytes: body.byteLength,
    timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 80, downloadMs: 4, totalMs: 84 },
    redirects: [],
    url: 'https://api.example.com/reports',
    tlsVerified: true,
    receivedAtMs: sentAtMs + 80,
    ...rest,
  };
}

export function requestNode(text = 'GET https://api.example.com/reports\n'): RequestNode {
  const [node] = parseHttpFile(text).requests;
  if (node === undefined) throw new Error('no request in the text');
  return node;
}

export function result(parts: Partial<RequestResult> = {}): RequestResult {
  return {
    file: 'file:///a.http',
    node: parts.node ?? requestNode(),
    request: { method: 'GET', url: 'https://api.example.com/reports', headers: [] },
    response: response(),
    rateLimits: [],
    rateLimitHeaders: [],
    retryAfterSeconds: null,
    token: null,
    retried: null,
    challenge: null,
    done: [],
    notes: [],
    tests: [],
    notRun: [],
    error: null,
    startedAtMs: sentAtMs,
    finishedAtMs: sentAtMs + 84,
    ...parts,
  };
}
