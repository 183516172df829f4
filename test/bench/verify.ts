// How long it takes to verify a token whose issuer's key is cached, beside what `jose` alone takes for the same token.
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { systemClock } from '../../src/base/clock.ts';
import { createDiscovery } from '../../src/oauth/server/discovery.ts';
import { KeySets } from '../../src/oauth/verify/keySets.ts';
import { verifyToken } from '../../src/oauth/verify/verify.ts';
import { noOptions, type TokenProfile } from '../../src/profile/profile.ts';

/** Times what `jose` takes. */
const GOAL = 1.2;
const ROUNDS = 15;
const CALLS = 600;
const issuer = 'https://id.example.com';
const audience = 'https://api.example.com';

const profile: TokenProfile = {
  name: 'viewer',
  grant: 'client_credentials',
  origins: [audience],
  sendAs: { scheme: 'Bearer' },
  issuer,
  tokenEndpoint: null,
  clientId: 'viewer',
  clientAuthentication: 'client_secret_basic',
  scope: null,
  audience,
  resource: null,
  options: noOptions,
  declaredIn: null,
};

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function microseconds(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) * 1000;
}

for (const alg of ['RS256', 'ES256', 'EdDSA']) {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg, use: 'sig' }];
  const token = await new SignJWT({ scope: 'reports:read reports:write', client_id: 'viewer' })
    .setProtectedHeader({ alg, kid: 'one', typ: 'at+jwt' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('ada')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);

  const answers: Readonly<Record<string, unknown>> = {
    [`${issuer}/.well-known/openid-configuration`]: { issuer, jwks_uri: `${issuer}/jwks` },
    [`${issuer}/jwks`]: { keys },
  };
  const parts = {
    fetch: (url: string | URL | Request) =>
      Promise.resolve(Response.json(answers[url instanceof Request ? url.url : url.toString()])),
    clock: systemClock,
    mask: (text: string) => text,
    timeoutMs: 1000,
  };
  const tools = { ...parts, keySets: new KeySets(parts), discovery: createDiscovery(parts) };
  const { signal } = new AbortController();
  const request = {
    profile,
    accessToken: token,
    issuer: null,
    clockSkewMs: 0,
    held: () => Promise.resolve(null),
    found: () => undefined,
    signal,
  };
  if ((await verifyToken(request, tools)).status !== 'verified') throw new Error(`${alg} was not verified.`);

  const local = createLocalJWKSet({ keys });
  const options = { issuer, audience, typ: 'at+jwt', requiredClaims: ['exp'] };
  const bare: number[] = [];
  const ratios: number[] = [];
  // The first round warms the code up and is dropped.
  for (let round = -1; round < ROUNDS; round++) {
    const jose: number[] = [];
    const ours: number[] = [];
    // Call by call: each waits for a thread of the pool, which takes longer at one time than at another.
    for (let call = 0; call < CALLS; call++) {
      jose.push(await microseconds(() => jwtVerify(token, local, options)));
      ours.push(await microseconds(() => verifyToken(request, tools)));
    }
    if (round < 0) continue;
    bare.push(median(jose));
    ratios.push(median(ours) / median(jose));
  }
  console.log(
    `${alg}: ${median(bare).toFixed(0)} µs by jose alone, ${median(ratios).toFixed(2)} times as much by Keyturn (goal: ${GOAL})`,
  );
}
