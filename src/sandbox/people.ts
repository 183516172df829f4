import { sandboxScopes, type SandboxScope } from './clients.ts';

/** A person to sign in as. There are no passwords: the sandbox is for learning and lives on this machine alone. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** What the person may do, and so can allow an application to do. */
  readonly scopes: readonly SandboxScope[];
}

/** One for each role; each role may do what the one before it may. */
export const people: readonly Person[] = [
  { id: 'viewer', name: 'Vera, who may view', scopes: sandboxScopes.slice(0, 1) },
  { id: 'editor', name: 'Edgar, who may edit', scopes: sandboxScopes.slice(0, 2) },
  { id: 'admin', name: 'Ada, who may do everything', scopes: sandboxScopes },
];

export function findPerson(id: unknown): Person | null {
  return people.find((person) => person.id === id) ?? null;
}

/** How sure the sign-in is (`acr`): what the sandbox can vouch for. */
export const acrValues = ['password', 'two-factors'] as const;
export type Acr = (typeof acrValues)[number];
