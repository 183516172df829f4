import { createLocalJWKSet, jwtVerify } from 'jose';
import { errors } from 'oidc-provider';
import { RESOURCE } from './provider.mjs';

export const PASSWORD = 'zoe-password/+%';
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const TYPE = 'urn:ietf:params:oauth:token-type:';

/**
 * Grants that the provider leaves to those who run it, as strict as their RFCs: users and passwords, assertions whose
 * signature is checked, and the exchange of the provider's own access tokens.
 *
 * @param {import('oidc-provider').default} provider
 * @param {{ keys: object[] }} jwks Public keys of those who issue assertions.
 */
export function addCustomGrants(provider, jwks) {
  provider.registerGrantType(
    'password',
    async (ctx) => {
      const { username, password } = ctx.oidc.params;
      if (username !== 'zoe' || password !== PASSWORD)
        throw new errors.InvalidGrant('wrong user or password');
      await issue(provider, ctx, { accountId: 'zoe', gty: 'password', refreshToken: true });
    },
    ['username', 'password', 'scope'],
  );
  provider.registerGrantType(
    JWT_BEARER,
    async (ctx) => {
      const { payload } = await verified(ctx.oidc.params.assertion, provider, jwks);
      for (const claim of ['iss', 'sub', 'exp', 'jti']) {
        if (payload[claim] === undefined) throw new errors.InvalidGrant(`no ${claim} in the assertion`);
      }
      await issue(provider, ctx, { accountId: payload.sub, gty: 'jwt-bearer' });
    },
    ['assertion', 'scope'],
  );
  provider.registerGrantType(TOKEN_EXCHANGE, (ctx) => exchange(provider, ctx), [
    'subject_token',
    'subject_token_type',
    'actor_token',
    'actor_token_type',
    'requested_token_type',
    'audience',
    'scope',
  ]);
}

async function verified(assertion, provider, jwks) {
  try {
    return await jwtVerify(assertion, createLocalJWKSet(jwks), {
      audience: [provider.issuer, `${provider.issuer}/token`],
      maxTokenAge: '1 h',
    });
  } catch (error) {
    throw new errors.InvalidGrant(`the assertion is not valid: ${error.code}`);
  }
}

async function exchange(provider, ctx) {
  const { params } = ctx.oidc;
  const requested = params.requested_token_type ?? `${TYPE}access_token`;
  const subject = await ownToken(provider, params.subject_token, params.subject_token_type);
  const actor =
    params.actor_token === undefined
      ? null
      : await ownToken(provider, params.actor_token, params.actor_token_type);
  const wanted = params.scope ?? subject.scope;
  const held = new Set((subject.scope ?? '').split(' '));
  if (!(wanted ?? '').split(' ').every((scope) => held.has(scope)))
    throw new errors.InvalidScope('more than the subject has', wanted);
  ctx.actor = actor?.accountId ?? actor?.clientId;
  await issue(provider, ctx, {
    accountId: subject.accountId ?? subject.clientId,
    gty: 'token-exchange',
    scope: wanted,
  });
  ctx.body.issued_token_type = requested;
  if (requested !== `${TYPE}access_token`) ctx.body.token_type = 'N_A';
}

/** An access token that this provider issued, opaque ones from its store and JWTs by their signature. */
async function ownToken(provider, value, type) {
  if (type !== `${TYPE}access_token`) throw new errors.InvalidRequest('only access tokens are exchanged');
  const [opaque, machine] = [
    await provider.AccessToken.find(value),
    await provider.ClientCredentials.find(value),
  ];
  const found = opaque ?? machine;
  if (found !== undefined) return found;
  const { keys } = await (await fetch(`${provider.issuer}/jwks`)).json();
  try {
    const { payload } = await jwtVerify(value, createLocalJWKSet({ keys }), { issuer: provider.issuer });
    return { accountId: payload.sub, clientId: payload.client_id, scope: payload.scope };
  } catch {
    throw new errors.InvalidGrant('the token is not valid');
  }
}

async function issue(provider, ctx, { accountId, gty, refreshToken = false, scope = ctx.oidc.params.scope }) {
  const { client } = ctx.oidc;
  const grant = new provider.Grant({ accountId, clientId: client.clientId });
  grant.addOIDCScope('openid offline_access');
  grant.addResourceScope(RESOURCE, scope ?? '');
  const grantId = await grant.save();
  const token = new provider.AccessToken({ accountId, client, grantId, gty, scope });
  token.resourceServer = new provider.ResourceServer(RESOURCE, {
    scope: 'reports:read reports:write',
    audience: RESOURCE,
    accessTokenTTL: 300,
    accessTokenFormat: 'jwt',
  });
  ctx.oidc.entity('AccessToken', token);
  ctx.body = { access_token: await token.save(), token_type: 'Bearer', expires_in: token.expiration, scope };
  if (!refreshToken) return;
  const renewal = new provider.RefreshToken({
    accountId,
    client,
    grantId,
    gty,
    resource: RESOURCE,
    scope: `openid offline_access ${scope ?? ''}`.trim(),
    rotations: 0,
    iiat: Math.floor(Date.now() / 1000),
  });
  ctx.body.refresh_token = await renewal.save();
}
