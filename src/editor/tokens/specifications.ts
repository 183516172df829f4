const rfc = (number: number, section: string) =>
  `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`;
const openId = (anchor: string) => `https://openid.net/specs/openid-connect-core-1_0.html#${anchor}`;

/** Where each registered claim is specified. */
const CLAIMS: Readonly<Record<string, string>> = {
  iss: rfc(7519, '4.1.1'),
  sub: rfc(7519, '4.1.2'),
  aud: rfc(7519, '4.1.3'),
  exp: rfc(7519, '4.1.4'),
  nbf: rfc(7519, '4.1.5'),
  iat: rfc(7519, '4.1.6'),
  jti: rfc(7519, '4.1.7'),
  cnf: rfc(7800, '3.1'),
  act: rfc(8693, '4.1'),
  scope: rfc(8693, '4.2'),
  client_id: rfc(8693, '4.3'),
  may_act: rfc(8693, '4.4'),
  roles: rfc(9068, '2.2.3.1'),
  groups: rfc(9068, '2.2.3.1'),
  entitlements: rfc(9068, '2.2.3.1'),
  authorization_details: rfc(9396, '9.1'),
  active: rfc(7662, '2.2'),
  username: rfc(7662, '2.2'),
  token_type: rfc(7662, '2.2'),
  auth_time: openId('IDToken'),
  nonce: openId('IDToken'),
  acr: openId('IDToken'),
  amr: openId('IDToken'),
  azp: openId('IDToken'),
  at_hash: openId('CodeIDToken'),
  sid: 'https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout',
  email: openId('StandardClaims'),
  email_verified: openId('StandardClaims'),
  name: openId('StandardClaims'),
  preferred_username: openId('StandardClaims'),
};

/** The same for the members of a JOSE header. */
const HEADER: Readonly<Record<string, string>> = {
  alg: rfc(7515, '4.1.1'),
  jku: rfc(7515, '4.1.2'),
  jwk: rfc(7515, '4.1.3'),
  kid: rfc(7515, '4.1.4'),
  x5u: rfc(7515, '4.1.5'),
  x5c: rfc(7515, '4.1.6'),
  x5t: rfc(7515, '4.1.7'),
  'x5t#S256': rfc(7515, '4.1.8'),
  typ: rfc(7515, '4.1.9'),
  cty: rfc(7515, '4.1.10'),
  crit: rfc(7515, '4.1.11'),
  enc: rfc(7516, '4.1.2'),
  zip: rfc(7516, '4.1.3'),
};

/** Links for those of the names that are specified somewhere, in their order. */
export function specificationsOf(
  header: Readonly<Record<string, unknown>> | null,
  claims: Readonly<Record<string, unknown>> | null,
): Record<string, string> {
  return { ...linksFor(header, HEADER), ...linksFor(claims, CLAIMS) };
}

function linksFor(
  object: Readonly<Record<string, unknown>> | null,
  links: Readonly<Record<string, string>>,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of Object.keys(object ?? {})) {
    const link = Object.hasOwn(links, name) ? links[name] : undefined;
    if (link !== undefined) found[name] = link;
  }
  return found;
}
