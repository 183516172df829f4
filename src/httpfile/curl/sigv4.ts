import { firstOutside } from '../resolve/template.ts';

/** Raw; empty where the host says them. */
export interface Sigv4Scope {
  readonly region: string;
  readonly service: string;
}

/** `provider[:provider[:region[:service]]]` of `--aws-sigv4`; null for another provider than AWS. */
export function readSigv4(argument: string): Sigv4Scope | null {
  const [provider = '', second = 'amz', region = '', service = ''] = splitColons(argument);
  const isAws = provider.toLowerCase() === 'aws' && second.toLowerCase() === 'amz';
  return isAws ? { region, service } : null;
}

/** At the colons outside of `{{ }}`, at most four parts: what curl reads. */
function splitColons(text: string): string[] {
  const parts: string[] = [];
  let rest = text;
  for (let colon = firstOutside(rest, /:/); colon >= 0 && parts.length < 3; colon = firstOutside(rest, /:/)) {
    parts.push(rest.slice(0, colon));
    rest = rest.slice(colon + 1);
  }
  return [...parts, rest];
}
