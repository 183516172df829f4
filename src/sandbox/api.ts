import { setTimeout as wait } from 'node:timers/promises';
import express, { type Express, type Response } from 'express';
import type { CryptoKey, JWK } from 'jose';
import * as v from 'valibot';
import { createAuthorize } from './bearer.ts';
import { sandboxApiKey, sandboxScopes } from './clients.ts';
import { proofAlgorithms } from './dpopProof.ts';
import { Limiter } from './limits.ts';
import { limitsSchema, type SandboxLimits } from './limitSettings.ts';
import { newReportSchema, Reports } from './reports.ts';
import { samplePage, samplePng, sampleXml } from './samples.ts';

export interface ApiOptions {
  readonly issuer: string;
  /** The API's own origin, which access tokens must name as their audience. */
  readonly audience: string;
  readonly limits: SandboxLimits;
  /** Opens encrypted access tokens. */
  readonly decryptionKey: CryptoKey;
  /** The same key, to be given away: opening tokens oneself is part of what can be learned here. */
  readonly decryptionJwk: JWK;
}

/** RFC 9728 section 3. */
const metadataPath = '/.well-known/oauth-protected-resource';

const largestBig = 1024 ** 3;
const longestWaitSeconds = 60;

/** The reports API: limiter first, then the access token, then the endpoint, as behind most gateways. */
export function createApi(options: ApiOptions): Express {
  const api = express();
  api.disable('x-powered-by');
  const limiter = new Limiter(options.limits);
  let expiredBeforeSeconds = 0;
  const authorize = createAuthorize(
    options,
    `${options.audience}${metadataPath}`,
    ({ iat }) => iat < expiredBeforeSeconds,
  );
  const reports = new Reports();
  const requestsByClient = new Map<string, number>();
  const json = express.json({ limit: '100kb' });

  // Outside the limit, so that it can always be raised.
  api.get('/sandbox/limits', (_request, response) => void response.json(limiter.limits));
  api.put('/sandbox/limits', json, (request, response) => {
    const wanted = v.safeParse(v.partial(limitsSchema), request.body);
    if (!wanted.success) {
      problem(response, 422, 'Unprocessable content', describeIssues(wanted.issues));
      return;
    }
    const { limit, windowSeconds, style } = wanted.output;
    limiter.limits = {
      limit: limit ?? limiter.limits.limit,
      windowSeconds: windowSeconds ?? limiter.limits.windowSeconds,
      style: style ?? limiter.limits.style,
    };
    response.json(limiter.limits);
  });

  // Every token that was issued before this second counts as expired.
  api.post('/sandbox/expire', (_request, response) => {
    expiredBeforeSeconds = Math.floor(Date.now() / 1000);
    response.json({ expiredBefore: new Date(expiredBeforeSeconds * 1000).toISOString() });
  });

  api.get('/sandbox/decryption-key', (_request, response) => void response.json(options.decryptionJwk));
  api.get(metadataPath, (_request, response) => {
    response.json({
      resource: options.audience,
      resource_name: 'Reports',
      authorization_servers: [options.issuer],
      scopes_supported: sandboxScopes,
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: proofAlgorithms,
    });
  });

  api.use(limiter.handle);

  api.get('/', (_request, response) => {
    response.json({ name: 'Reports', issuer: options.issuer, audience: options.audience });
  });
  api.get(
    '/reports',
    authorize('reports:read', (caller, _request, response) => {
      count(caller.clientId);
      response.json({ reports: reports.list() });
    }),
  );
  api.get(
    '/reports/:id',
    authorize('reports:read', (caller, request, response) => {
      count(caller.clientId);
      const report = reports.find(Number(request.params['id']));
      if (report) response.json(report);
      else problem(response, 404, 'Not found', 'There is no report with this number.');
    }),
  );
  api.post(
    '/reports',
    json,
    authorize('reports:write', (caller, request, response) => {
      count(caller.clientId);
      const wanted = v.safeParse(newReportSchema, request.body);
      if (!wanted.success) {
        problem(response, 422, 'Unprocessable content', describeIssues(wanted.issues));
        return;
      }
      const added = reports.add(wanted.output);
      if (added) response.status(201).location(`/reports/${added.id}`).json(added);
      else problem(response, 507, 'Insufficient storage', 'The sandbox is full: remove a report first.');
    }),
  );
  api.delete(
    '/reports/:id',
    authorize('reports:write', (caller, request, response) => {
      count(caller.clientId);
      if (reports.remove(Number(request.params['id']))) response.status(204).end();
      else problem(response, 404, 'Not found', 'There is no report with this number.');
    }),
  );
  api.get(
    '/admin/usage',
    authorize('reports:admin', (caller, _request, response) => {
      count(caller.clientId);
      response.json({ requestsByClient: Object.fromEntries(requestsByClient) });
    }),
  );
  api.delete(
    '/admin/usage',
    authorize(
      'reports:admin',
      (_caller, _request, response) => {
        requestsByClient.clear();
        response.status(204).end();
      },
      { acr: 'two-factors', maxAge: 300 },
    ),
  );

  api.get('/legacy/summary', (request, response) => {
    if (request.get('X-API-Key') === sandboxApiKey) response.json({ reports: reports.list().length });
    else problem(response, 401, 'Unauthorized', 'This endpoint needs an API key in X-API-Key.');
  });
  api.get('/old-reports', (_request, response) => response.redirect(308, '/reports'));
  api.all('/echo', express.text({ type: () => true, limit: '1mb' }), (request, response) => {
    const body: unknown = request.body;
    response.json({
      method: request.method,
      url: request.originalUrl,
      headers: request.headers,
      body: typeof body === 'string' ? body : '',
    });
  });
  api.get('/slow', async (request, response) => {
    const seconds = queryNumber(request.query['seconds'], 3, longestWaitSeconds);
    const closed = new AbortController();
    response.on('close', () => closed.abort());
    try {
      await wait(seconds * 1000, undefined, { signal: closed.signal });
      response.json({ waitedSeconds: seconds });
    } catch {
      // The caller went away first.
    }
  });
  api.get('/image.png', (_request, response) => void response.type('png').send(samplePng()));
  api.get('/report.xml', (_request, response) => void response.type('xml').send(sampleXml));
  api.get('/page.html', (_request, response) => void response.type('html').send(samplePage));
  api.get('/big', (request, response) => {
    sendBig(response, Math.floor(queryNumber(request.query['bytes'], 20 * 1024 ** 2, largestBig)));
  });
  api.use((_request, response) => problem(response, 404, 'Not found', 'The sandbox has no such endpoint.'));
  api.use(
    // Express knows an error handler by its four parameters.
    (error: unknown, _request: express.Request, response: Response, next: express.NextFunction) => {
      if (response.headersSent) next(error);
      else problem(response, 400, 'Bad request', 'The body does not fit its Content-Type.');
    },
  );
  return api;

  function count(clientId: string): void {
    requestsByClient.set(clientId, (requestsByClient.get(clientId) ?? 0) + 1);
  }
}

/** An error body by RFC 9457. */
function problem(response: Response, status: number, title: string, detail: string): void {
  response.status(status).type('application/problem+json').json({ title, status, detail });
}

function describeIssues(issues: readonly v.BaseIssue<unknown>[]): string {
  return issues.map((issue) => `${v.getDotPath(issue) ?? 'body'}: ${issue.message}`).join('; ');
}

/** A number of the query between 0 and `most`; `otherwise` when there is none. */
function queryNumber(value: unknown, otherwise: number, most: number): number {
  const number = typeof value === 'string' ? Number.parseFloat(value) : Number.NaN;
  return Number.isFinite(number) ? Math.min(Math.max(number, 0), most) : otherwise;
}

/** A JSON string of exactly `bytes` bytes (two at least), written as fast as the caller reads. */
function sendBig(response: Response, bytes: number): void {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let left = Math.max(0, bytes - 2);
  response.type('json').set('Content-Length', String(left + 2));
  response.write('"');
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      const part = left >= chunk.length ? chunk : chunk.subarray(0, left);
      left -= part.length;
      if (!response.write(part)) {
        response.once('drain', more);
        return;
      }
    }
    if (!response.destroyed) response.end('"');
  };
  more();
}
