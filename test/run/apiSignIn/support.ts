import type { ProfileTarget } from '../../../src/run/apiSignIn/profileTarget.ts';
import type { ApiSignInQuestions } from '../../../src/run/apiSignIn/questions.ts';

export interface MemoryTarget extends ProfileTarget {
  /** What the file holds. */
  text: string;
}

/** A keyturn.json in memory. */
export function memoryTarget(text = '', variables: Readonly<Record<string, string>> = {}): MemoryTarget {
  const target: MemoryTarget = {
    location: '/project/keyturn.json',
    names: new Set(),
    variables: new Map(Object.entries(variables)),
    text,
    read: () => Promise.resolve(target.text),
    write: (changed) => {
      target.text = changed;
      return Promise.resolve();
    },
  };
  return target;
}

/** A person who trusts the first server, takes the scopes that are needed and lets Keyturn register. */
export function willing(changes: Partial<ApiSignInQuestions> = {}): ApiSignInQuestions {
  return {
    issuer: ({ issuers }) => Promise.resolve(issuers[0] ?? null),
    scopes: ({ needed }) => Promise.resolve(needed),
    name: ({ proposed }) => Promise.resolve(proposed),
    client: ({ registers, authentications }) =>
      Promise.resolve(
        registers ? 'register' : { clientId: 'person', clientAuthentication: authentications[0] ?? 'none' },
      ),
    file: () => Promise.resolve(memoryTarget()),
    ...changes,
  };
}
