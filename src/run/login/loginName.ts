/** A name of a request as `request` of keyturn.json takes it. */
export function isLoginName(name: string): boolean {
  return /^[\w-]+$/.test(name);
}
