// How long it takes to classify and decode one token, and to read the limits of one response.
import { SignJWT } from 'jose';
import { bench, run } from 'mitata';
import { readRateLimits } from '../../src/ratelimit/read.ts';
import { decodeToken } from '../../src/inspect/decode.ts';
import { classifyToken } from '../../src/inspect/kind.ts';

const jwt = await new SignJWT({
  scope: 'reports:read reports:write',
  client_id: 'viewer',
  jti: 'a'.repeat(20),
})
  .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' })
  .setIssuer('https://id.example.com')
  .setSubject('someone')
  .setAudience('https://api.example.com')
  .setIssuedAt()
  .setExpirationTime('5m')
  .sign(new TextEncoder().encode('a secret that only this benchmark knows'));
const github = ['ghp_', 'zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17'].join('');
const opaque = 'f3b0c44298fc1c149afbf4c8996fb92427ae41e4';
const headers = [
  ['date', 'Thu, 15 Jan 2026 12:00:00 GMT'],
  ['content-type', 'application/json; charset=utf-8'],
  ['cache-control', 'private, max-age=60, s-maxage=60'],
  ['x-ratelimit-limit', '5000'],
  ['x-ratelimit-remaining', '4986'],
  ['x-ratelimit-reset', '1768480200'],
  ['x-ratelimit-used', '14'],
  ['x-ratelimit-resource', 'core'],
  ['vary', 'Accept, Authorization, Cookie'],
  ['server', 'github.com'],
] as const;

bench('classify and decode a JWT', () => decodeToken(jwt));
bench('classify and decode a GitHub token', () => decodeToken(github));
bench('classify and decode an opaque token', () => decodeToken(opaque));
bench('classify a JWT', () => classifyToken(jwt));
bench('read the rate limits of a response', () =>
  readRateLimits({ status: 200, headers, receivedAtMs: 1_768_478_400_000 }),
);

await run({ colors: false });
