/**
 * What a variable holds that is a secret of a client or a person, by the names that other tools read it under; null for
 * any other.
 */
export function secretVariable(name: string): 'client secret' | 'password' | null {
  if (name === 'aadV2ClientSecret') return 'client secret';
  // httpyac: `<prefix>_clientSecret`, whatever the case.
  const [, setting] = /_(clientsecret|password)$/.exec(name.toLowerCase()) ?? [];
  if (setting === undefined) return null;
  return setting === 'password' ? 'password' : 'client secret';
}
