import { withoutLiterals } from '../../redaction/withoutCredentials.ts';
import type { Dialect, MetadataNode } from './tree.ts';

/**
 * What becomes of a `# @key`: Keyturn does what it says (`acts`); it concerns only how another tool shows or logs
 * something (`shows`); it belongs to what is done beside the request, which Keyturn leaves out and says so (`left_out`,
 * `assertion`); or it changes what is sent, and the request is refused as long as Keyturn cannot do it (`changes`).
 */
export type DirectiveEffect = 'acts' | 'shows' | 'left_out' | 'assertion' | 'changes';

const table: Readonly<Record<DirectiveEffect, readonly string[]>> = {
  acts: [
    ...words('name token scope noRedirect timeout connection-timeout insecure disabled note'),
    ...words('no-cookie-jar noClientCert loop sleep delay ratelimit rate-limit title tag'),
    ...words('forceRegionDelimiter noGqlParsing graphql'),
    ...words('prompt secret'),
    // Requests that go before this one, and the files that they are in.
    ...words('ref forceRef import run'),
  ],
  shows: [
    ...words('description jwt language lang openWith extension verbose debug noLog noResponseView'),
    ...words('noStreamingLog keepStreaming responseRef write-body-to-temporary-file meta-name'),
    ...words('kulala-openapi-explorer kulala-openapi-no-cache kulala-openapi-json'),
    // Keyturn encodes nothing that is encoded already, streams every body and turns a redirected POST into GET as browsers
    // do.
    ...words('no-auto-encoding accept post-redirect-get'),
    // It verifies certificates where another tool is told not to: nothing else is sent than was meant.
    ...words('noRejectUnauthorized curl-insecure curl-location curl-compressed curl-no-buffer curl-silent'),
    ...words('curl-verbose curl-connect-timeout curl-max-time'),
  ],
  left_out: words('save jq stdin-cmd env-stdin-cmd env-json-key env-header-key'),
  assertion: words('expect kulala-expect-status-code'),
  changes: [
    ...words('proxy noProxy injectVariables clientCert use-os-credentials env'),
    ...words('attach-cookie-jar stdin-cmd-pre env-stdin-cmd-pre curl-data-urlencode grpc grpcReflection'),
    ...words('grpc-authority grpc-flags grpc-global-plaintext grpc-import-path grpc-insecure grpc-plaintext'),
    ...words('grpc-proto grpc-protoset grpc-v'),
  ],
};

function words(text: string): string[] {
  return text.split(' ');
}

const effects: ReadonlyMap<string, DirectiveEffect> = new Map(
  (Object.keys(table) as DirectiveEffect[]).flatMap((effect) =>
    table[effect].map((key) => [normalKey(key), effect] as const),
  ),
);

/** As the tools spell them, for suggestions. */
export const knownDirectives: readonly string[] = Object.values(table).flat();

/** `no-redirect` and `noRedirect` are one key: both spellings occur in real files. */
export function normalKey(key: string): string {
  return key.toLowerCase().replaceAll('-', '');
}

/** The `# @token` lines of a request. The first one counts. */
export function tokenDirectives(metadata: readonly MetadataNode[]): readonly MetadataNode[] {
  return metadata.filter(({ key }) => normalKey(key) === 'token');
}

/** `@disabled` and `@note`: without them the request would be sent, or sent without a question. */
export function stopsRequest(key: string): boolean {
  return ['disabled', 'note'].includes(normalKey(key));
}

/** Null for a key that no tool knows. */
export function directiveEffect(key: string): DirectiveEffect | null {
  const normal = normalKey(key);
  const known = effects.get(normal);
  if (known !== undefined) return known;
  return /^(?:curl|grpc|kulalacurl)./.test(normal) && key.includes('-') ? 'changes' : null;
}

/** Those whose value says what is meant and holds no credentials, as that of `@proxy` may. */
const shownValues: ReadonlySet<string> = new Set(
  words('ref forceRef import run loop sleep delay expect kulala-expect-status-code').map(normalKey),
);

/** As it stands in the file, but for values that are not to be shown. `run` and `import` of JetBrains are no comments. */
export function written({ key, value }: Pick<MetadataNode, 'key' | 'value'>, dialect: Dialect): string {
  const mark = dialect !== 'httpyac' && (key === 'run' || key === 'import') ? '' : '# @';
  const shown = normalKey(key) === 'loop' ? withoutLiterals(value) : value;
  return `${mark}${key} ${shownValues.has(normalKey(key)) ? shown : ''}`.trim();
}
