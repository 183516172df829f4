import { isLoopbackHost } from '../http/localhost.ts';
import { type OriginFault, parseOriginPattern } from './origin.ts';
import { hasManyOwners } from './publicSuffix.ts';

/**
 * Why a token may not be bound to this origin; null where it may. Knows the list of public suffixes, which is large:
 * for where origins are declared, entered or about to be used.
 */
export function originFault(text: string): OriginFault | null {
  const { pattern, fault } = parseOriginPattern(text);
  if (fault !== null) return fault;
  if (!pattern.subdomains || isLoopbackHost(pattern.host) || !hasManyOwners(pattern.host)) return null;
  return {
    code: 'origin_too_wide',
    message: `This wildcard covers names of many owners: anyone can have a name below ${pattern.host}. Name at least one domain of your own.`,
  };
}
