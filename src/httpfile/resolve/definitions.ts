import type { HttpFile, VariableNode } from '../parse/tree.ts';

/** A file with as many variables as requests would otherwise be gone through for each of them. */
const known = new WeakMap<HttpFile, ReadonlyMap<string, readonly VariableNode[]>>();

/** The variables of a file by their names, each list in the order of the file. */
export function definitionsIn(tree: HttpFile): ReadonlyMap<string, readonly VariableNode[]> {
  const before = known.get(tree);
  if (before !== undefined) return before;
  const definitions = new Map<string, VariableNode[]>();
  for (const variable of tree.variables) {
    const same = definitions.get(variable.name);
    if (same === undefined) definitions.set(variable.name, [variable]);
    else same.push(variable);
  }
  known.set(tree, definitions);
  return definitions;
}
