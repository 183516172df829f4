// A client of an MCP server as the conformance scenarios expect one: Sign In to This API and the engine's requests, with
// a person who says yes to everything. Called as `client.ts URL`, with what it needs to know in the environment.
import * as v from 'valibot';
import { signInToApi } from '../../src/run/apiSignIn/signInToApi.ts';
import { challengeStep } from '../../src/editor/results/challengeStep.ts';
import type { TokenProfile } from '../../src/profile/profile.ts';
import type { RequestResult } from '../../src/run/result.ts';
import { createPerson } from './person.ts';

const contextSchema = v.object({
  client_id: v.optional(v.string()),
  client_secret: v.optional(v.string()),
  private_key_pem: v.optional(v.string()),
});

const url = process.argv.at(-1) ?? '';
const context = v.parse(contextSchema, JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}'));
const person = createPerson({
  clientId: context.client_id ?? null,
  secrets: { client_secret: context.client_secret ?? null, private_key: context.private_key_pem ?? null },
});

/** Bodies that the server needs in order to look at the token at all. */
const bodies = ['{"jsonrpc":"2.0","id":1,"method":"tools/list"}', TOOL_CALL()];
let profile: TokenProfile | null = null;
for (const body of bodies) {
  const result = await sendUntilTaken(body);
  if (result.response?.status === 200) continue;
  console.error(
    `The server answered ${result.response?.status ?? 'nothing'}: ${result.error?.message ?? ''}`,
  );
  process.exitCode = 1;
  break;
}

function TOOL_CALL(): string {
  return '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"test-tool","arguments":{}}}';
}

/** Signs in where the server asks for a token, and once more where it asks for scopes. */
async function sendUntilTaken(body: string): Promise<RequestResult> {
  let result = await send(body);
  if (profile === null && result.response?.status === 401) {
    const done = await signInToApi(person.parts, result.response, url);
    profile = done?.profile ?? null;
    result = await send(body);
  }
  if (profile === null) return result;
  const step = challengeStep(result, await person.tokens.peek(profile));
  if (step?.kind !== 'ask_scopes') return result;
  await person.tokens.acquire(profile, { reauthenticate: step.wanted });
  return send(body);
}

function send(body: string): Promise<RequestResult> {
  const name = profile === null ? '' : `# @token ${profile.name}\n`;
  const headers = 'Content-Type: application/json\nAccept: application/json, text/event-stream\n';
  return person.run(`${name}POST ${url}\n${headers}\n${body}\n`, profile);
}
