import { KeyturnError } from '../../base/errors.ts';
import type { Site } from './site.ts';
import {
  AAD_V2_VARIABLES,
  AAD_VARIABLES,
  DEFAULT_PREFIX,
  FLOW_SETTINGS,
  type ForeignExpression,
  type ForeignTokenSource,
  type OAuthFlowHeader,
  type RequestTarget,
  type WantedToken,
} from './foreignToken.ts';
import { quotedPart } from './quotedPart.ts';
import type { Traced } from './traced.ts';

/** What the expander gives: variables, in the place where an expression stands. */
interface Scope {
  readonly expand: (raw: string, site: Site) => Promise<Traced>;
  /** Null where there is no such variable. */
  readonly named: (name: string, site: Site) => Promise<Traced | null>;
  readonly names: () => Promise<readonly string[]>;
}

export interface ForeignValue {
  readonly name: string;
  /** What stands in the place of the expression. */
  readonly text: string;
  /** The token in it. */
  readonly secret: string;
}

/** Collects what another tool's file says of a token, and asks for the token. */
export class ForeignExpander {
  readonly #source: ForeignTokenSource | undefined;
  readonly #target: () => Promise<RequestTarget>;
  readonly #scope: Scope;

  constructor(source: ForeignTokenSource | undefined, target: () => Promise<RequestTarget>, scope: Scope) {
    this.#source = source;
    this.#target = target;
    this.#scope = scope;
  }

  /** The value of an expression. Fails with `profile_unknown`, or like `ForeignTokenSource.token`. */
  async value(expression: ForeignExpression, site: Site): Promise<ForeignValue> {
    switch (expression.syntax) {
      case 'jetbrains':
        return this.#ask({ ...expression, settings: await this.#entry(expression.name, site) }, site);
      case 'aad':
        return this.#ask({ ...expression, settings: await this.#variables(AAD_VARIABLES, site) }, site);
      case 'aad_v2':
        return this.#ask({ ...expression, settings: await this.#variables(AAD_V2_VARIABLES, site) }, site);
      default:
        return this.#ask({ ...expression, settings: {} }, site);
    }
  }

  /** The token of httpyac's `Authorization: oauth2 …`. */
  async flow({ flow, prefix, exchangePrefix }: OAuthFlowHeader, site: Site): Promise<ForeignValue> {
    const names = new Map((await this.#scope.names()).map((name) => [name.toLowerCase(), name]));
    const settings: Record<string, string> = {};
    const collect = async (from: string, under: string) => {
      for (const setting of FLOW_SETTINGS) {
        const name =
          names.get(`${from}_${setting}`.toLowerCase()) ??
          names.get(`${DEFAULT_PREFIX}_${setting}`.toLowerCase());
        const value = name === undefined ? null : await this.#scope.named(name, site);
        if (value !== null) settings[under + setting] = plainSetting(setting, value, prefix, site);
      }
    };
    await collect(prefix, '');
    if (exchangePrefix !== null) await collect(exchangePrefix, 'exchange.');
    const args = exchangePrefix === null ? [flow] : [flow, exchangePrefix];
    return this.#ask({ syntax: 'httpyac', name: prefix, args, settings, idToken: false }, site);
  }

  async #ask(wanted: WantedToken, site: Site): Promise<ForeignValue> {
    if (this.#source === undefined) {
      throw new KeyturnError(
        'unsupported',
        `The token ${quotedPart(wanted.name)} on line ${site.line + 1} is not obtained here.`,
      );
    }
    return { name: wanted.name, ...(await this.#source.token(wanted, await this.#target())) };
  }

  async #variables(names: readonly string[], site: Site): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const name of names) {
      const value = await this.#scope.named(name, site);
      if (value !== null) found[name] = plainSetting(name, value, 'aadV2Token', site);
    }
    return found;
  }

  async #entry(id: string, site: Site): Promise<Record<string, unknown>> {
    const entry = id === '' ? null : ((await this.#source?.entry(id)) ?? null);
    if (entry !== null) return this.#expandObject(entry, id, site);
    throw new KeyturnError(
      'profile_unknown',
      `There is no entry ${JSON.stringify(quotedPart(id))} under Security → Auth of the environment.`,
      {
        hint: 'Add it to http-client.env.json, or choose the environment that has it: in the status bar, or with --env.',
        data: { profile: quotedPart(id), line: site.line + 1 },
      },
    );
  }

  /** The depth of environment files is bounded by their parser. */
  async #expandObject(object: object, id: string, site: Site): Promise<Record<string, unknown>> {
    const expanded: [string, unknown][] = [];
    for (const [name, value] of Object.entries<unknown>({ ...object })) {
      expanded.push([name, await this.#expandJson(value, name, id, site)]);
    }
    return Object.fromEntries(expanded);
  }

  async #expandJson(value: unknown, name: string, id: string, site: Site): Promise<unknown> {
    if (typeof value === 'string') return plainSetting(name, await this.#scope.expand(value, site), id, site);
    if (Array.isArray(value)) {
      return Promise.all(value.map((item: unknown) => this.#expandJson(item, name, id, site)));
    }
    return typeof value === 'object' && value !== null ? this.#expandObject(value, id, site) : value;
  }
}

/** Settings that are there for a secret: they reach only the server that knows it. */
const FOR_SECRETS = /(?:client ?secret|password)$/i;

/**
 * A setting as text. It goes to the server that the settings name themselves: a token in it, whatever that is bound to,
 * would go there too, and other secrets belong only where a secret is asked for.
 */
function plainSetting(setting: string, value: Traced, tokenName: string, { line }: Site): string {
  const origins = value.origins;
  const allowed = FOR_SECRETS.test(setting) && origins.every(({ kind }) => kind === 'secret');
  if (origins.length === 0 || allowed) return value.text;
  throw new KeyturnError(
    'variable_invalid',
    `What says how the token ${quotedPart(tokenName)} on line ${line + 1} is obtained holds another token or secret.`,
    {
      hint: 'Remove it, and declare in keyturn.json a token that is obtained with another token.',
      data: { name: quotedPart(tokenName), line: line + 1 },
    },
  );
}
