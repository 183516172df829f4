import { asKeyturnError } from '../base/errors.ts';
import { type BodySink, type HttpClient, type HttpResponse, isWhole } from '../http/message.ts';
import { capturedTokens } from './session/capturedTokens.ts';
import { closeQuietly, saveBody } from '../http/body.ts';
import type { Exchange } from '../httpfile/earlier/exchange.ts';
import { ServerClocks } from '../oauth/server/clock.ts';
import { notRunOf } from '../httpfile/marks/notRun.ts';
import { DigestChallenges } from '../http/auth/digestSigner.ts';
import { readRateLimits } from '../ratelimit/read.ts';
import type { AuditRecorder } from '../base/auditEvent.ts';
import type { AcquiredToken } from '../token/acquire.ts';
import { Sending } from './answerToChallenge.ts';
import { readChallenge } from './challenge.ts';
import { DpopNonces } from './dpopNonces.ts';
import { Answers } from './directives/answers.ts';
import type { Asker, Engine, RunInput } from './engine.ts';
import { passesOf, runPasses } from './directives/loop.ts';
import { type CertificateSource, HostCertificates } from './hostCertificate.ts';
import { maskError, maskHeaders, maskLimit, maskNotRun, maskResponse, shownRequest } from './masked.ts';
import { Preparation, type PrepareParts, type Prepared } from './prepare.ts';
import { RequestScripts } from './scripts/requestScripts.ts';
import type { ScriptParts } from './scripts/scriptParts.ts';
import { Refusals } from './refusals.ts';
import { requireWritable, type ResponseFileParts, writeResponse } from './responseFiles.ts';
import { type RequestResult, type ResultError, type TokenUse, unanswered } from './result.ts';
import { requireConsentToSend } from './sendCheck.ts';
import { Spacing } from './directives/spacing.ts';
import { refusalEvent } from './useEvents.ts';
import { waitBefore } from './directives/waits.ts';

/** Made here, one for each engine. */
type OwnParts = 'dpopNonces' | 'serverClocks' | 'digestChallenges' | 'hostCertificates';

export interface EngineParts extends Omit<PrepareParts, OwnParts>, ResponseFileParts {
  readonly asker: Pick<Asker, 'allowOrigin' | 'confirmSend' | 'sendUnverified' | 'value'>;
  readonly client: HttpClient;
  /** Client certificates for hosts. Absent: none is shown. */
  readonly certificateSource?: CertificateSource;
  /** Told of every use of a token, and of the uses that were refused. */
  readonly audit?: AuditRecorder;
  /** Runs the scripts of requests. Absent: requests that need one are refused. */
  readonly scripts?: ScriptParts;
  /** Opens a file for a response body. */
  openSink(location: string): Promise<BodySink>;
}

/** The way of one request, in the order of docs/architecture.md. */
export function createEngine(parts: EngineParts): Engine {
  const { certificateSource } = parts;
  const shared: SharedParts = {
    ...parts,
    dpopNonces: new DpopNonces(),
    serverClocks: new ServerClocks(parts.clock),
    digestChallenges: new DigestChallenges(),
    ...(certificateSource && { hostCertificates: hostCertificates(certificateSource, parts) }),
    refusals: new Refusals(),
    spacing: new Spacing(),
  };
  return {
    run: (input, signal) => run(shared, input, signal),
    failed: ({ file, node }, error) => ({
      ...unanswered(file, node, parts.clock.now()),
      error: maskError(parts.redactor, error),
    }),
  };
}

function hostCertificates(
  source: CertificateSource,
  { files, redactor, clock }: EngineParts,
): HostCertificates {
  return new HostCertificates(source, { files, redactor, now: () => clock.now() });
}

/** With what the requests of one engine know of servers. */
interface SharedParts extends EngineParts, Pick<PrepareParts, OwnParts> {
  readonly refusals: Refusals;
  readonly spacing: Spacing;
}

/** One request, or each pass of its loop. */
async function run(
  parts: SharedParts,
  input: RunInput,
  signal: AbortSignal | undefined,
): Promise<RequestResult> {
  const { clock } = parts;
  const startedAtMs = clock.now();
  // The passes of a loop are one request: it asks once.
  const answers = new Answers(parts, input, signal);
  try {
    await requireConsentToSend(parts, input, signal, parts.scripts !== undefined);
    const passes = await passesOf(input, (name, line) =>
      new Preparation(parts, input, signal, answers, scriptsOf(parts, input, signal)).lookUp(name, line),
    );
    if (passes === null) return await runOnce(parts, input, signal, answers);
    return await runPasses(
      passes,
      (overrides) => runOnce(parts, { ...input, overrides }, signal, answers),
      signal,
    );
  } catch (thrown) {
    const unsent = unanswered(input.file, input.node, startedAtMs);
    return { ...unsent, finishedAtMs: clock.now(), error: refused(parts, input, thrown) };
  }
}

function scriptsOf(
  { redactor, scripts }: EngineParts,
  input: RunInput,
  signal: AbortSignal | undefined,
): RequestScripts | null {
  return scripts === undefined ? null : new RequestScripts({ redactor, scripts }, input, signal);
}

/** Tells the audit of a token that was not used. */
function refused({ redactor, audit }: EngineParts, { file, node }: RunInput, thrown: unknown): ResultError {
  const event = refusalEvent(thrown, node.method, `${file}:${node.line + 1}`);
  if (event !== null) audit?.record(event);
  return maskError(redactor, thrown);
}

async function runOnce(
  parts: SharedParts,
  input: RunInput,
  signal: AbortSignal | undefined,
  answers: Answers,
): Promise<RequestResult> {
  const { redactor, clock } = parts;
  const startedAtMs = clock.now();
  let sending: Sending | null = null;
  const scripts = scriptsOf(parts, input, signal);
  let waited: readonly string[] = [];
  const result = (rest: Partial<RequestResult>): RequestResult => ({
    ...unanswered(input.file, input.node, startedAtMs),
    request: sending && shownRequest(redactor, sending.prepared.request, sending.prepared.shown),
    token: sending?.prepared.primary ? tokenUse(sending.prepared.primary) : null,
    retried: sending?.retried ?? null,
    done: waited,
    notes: sending?.prepared.notes ?? [],
    tests: scripts?.tests ?? [],
    finishedAtMs: clock.now(),
    ...rest,
  });
  try {
    waited = await waitBefore(parts, input, signal);
    const preparation = new Preparation(parts, input, signal, answers, scripts);
    const prepared = await preparation.prepare();
    const { trusted, saveBodyTo } = input.options;
    await requireWritable(parts, prepared.responseFiles, { file: input.file, trusted });
    sending = new Sending(parts, preparation, prepared, signal);
    const response = await sendAndSave(parts, sending, saveBodyTo);
    const exchange = remember(parts, input, sending.prepared, response);
    const { request, shown } = sending.prepared;
    const asShown = () => shownRequest(redactor, request, shown);
    const failure = await scripts?.after(response, exchange, asShown);
    const reading = readRateLimits(response);
    const written = await writeResponse(
      parts,
      prepared.responseFiles,
      input.file,
      response,
      saveBodyTo !== null,
    );
    const fault = response.bodyFault ?? failure ?? written.error;
    const { refusal } = sending;
    const carried = sending.prepared.primary?.token ?? null;
    return result({
      notRun: maskNotRun(
        redactor,
        notRunOf(input.tree, input.node, scripts !== null && input.options.trusted),
      ),
      response: maskResponse(redactor, response, sending.prepared.shown),
      done: [...waited, ...written.done],
      notes: [...sending.prepared.notes, ...written.notes],
      error: fault && maskError(redactor, fault),
      rateLimits: reading.limits.map((limit) => maskLimit(redactor, limit)),
      rateLimitHeaders: maskHeaders(redactor, reading.headers),
      retryAfterSeconds: reading.retryAfterSeconds,
      challenge: await readChallenge(response, carried, refusal, redactor),
    });
  } catch (thrown) {
    return result({ error: refused(parts, input, thrown) });
  }
}

/** Tokens in the answer are masked from now on; later requests may refer to a request that has a name. */
function remember(
  { redactor, clock }: Pick<SharedParts, 'redactor' | 'clock'>,
  { file, node, memory, obtains }: RunInput,
  { sent, request: { headers, body } }: Prepared,
  response: HttpResponse,
): Exchange {
  const tokens = capturedTokens(response, clock.now());
  const label = obtains?.profile.name ?? node.name;
  for (const { value, member } of tokens) redactor.registerGiven(value, label ?? member ?? undefined);
  const { origin } = new URL(response.url);
  const whole = isWhole(response) ? response.body : null;
  const exchange: Exchange = {
    file,
    name: node.name ?? `line ${node.line + 1}`,
    request: { headers, body },
    response: { headers: response.headers, body: whole, status: response.status },
    origin,
    sent,
    receivedAtMs: response.receivedAtMs,
    tokens,
  };
  if (node.name !== null) memory?.keep(exchange);
  // What obtains a profile's token is sent for another request, out of the order of the file.
  if (obtains === undefined) memory?.keepLast(exchange);
  return exchange;
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
    status === 401 && (sending.prepared.primary ?? sending.prepared.digest) !== null;
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
