import { KeyturnError } from '../../errors.ts';
import type { Revocation } from '../../token/proof.ts';
import type { RevokeResult } from '../../token/proofs.ts';

export interface RevokedAll {
  /** How many were revoked and forgotten. */
  readonly done: number;
  /** A sentence for each that was not, with its name. */
  readonly failures: readonly string[];
  /** How many nobody was asked about, since the person called it off. */
  readonly left: number;
}

/** One after the other. What failed with one keeps no other; fails with `cancelled` only before the first. */
export async function revokeAll<Node extends { readonly name: string }>(
  nodes: readonly Node[],
  revoke: (node: Node) => Promise<RevokeResult>,
): Promise<RevokedAll> {
  const failures: string[] = [];
  let done = 0;
  for (const [index, node] of nodes.entries()) {
    try {
      const { results, forgotten } = await revoke(node);
      if (forgotten) done += 1;
      else failures.push(`${node.name}: ${troubleText(results)}`);
    } catch (error) {
      if (!(error instanceof KeyturnError)) throw error;
      if (error.code !== 'cancelled') failures.push(`${node.name}: ${error.message}`);
      else if (index === 0) throw error;
      else return { done, failures, left: nodes.length - index };
    }
  }
  return { done, failures, left: 0 };
}

export function isGood({ outcome }: Revocation): boolean {
  return outcome === 'ended' || outcome === 'accepted';
}

function troubleText(results: readonly Revocation[]): string {
  return results
    .filter((result) => !isGood(result))
    .map(({ text }) => text)
    .join(' ');
}
