import { parseEnv } from 'node:util';
import { KeyturnError } from '../../base/errors.ts';
import type { Files } from '../../base/files.ts';
import { nearestFile, type Search } from '../../base/nearestFile.ts';
import {
  parseEnvironmentFile,
  parseHttpyacConfig,
  type EnvironmentFile,
  type EnvironmentProblem,
  type Environments,
} from './environmentFile.ts';

export type { EnvironmentProblem } from './environmentFile.ts';

/** Environments from the editor's settings, `$shared` among them. */
export interface EnvironmentSettings {
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface EnvironmentSet {
  /** In the order of the files, then of the settings; without `$shared`. */
  readonly names: readonly string[];
  /** Variables of an environment over the shared ones; null means only those. Fails with `environment_unknown`. */
  variables(name: string | null): ReadonlyMap<string, string>;
  /**
   * The entry of this id under Security → Auth of an environment, over that of the shared ones; what the private file
   * says stands above the public one. Null where there is none.
   */
  authEntry(environment: string | null, id: string): Readonly<Record<string, unknown>> | null;
  readonly problems: readonly EnvironmentProblem[];
}

const publicName = 'http-client.env.json';
const privateName = 'http-client.private.env.json';
const httpyacName = '.httpyac.json';
/** Configurations of httpyac that are programs. */
const httpyacScripts = ['.httpyac.js', '.httpyac.cjs', 'httpyac.config.js', 'httpyac.config.cjs'] as const;
const shared = '$shared';

/**
 * The environments that a `.http` file sees: the nearest `http-client.env.json` upward, the nearest private file
 * over it, and below both the nearest `.httpyac.json` and the settings. A file that cannot be read is a problem, not a failure.
 */
export async function loadEnvironments(
  files: Files,
  httpFile: string,
  settings: EnvironmentSettings,
  search: Search,
): Promise<EnvironmentSet> {
  const problems: EnvironmentProblem[] = [];
  const nothing = { environments: new Map(), auth: new Map() };
  const load = async (
    name: string,
    parse = parseEnvironmentFile,
  ): Promise<Pick<EnvironmentFile, 'environments' | 'auth'>> => {
    const found = await nearestFile(files, httpFile, name, search);
    if (found === null) return nothing;
    if (found.failure !== null) {
      problems.push(unreadableFile(found.location, found.failure));
      return nothing;
    }
    const parsed = parse(new TextDecoder().decode(found.bytes), found.location);
    problems.push(...parsed.problems);
    return parsed;
  };
  const publicFile = await load(publicName);
  const privateFile = await load(privateName);
  const { environments: ofHttpyac } = await load(httpyacName, parseHttpyacConfig);
  for (const name of httpyacScripts) {
    const found = await nearestFile(files, httpFile, name, search);
    if (found !== null) problems.push(scriptNotRun(found.location));
  }
  const ofPublic = publicFile.environments;
  const ofPrivate = privateFile.environments;
  const ofSettings = new Map(
    Object.entries(settings.environments).map(([name, values]) => [name, new Map(Object.entries(values))]),
  );
  const layers: readonly Environments[] = [ofSettings, ofHttpyac, ofPublic, ofPrivate];
  const declared = [ofPublic, ofPrivate, ofHttpyac, ofSettings].flatMap((layer) => [...layer.keys()]);
  const names = [...new Set(declared)].filter((name) => name !== shared);
  return {
    names,
    problems,
    authEntry(environment, id) {
      const chosen = environment === null ? [shared] : [shared, environment];
      const layers = chosen.flatMap((layer) => [publicFile.auth.get(layer), privateFile.auth.get(layer)]);
      const found = layers.flatMap((entries) => {
        const entry = entries?.get(id);
        return entry === undefined ? [] : [entry];
      });
      return found.length === 0 ? null : Object.fromEntries(found.flatMap((entry) => Object.entries(entry)));
    },
    variables(name) {
      if (name !== null && !names.includes(name)) {
        throw new KeyturnError(
          'environment_unknown',
          `There is no environment named ${JSON.stringify(name)}.`,
          {
            hint: names.length === 0 ? `Declare it in ${publicName}.` : `Known are ${names.join(', ')}.`,
          },
        );
      }
      const chosen = name === null ? [shared] : [shared, name];
      return new Map(chosen.flatMap((layer) => layers.flatMap((layerOf) => [...(layerOf.get(layer) ?? [])])));
    },
  };
}

/** Variables of the nearest `.env` upward from the file; empty where there is none. Fails like `Files.read`. */
export async function loadDotenv(
  files: Files,
  httpFile: string,
  search: Search,
): Promise<ReadonlyMap<string, string>> {
  return (await findDotenv(files, httpFile, search)).values;
}

export interface Dotenv {
  /** Where it is; null where there is none. */
  readonly location: string | null;
  readonly values: ReadonlyMap<string, string>;
}

/** The same, with its place. */
export async function findDotenv(files: Files, httpFile: string, search: Search): Promise<Dotenv> {
  const found = await nearestFile(files, httpFile, '.env', search);
  if (found === null) return { location: null, values: new Map() };
  if (found.failure !== null) throw found.failure;
  const values = Object.entries(parseEnv(new TextDecoder().decode(found.bytes)));
  return {
    location: found.location,
    values: new Map(values.filter((entry): entry is [string, string] => entry[1] !== undefined)),
  };
}

function scriptNotRun(file: string): EnvironmentProblem {
  const start = { line: 0, column: 0 };
  const message = `Keyturn does not run this configuration of httpyac. Write its environments into ${httpyacName}.`;
  return { file, code: 'setting_ignored', severity: 'info', message, span: { start, end: start } };
}

function unreadableFile(file: string, { message }: KeyturnError): EnvironmentProblem {
  const start = { line: 0, column: 0 };
  return { file, code: 'environment_invalid', severity: 'error', message, span: { start, end: start } };
}
