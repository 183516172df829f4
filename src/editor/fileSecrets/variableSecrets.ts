import { secretVariable } from '../../httpfile/environments/secretVariable.ts';
import type { HttpFile, VariableNode } from '../../httpfile/parse/tree.ts';
import type { WrittenSecret } from './writtenSecret.ts';

/** A secret of a client or a person in a variable of a `.http` file, as httpyac and REST Client read it. */
export interface VariableSecret extends WrittenSecret {
  readonly variable: VariableNode;
}

/** Those that stand there as they are. */
export function variableSecrets({ variables }: HttpFile): VariableSecret[] {
  return variables.flatMap((variable) => {
    const what = secretVariable(variable.name);
    const { value } = variable;
    if (what === null || value.trim() === '' || value.includes('{{')) return [];
    return [{ kind: what === 'password' ? 'password' : 'client_secret', value, entry: null, variable }];
  });
}
