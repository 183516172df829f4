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
  // What a DPoP proof says.
  htm: rfc(9449, '4.2'),
  htu: rfc(9449, '4.2'),
  ath: rfc(9449, '4.2'),
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
  c_hash: openId('HybridIDToken'),
  sid: 'https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout',
  ...linked(
    [
      'name',
      'given_name',
      'family_name',
      'middle_name',
      'nickname',
      'preferred_username',
      'profile',
      'picture',
      'website',
      'email',
      'email_verified',
      'gender',
      'birthdate',
      'zoneinfo',
      'locale',
      'phone_number',
      'phone_number_verified',
      'updated_at',
    ],
    openId('StandardClaims'),
  ),
  address: openId('AddressClaim'),
};

/** The same for the members of the header of a JWT that is signed (JWS). */
const SIGNED_HEADER: Readonly<Record<string, string>> = {
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
  b64: rfc(7797, '3'),
};

/** And of one that is encrypted (JWE). */
const ENCRYPTED_HEADER: Readonly<Record<string, string>> = {
  alg: rfc(7516, '4.1.1'),
  enc: rfc(7516, '4.1.2'),
  zip: rfc(7516, '4.1.3'),
  jku: rfc(7516, '4.1.4'),
  jwk: rfc(7516, '4.1.5'),
  kid: rfc(7516, '4.1.6'),
  x5u: rfc(7516, '4.1.7'),
  x5c: rfc(7516, '4.1.8'),
  x5t: rfc(7516, '4.1.9'),
  'x5t#S256': rfc(7516, '4.1.10'),
  typ: rfc(7516, '4.1.11'),
  cty: rfc(7516, '4.1.12'),
  crit: rfc(7516, '4.1.13'),
  epk: rfc(7518, '4.6.1.1'),
  apu: rfc(7518, '4.6.1.2'),
  apv: rfc(7518, '4.6.1.3'),
  iv: rfc(7518, '4.7.1.1'),
  tag: rfc(7518, '4.7.1.2'),
  p2s: rfc(7518, '4.8.1.1'),
  p2c: rfc(7518, '4.8.1.2'),
  // Claims that stand in the header as well.
  iss: rfc(7519, '5.3'),
  sub: rfc(7519, '5.3'),
  aud: rfc(7519, '5.3'),
};

/** Links for those of the names that are specified somewhere, in their order. */
export function specificationsOf(
  header: Readonly<Record<string, unknown>> | null,
  claims: Readonly<Record<string, unknown>> | null,
): Record<string, string> {
  const encrypted = header !== null && Object.hasOwn(header, 'enc');
  return {
    ...linksFor(header, encrypted ? ENCRYPTED_HEADER : SIGNED_HEADER),
    ...linksFor(claims, CLAIMS),
  };
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

function linked(names: readonly string[], link: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, link]));
}
