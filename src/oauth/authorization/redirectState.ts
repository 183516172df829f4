/**
 * True for an answer that bears the `state` of a sign-in, once (RFC 6749 section 10.12). Any other was not sent by who
 * knows the sign-in: another page, another program or another sign-in.
 */
export function bearsState(answer: URLSearchParams, state: string): boolean {
  const states = answer.getAll('state');
  return states.length === 1 && states[0] === state;
}
