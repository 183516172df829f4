const SECRET_PROPERTIES = new Set([
  'accesstoken',
  'apikey',
  'bearer',
  'clientassertion',
  'clientsecret',
  'credential',
  'credentials',
  'key',
  'passphrase',
  'passwd',
  'password',
  'privatekey',
  'pwd',
  'refreshtoken',
  'secret',
  'secretkey',
  'signingkey',
  'token',
  'value',
]);

/** True for a property in which people put secrets, however it is spelled: `client_secret`, `API-Key`. */
export function isSecretProperty(name: string): boolean {
  return SECRET_PROPERTIES.has(name.toLowerCase().replaceAll('_', '').replaceAll('-', ''));
}
