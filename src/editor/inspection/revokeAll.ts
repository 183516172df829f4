import { KeyturnError } from '../../base/errors.ts';
import type { Revocation } from '../../oauth/verify/inspection.ts';
import type { DownScopedRevocation } from '../../oauth/verify/downScopedTokens.ts';
import type { RevokeResult } from '../../oauth/verify/inspections.ts';

export interface RevokedAll {
  /** How many were revoked and forgotten. */
  readonly done: number;
  /** What became of the tokens with less scope that were obtained beside them. */
  readonly downScoped: readonly DownScopedRevocation[];
  /** A sentence for each that was not, with its name. */
  readonly failures: readonly string[];
  /** How many were left, since the person cancelled. */
  readonly left: number;
}

/** One after the other. What failed with one keeps no other; fails with `cancelled` only before the first. */
export async function revokeAll<Node extends { readonly name: string }>(
  nodes: readonly Node[],
  revoke: (node: Node) => Promise<RevokeResult>,
): Promise<RevokedAll> {
  const failures: string[] = [];
  const downScoped: DownScopedRevocation[] = [];
  let done = 0;
  for (const [index, node] of nodes.entries()) {
    try {
      const result = await revoke(node);
      downScoped.push(...result.downScoped);
      if (result.forgotten) done += 1;
      const trouble = [
        ...(result.forgotten ? [] : result.results.filter((revocation) => !isGood(revocation))),
        ...result.downScoped.filter((revocation) => !isGood(revocation)),
      ];
      if (trouble.length > 0) failures.push(`${node.name}: ${trouble.map(troubleText).join(' ')}`);
    } catch (error) {
      if (!(error instanceof KeyturnError)) throw error;
      if (error.code !== 'cancelled') failures.push(`${node.name}: ${error.message}`);
      else if (index === 0) throw error;
      else return { done, downScoped, failures, left: nodes.length - index };
    }
  }
  return { done, downScoped, failures, left: 0 };
}

export function isGood({ outcome }: Revocation): boolean {
  return outcome === 'ended' || outcome === 'accepted';
}

/** A token with less scope is known by that. */
export function troubleText(revocation: Revocation | DownScopedRevocation): string {
  return 'scope' in revocation && revocation.scope !== null
    ? `(${revocation.scope}) ${revocation.text}`
    : revocation.text;
}
