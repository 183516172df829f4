import { secretVariable } from '../../httpfile/environments/secretVariable.ts';
import { type JsonNode, parseJsonText, propertiesOf } from '../../base/jsonText.ts';
import type { WrittenSecret } from './writtenSecret.ts';

/** A secret of a client or a person that stands in `http-client.env.json` as it is. */
export interface EnvironmentSecret extends WrittenSecret {
  /** Its environment; `$shared` for all. */
  readonly environment: string;
  /** Of the property in the file. */
  readonly path: readonly string[];
  /** From the name of the property to the end of its value. */
  readonly offset: number;
  readonly length: number;
}

/** In the words of `parseEnvironmentFile`, which shows them as problems. */
const ENTRY_SECRETS: ReadonlyMap<string, EnvironmentSecret['kind']> = new Map([
  ['Client Secret', 'client_secret'],
  ['Password', 'password'],
]);

/** All of a file; empty for what is no such file. Never throws. */
export function environmentSecrets(text: string): EnvironmentSecret[] {
  const { root } = parseJsonText(text);
  const found: EnvironmentSecret[] = [];
  const add = (
    { key, value }: { readonly key: JsonNode; readonly value: JsonNode },
    kind: EnvironmentSecret['kind'],
    path: readonly string[],
    entry: string | null,
  ) => {
    const secret: unknown = value.value;
    if (typeof secret !== 'string' || secret.trim() === '' || secret.includes('{{')) return;
    const { offset } = key;
    const length = value.offset + value.length - offset;
    found.push({ kind, value: secret, environment: path[0] ?? '', path, entry, offset, length });
  };
  for (const { name: environment, value } of root?.type === 'object' ? propertiesOf(root) : []) {
    if (value.type !== 'object') continue;
    for (const variable of propertiesOf(value)) {
      const what = secretVariable(variable.name);
      if (what !== null) {
        const kind = what === 'password' ? 'password' : 'client_secret';
        add(variable, kind, [environment, variable.name], null);
      }
      if (variable.name !== 'Security') continue;
      for (const [id, property] of entryProperties(variable.value)) {
        const kind = ENTRY_SECRETS.get(property.name);
        const path = [environment, 'Security', 'Auth', id, property.name];
        if (kind !== undefined) add(property, kind, path, id);
      }
    }
  }
  return found;
}

function entryProperties(security: JsonNode) {
  const auth = security.type === 'object' ? propertiesOf(security).find(({ name }) => name === 'Auth') : null;
  const entries = auth?.value.type === 'object' ? propertiesOf(auth.value) : [];
  return entries.flatMap(({ name, value }) =>
    value.type === 'object' ? propertiesOf(value).map((property) => [name, property] as const) : [],
  );
}
