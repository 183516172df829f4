import { asKeyturnError } from '../base/errors.ts';
import {
  type BodySink,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  isWhole,
} from '../http/message.ts';
import { capturedTokens } from './session/capturedTokens.ts';
import { closeQuietly, saveBody } from '../http/body.ts';
import { ServerClocks } from '../oauth/server/clock.ts';
import { notRunOf } from '../httpfile/marks/notRun.ts';
import { readRateLimits } from '../ratelimit/read.ts';
import type { AuditRecorder } from '../base/auditEvent.ts';
import type { AcquiredToken } from '../token/acquire.ts';
import { Sending } from './answerToChallenge.ts';
import { readChallenge } from './challenge.ts';
import { DpopNonces } from './dpopNonces.ts';
import type { Asker, Engine, RunInput } from './engine.ts';
import { maskError, maskHeaders, maskLimit, maskNotRun, maskResponse, shownRequest } from './masked.ts';
import { Preparation, type PrepareParts } from './prepare.ts';
import { Refusals } from './refusals.ts';
import { type RequestResult, type TokenUse, unanswered } from './result.ts';
import { requireConsentToSend } from './sendCheck.ts';
import { refusalEvent } from './useEvents.ts';

export interface EngineParts extends Omit<PrepareParts, 'dpopNonces' | 'serverClocks'> {
  readonly asker: Pick<Asker, 'allowOrigin' | 'confirmSend' | 'sendUnverified'>;
  readonly client: HttpClient;
  /** Told of every use of a token, and of the uses that were refused. */
  readonly audit?: AuditRecorder;
  /** Opens a file for a response body. */
  openSink(location: string): Promise<BodySink>;
}

/** The way of one request, in the order of docs/architecture.md. */
export function createEngine(parts: EngineParts): Engine {
  const shared: SharedParts = {
    ...parts,
    dpopNonces: new DpopNonces(),
    serverClocks: new ServerClocks(parts.clock),
    refusals: new Refusals(),
  };
  return {
    run: (input, signal) => run(shared, input, signal),
    failed: ({ file, node }, error) => ({
      ...unanswered(file, node, parts.clock.now()),
      error: maskError(parts.redactor, error),
    }),
  };
}

/** With what the requests of one engine know of servers. */
interface SharedParts extends EngineParts, Pick<PrepareParts, 'dpopNonces' | 'serverClocks'> {
  readonly refusals: Refusals;
}

async function run(
  parts: SharedParts,
  input: RunInput,
  signal: AbortSignal | undefined,
): Promise<RequestResult> {
  const { redactor, clock } = parts;
  const startedAtMs = clock.now();
  let sending: Sending | null = null;
  const result = (rest: Partial<RequestResult>): RequestResult => ({
    ...unanswered(input.file, input.node, startedAtMs),
    request: sending && shownRequest(redactor, sending.prepared.request, sending.prepared.shown),
    token: sending?.prepared.primary ? tokenUse(sending.prepared.primary) : null,
    retried: sending?.retried ?? null,
    notes: sending?.prepared.notes ?? [],
    finishedAtMs: clock.now(),
    ...rest,
  });
  try {
    await requireConsentToSend(parts, input, signal);
    const preparation = new Preparation(parts, input, signal);
    const prepared = await preparation.prepare();
    sending = new Sending(parts, preparation, prepared, signal);
    const response = await sendAndSave(parts, sending, input.options.saveBodyTo);
    remember(parts, input, sending.prepared.request, response);
    const reading = readRateLimits(response);
    const { refusal } = sending;
    const carried = sending.prepared.primary?.token ?? null;
    return result({
      notRun: maskNotRun(redactor, notRunOf(input.tree, input.node)),
      response: maskResponse(redactor, response, sending.prepared.shown),
      error: response.bodyFault && maskError(redactor, response.bodyFault),
      rateLimits: reading.limits.map((limit) => maskLimit(redactor, limit)),
      rateLimitHeaders: maskHeaders(redactor, reading.headers),
      retryAfterSeconds: reading.retryAfterSeconds,
      challenge: await readChallenge(response, carried, refusal, redactor),
    });
  } catch (thrown) {
    const refused = refusalEvent(thrown, input.node.method, `${input.file}:${input.node.line + 1}`);
    if (refused !== null) parts.audit?.record(refused);
    return result({ error: maskError(redactor, thrown) });
  }
}

/** Tokens in the answer are masked from now on; later requests may refer to a request that has a name. */
function remember(
  { redactor, clock }: Pick<SharedParts, 'redactor' | 'clock'>,
  { file, node, memory, obtains }: RunInput,
  { headers, body }: HttpRequest,
  response: HttpResponse,
): void {
  const tokens = capturedTokens(response, clock.now());
  const label = obtains?.profile.name ?? node.name;
  for (const { value, member } of tokens) redactor.registerGiven(value, label ?? member ?? undefined);
  if (memory === undefined || node.name === null) return;
  const { origin } = new URL(response.url);
  const whole = isWhole(response) ? response.body : null;
  memory.keep({
    file,
    name: node.name,
    request: { headers, body },
    response: { headers: response.headers, body: whole, status: response.status },
    origin,
    tokens,
  });
}

/** Sends the request; the body goes to `location`, if there is one, but only that of the last answer. */
async function sendAndSave(
  parts: EngineParts,
  sending: Sending,
  location: string | null,
): Promise<HttpResponse> {
  if (location === null) return sending.send({});
  const sink = closedOnce(await parts.openSink(location));
  const holdsBody = ({ status }: Pick<HttpResponse, 'status'>) =>
    status === 401 && sending.prepared.primary !== null;
  try {
    const response = await sending.send({ saveBodyTo: sink, holdsBody });
    if (!holdsBody(response)) return response;
    const fault = await saveBody(sink, response.body).then(
      () => null,
      (error: unknown) => asKeyturnError(error),
    );
    return { ...response, body: new Uint8Array(0), bodyFault: response.bodyFault ?? fault };
  } finally {
    // Between two attempts, only this closes it.
    await closeQuietly(sink);
  }
}

function closedOnce(sink: BodySink): BodySink {
  let closing: Promise<void> | null = null;
  return { write: (chunk) => sink.write(chunk), close: () => (closing ??= sink.close()) };
}

function tokenUse({ profile, token, status, refreshed }: AcquiredToken): TokenUse {
  return {
    name: profile.name,
    status,
    refreshed,
    expiresAtMs: token.expiresAtMs,
    scope: token.scope,
    askedScope: profile.parent === undefined ? null : profile.scope,
  };
}
