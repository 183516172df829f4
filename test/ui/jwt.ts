/** A JWT without a valid signature that ends in `seconds`. */
export function jwtThatEnds(seconds: number, audience: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://id.example.com',
    aud: audience,
    scope: 'reports:read',
    iat: now,
    exp: now + seconds,
  };
  return `${part({ alg: 'ES256', typ: 'at+jwt' })}.${part(claims)}.${Buffer.alloc(64, 1).toString('base64url')}`;
}
