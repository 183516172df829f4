import { type BodyFileSource, decode, readBodyFile } from './bodyFile.ts';
import { type Encode, encoderFor, encodeUtf8, parameterOf } from './charset.ts';
import { encodeForm, joinFormLines } from './formBody.ts';
import { type CurlSource, dataBytes, formBytes } from '../curl/body.ts';
import type { Expander } from './expander.ts';
import { graphqlPayload } from './graphqlBody.ts';
import { parseFileReference, type FileReference } from '../parse/text.ts';
import type { BodyNode, GraphqlFragment } from '../parse/tree.ts';

/** What a body needs besides its node. */
export interface BodySource extends BodyFileSource {
  readonly graphqlFragments: readonly GraphqlFragment[];
  /** `# @injectVariables`: `< file` is read as `<@ file`. */
  readonly injectsVariables: boolean;
  /** Value of the Content-Type header, variables replaced; empty when there is none. */
  readonly contentType: string;
  /** Stands between the parts of a form that a cURL command describes. */
  readonly boundary: string;
}

/** The bytes of a body: variables replaced, files read. Null for none. */
export async function bodyBytes(
  body: BodyNode,
  source: BodySource,
  expander: Expander,
): Promise<Uint8Array | null> {
  switch (body.kind) {
    case 'none':
      return null;
    case 'file':
      return fileBytes(
        body,
        source,
        expander,
        body.span.start.line,
        body.expand || source.injectsVariables ? await encoderFor(source.contentType) : encodeUtf8,
      );
    case 'multipart':
      if (body.form !== undefined) {
        return formBytes(body.form, source.boundary, curlSource(body.span.start.line, source, expander));
      }
      return multipartBytes(body.text, body.span.start.line, source, expander);
    case 'graphql': {
      const payload = await graphqlPayload(body.text, {
        // kulala replaces the variables of every file.
        expandsFiles: source.injectsVariables || source.dialect === 'kulala',
        fragments: source.graphqlFragments,
        line: body.span.start.line,
        expand: (text, line) => expander.expand(text, line),
        readFile: (path, written, encoding) => readText(path, written, encoding, source, expander),
      });
      return (await encoderFor(source.contentType))(payload, body.text);
    }
    case 'text':
      if (body.data !== undefined) {
        return dataBytes(body.data, curlSource(body.span.start.line, source, expander));
      }
      return textBytes(
        body.crlf === true ? body.text.replaceAll('\n', '\r\n') : body.text,
        body.span.start.line,
        source,
        expander,
      );
  }
}

/** Variables and files of a cURL command on this line. */
export function curlSource(line: number, source: BodyFileSource, expander: Expander): CurlSource {
  return {
    expand: (text) => expander.expand(text, line),
    readFile: async (path) => {
      const bytes = await readBodyFile(await expander.expand(path, line), path, source);
      expander.budget.spendFile(bytes.byteLength);
      return bytes;
    },
  };
}

async function textBytes(
  text: string,
  line: number,
  source: BodySource,
  expander: Expander,
): Promise<Uint8Array> {
  const type = source.contentType.toLowerCase();
  const hasFiles = text.startsWith('<') || text.includes('\n<');
  if (hasFiles && text.split(/\r?\n/).some((each) => parseFileReference(each) !== null)) {
    return linesToBytes(text, line, source, expander);
  }
  const encode = await encoderFor(source.contentType);
  if (type.startsWith('application/x-www-form-urlencoded')) {
    const form = await expander.expand(joinFormLines(text, source.dialect), line);
    return encodeUtf8(encodeForm(form, text, encode), text);
  }
  const isLineDelimited = /^application\/(x-)?(ndjson|ldjson|jsonl)/.test(type);
  return encode((await expander.expand(text, line)) + (isLineDelimited ? lineBreakOf(text) : ''), text);
}

/** Line by line: `< file` lines become the file, all others have their variables replaced. */
async function linesToBytes(
  text: string,
  line: number,
  source: BodySource,
  expander: Expander,
): Promise<Uint8Array> {
  const encode = await encoderFor(source.contentType);
  const lineBreak = lineBreakOf(text);
  const chunks: Uint8Array[] = [];
  for (const [index, each] of text.split(lineBreak).entries()) {
    if (index > 0) chunks.push(encode(lineBreak, ''));
    chunks.push(await lineBytes(each, line + index, source, expander, encode));
  }
  return Buffer.concat(chunks);
}

function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** The same, with CRLF; the text of each part is in the charset of its own Content-Type, else in that of the whole. */
async function multipartBytes(
  text: string,
  line: number,
  source: BodySource,
  expander: Expander,
): Promise<Uint8Array> {
  const boundary = `--${parameterOf(source.contentType, 'boundary') ?? ''}`;
  const ofWhole = await encoderFor(source.contentType);
  const chunks: Uint8Array[] = [];
  let encode = encodeUtf8;
  let isHead = true;
  let partType: string | null = null;
  for (const [index, each] of text.split('\n').entries()) {
    const expanded = parseFileReference(each) === null ? await expander.expand(each, line + index) : null;
    if (expanded?.startsWith(boundary) === true) {
      [encode, isHead, partType] = [encodeUtf8, true, null];
    } else if (isHead && expanded?.trim() === '') {
      isHead = false;
      chunks.push(encodeUtf8(`${expanded}\r\n`, each));
      encode = partType === null ? ofWhole : await encoderFor(partType);
      continue;
    } else if (isHead) {
      partType = /^\s*content-type\s*:(.*)$/i.exec(expanded ?? '')?.[1] ?? partType;
    }
    chunks.push(
      expanded === null
        ? await lineBytes(each, line + index, source, expander, encode)
        : encode(expanded, each),
      encode('\r\n', ''),
    );
  }
  return Buffer.concat(chunks);
}

async function lineBytes(
  text: string,
  line: number,
  source: BodySource,
  expander: Expander,
  encode: Encode,
): Promise<Uint8Array> {
  const file = parseFileReference(text);
  if (file === null) return encode(await expander.expand(text, line), text);
  return fileBytes(file, source, expander, line, encode);
}

async function fileBytes(
  reference: FileReference,
  source: BodySource,
  expander: Expander,
  line: number,
  encode: Encode,
): Promise<Uint8Array> {
  const path = await expander.expand(reference.path, line);
  const bytes = await readBodyFile(path, reference.path, source);
  expander.budget.spendFile(bytes.byteLength);
  if (!reference.expand && !source.injectsVariables) return bytes;
  const text = decode(bytes, reference.encoding ?? 'utf-8');
  // What the file holds is no secret of a variable.
  return encode(await expander.expand(text, line), text);
}

async function readText(
  path: string,
  written: string,
  encoding: string | null,
  source: BodySource,
  { budget }: Expander,
): Promise<string> {
  const bytes = await readBodyFile(path, written, source);
  budget.spendFile(bytes.byteLength);
  return decode(bytes, encoding ?? 'utf-8');
}
