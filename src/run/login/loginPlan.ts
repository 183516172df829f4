import { isTooDeep } from '../../base/jsonDepth.ts';
import { parseUrl } from '../../base/url.ts';
import { decodeText } from '../../http/content.ts';
import type { Exchange } from '../../httpfile/earlier/exchange.ts';
import type { HttpFile, RequestNode } from '../../httpfile/parse/tree.ts';
import { profileNameFor, type WrittenProperties } from '../../profile/edit.ts';
import { isSecureUrl } from '../../profile/origin.ts';
import { isLoginName } from './loginName.ts';
import { bearerUses, bodyUses, type LoginUse, type WrittenValue } from './loginUses.ts';
import { tokenPlaces } from './tokenPlaces.ts';

/** How a login of a file becomes a token. */
export interface LoginPlan {
  readonly name: string;
  readonly properties: WrittenProperties;
  /** Among the properties; that of the login comes first. */
  readonly origins: readonly string[];
  /** Requests that name the token from then on, instead of the header. */
  readonly uses: readonly LoginUse[];
  /** Places of the refresh token in the request that refreshes, for `{{$refreshToken}}`. */
  readonly refreshes: readonly WrittenValue[];
}

export interface LoginPlanInput {
  readonly tree: HttpFile;
  readonly login: RequestNode;
  readonly exchange: Exchange;
  /** As keyturn.json names the file: `api/auth.http`. */
  readonly path: string;
  /** Names that are taken. */
  readonly names: ReadonlySet<string>;
  /** Of the environment: keyturn.json knows no others. */
  readonly variables: ReadonlyMap<string, string>;
}

/** Null where the answer holds no access token that a path leads to. Without origins where none of them is secure. */
export async function planLogin(input: LoginPlanInput): Promise<LoginPlan | null> {
  const { tree, login, exchange, path, names } = input;
  const json = jsonOf(exchange);
  if (json === undefined) return null;
  const known = new Set(exchange.tokens.map(({ value }) => value));
  const all = (await bearerUses(tree, exchange)).filter(({ value }) => known.has(value));
  const places = tokenPlaces(json, exchange.tokens, all[0]?.value ?? null);
  if (places === null) return null;
  const uses = all.filter(({ value }) => value === all[0]?.value);
  const { refreshToken, expiresIn, expiresAt } = places;
  const written = refreshToken === null ? [] : await bodyUses(tree, exchange, refreshToken.value);
  const [refresh] = written.filter(({ node }) => node.name !== null && isLoginName(node.name));
  const origins = [
    ...new Set([login, ...uses.map(({ node }) => node)].flatMap((node) => originOf(node, input))),
  ];
  return {
    name: profileNameFor(new URL(exchange.origin).host, names),
    properties: {
      grant: 'request',
      request: `${path}#${exchange.name}`,
      accessToken: places.accessToken,
      ...(expiresIn !== null && { expiresIn }),
      ...(expiresAt !== null && { expiresAt }),
      ...(refresh !== undefined &&
        refreshToken !== null && {
          refreshToken: refreshToken.path,
          refreshRequest: `${path}#${refresh.node.name}`,
        }),
      origins,
    },
    origins,
    uses,
    refreshes: written.filter(({ node }) => node === refresh?.node),
  };
}

function jsonOf({ response: { body } }: Exchange): unknown {
  const text = body === null ? '' : decodeText(body, null);
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The origin that a request goes to, as keyturn.json writes it; nothing where it is not known or not secure. */
function originOf(node: RequestNode, { tree, login, exchange, variables }: LoginPlanInput): string[] {
  const [, first] = /^\{\{([^{}]*)\}\}/.exec(node.url) ?? [];
  const name = first?.trim();
  const ofFile = (wanted: string) => tree.variables.findLast((one) => one.name === wanted)?.value;
  // The environment's variable keeps the profile right in every environment.
  if (name !== undefined && ofFile(name) === undefined) {
    const value = variables.get(name);
    const url = value === undefined ? null : parseUrl(value);
    if (url !== null && isSecureUrl(url) && url.href === `${url.origin}/`) return [`{{${name}}}`];
  }
  if (node === login) return isSecureUrl(new URL(exchange.origin)) ? [exchange.origin] : [];
  let text = node.url;
  for (let steps = 0; steps < 5 && text.includes('{{'); steps++)
    text = text.replace(/\{\{([^{}]*)\}\}/g, (whole, inner: string) => {
      return ofFile(inner.trim()) ?? variables.get(inner.trim()) ?? whole;
    });
  const url = parseUrl(text);
  return url === null || !isSecureUrl(url) ? [] : [url.origin];
}
