import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Interaction, Provider } from 'oidc-provider';
import { sandboxScopes } from './clients.ts';
import { pageHeaders } from './page.ts';
import { acrValues, findPerson, type Acr } from './people.ts';
import { choosePage, consentPage, errorPage } from './signInPages.ts';

/** Where the provider sends the browser when it needs the person. */
export const interactionPath = '/sandbox/sign-in/';

/** No form of these pages sends more. */
const LARGEST_FORM = 4096;

/** The pages of a sign-in: who it is, then what is allowed. */
export async function answerInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let interaction: Interaction;
  try {
    interaction = await provider.interactionDetails(request, response);
  } catch {
    send(
      response,
      400,
      errorPage('interaction_not_found', 'This sign-in has expired, or you started it in another browser.'),
    );
    return;
  }
  if (request.method === 'GET') {
    send(response, 200, await interactionPage(provider, interaction));
    return;
  }
  if (request.method !== 'POST') {
    send(response, 405, errorPage('method_not_allowed', 'This page is opened or its form is sent.'));
    return;
  }
  const form = await readForm(request);
  const finish = (result: object, mergeWithLastSubmission: boolean) =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission });
  if (form.has('refuse')) {
    await finish({ error: 'access_denied', error_description: 'The person refused.' }, false);
    return;
  }
  if (interaction.prompt.name === 'login') {
    const person = findPerson(form.get('person'));
    if (person === null) {
      send(response, 400, await interactionPage(provider, interaction));
      return;
    }
    const acr: Acr = form.get('second') === 'yes' ? 'two-factors' : 'password';
    const amr = acr === 'two-factors' ? ['pwd', 'otp', 'mfa'] : ['pwd'];
    await finish({ login: { accountId: person.id, acr, amr, remember: true } }, false);
    return;
  }
  if (isBeyond(interaction)) {
    await finish({ error: 'access_denied', error_description: 'The person may allow none of it.' }, false);
    return;
  }
  await finish({ consent: { grantId: await allow(provider, interaction) } }, true);
}

/** True when the person can allow nothing of what is asked for. */
function isBeyond(interaction: Interaction): boolean {
  const asked = allAskedFor(interaction);
  return asked.length > 0 && !asked.some((scope) => mayAllow(interaction, scope));
}

async function interactionPage(provider: Provider, interaction: Interaction): Promise<string> {
  const { params, prompt, session } = interaction;
  const client = await provider.Client.find(String(params['client_id']));
  const name = client?.clientName ?? String(params['client_id']);
  if (prompt.name === 'login') {
    const hint = params['login_hint'];
    return choosePage(name, typeof hint === 'string' ? hint : null, wantedAcr(interaction));
  }
  const asked = allAskedFor(interaction);
  const may = (scope: string) => mayAllow(interaction, scope);
  return consentPage({
    client: name,
    person: findPerson(session?.accountId)?.name ?? 'an unknown person',
    allowed: asked.filter(may),
    withheld: asked.filter((scope) => !may(scope)),
  });
}

/** Adds what the person can allow to what was allowed before, and notes what was asked in vain. */
async function allow(provider: Provider, interaction: Interaction): Promise<string> {
  const { grantId, session, params } = interaction;
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant =
    known ??
    new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params['client_id']) });
  const { oidc, claims, resources } = askedFor(interaction);
  const [granted, refused] = parted(interaction, oidc);
  if (granted !== '') grant.addOIDCScope(granted);
  if (refused !== '') grant.rejectOIDCScope(refused);
  if (claims.length > 0) grant.addOIDCClaims(claims);
  for (const [resource, scopes] of Object.entries(resources)) {
    const [allowed, withheld] = parted(interaction, scopes);
    if (allowed !== '') grant.addResourceScope(resource, allowed);
    if (withheld !== '') grant.rejectResourceScope(resource, withheld);
  }
  return grant.save();
}

function askedFor({ prompt: { details } }: Interaction) {
  return {
    oidc: details.missingOIDCScope ?? [],
    claims: details.missingOIDCClaims ?? [],
    resources: details.missingResourceScopes ?? {},
  };
}

/** Each once: the provider counts the scopes of the API among its own too. */
function allAskedFor(interaction: Interaction): string[] {
  const { oidc, resources } = askedFor(interaction);
  return [...new Set([...oidc, ...Object.values(resources).flat()])];
}

/** What the person can allow and what not, each joined by spaces. */
function parted(interaction: Interaction, scopes: readonly string[]): [allowed: string, withheld: string] {
  const allowed = scopes.filter((scope) => mayAllow(interaction, scope));
  return [allowed.join(' '), scopes.filter((scope) => !allowed.includes(scope)).join(' ')];
}

/** Each client may learn who signed in; what the API offers depends on the person. */
function mayAllow({ session }: Interaction, scope: string): boolean {
  if (!sandboxScopes.some((known) => known === scope)) return true;
  return findPerson(session?.accountId)?.scopes.some((known) => known === scope) === true;
}

/** The first of the asked for that the sandbox has (OpenID Connect Core section 3.1.2.1). */
function wantedAcr({ params }: Interaction): Acr {
  const asked = typeof params['acr_values'] === 'string' ? params['acr_values'].split(' ') : [];
  const known = asked.find((value) => acrValues.some((acr) => acr === value));
  return known === 'two-factors' ? 'two-factors' : 'password';
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > LARGEST_FORM) throw new Error('A form of the sign-in pages was larger than it can be.');
  }
  return new URLSearchParams(text);
}

function send(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, pageHeaders).end(html);
}
