import { KeyturnError } from '../../base/errors.ts';
import { directiveEffect, normalKey, written } from '../parse/directives.ts';
import { notAHeader } from '../parse/headerLine.ts';
import { parseLoop } from '../directives/loop.ts';
import { otherProtocols } from '../parse/methods.ts';
import { scriptOf } from '../scripts/fileScripts.ts';
import { quotedCode, quotedPart } from '../resolve/quotedPart.ts';
import { isSharedBlock, sharedParts } from './stops.ts';
import type { Dialect, HttpFile, LooseNode, RequestNode, Span } from '../parse/tree.ts';
import { unknownMethod } from '../parse/unknownMethod.ts';

/** Something that changes what is sent and that Keyturn cannot do. */
export interface Obstacle {
  readonly span: Span;
  /** One sentence, which names the construct and its line. */
  readonly message: string;
}

/**
 * What would change the request but is not run yet must not be left out silently. Fails with `unsupported`, and with
 * `request_invalid` on a method that is a slip and on a line that cannot be a header. `runsScripts`: scripts are run here.
 */
export function requireRunnable(tree: HttpFile, node: RequestNode, runsScripts: boolean): void {
  const method = unknownMethod(node, tree.dialect);
  if (method?.refused === true) {
    throw new KeyturnError('request_invalid', `${method.message.slice(0, -1)} (line ${node.line + 1}).`, {
      hint: method.hint,
    });
  }
  for (const { start } of node.stray ?? []) throw notAHeader(start.line);
  for (const obstacle of obstacles(tree, node, runsScripts)) {
    throw new KeyturnError('unsupported', obstacle.message, { data: { line: lineOf(obstacle.span) } });
  }
}

function* obstacles(tree: HttpFile, node: RequestNode, runsScripts: boolean): Generator<Obstacle> {
  for (const { message, span } of node.refusals ?? [])
    yield { span, message: `Line ${lineOf(span)}: ${message}` };
  yield* ownObstacles(tree.dialect, node, runsScripts);
  for (const part of sharedParts(tree, node)) {
    if ('url' in part && isSharedBlock(part)) {
      const line = lineOf(part.requestLineSpan);
      const message = `The shared request on line ${line} goes before every other one, which is not supported yet.`;
      yield { span: part.requestLineSpan, message };
    }
    yield* obstaclesIn(tree.dialect, part, runsScripts);
  }
}

/** Those of a request itself, for marks. */
export function* ownObstacles(dialect: Dialect, node: RequestNode, runsScripts = true): Generator<Obstacle> {
  if (otherProtocols.has(node.method)) {
    const message = `${node.method} requests (line ${node.line + 1}) are not supported yet.`;
    yield { span: node.requestLineSpan, message };
  } else {
    const scheme = /^([a-z][a-z\d+.-]{0,30}):\/\//i.exec(node.url)?.[1]?.toLowerCase() ?? 'http';
    const message = `Requests over ${scheme} (line ${node.line + 1}) are not supported yet.`;
    if (scheme !== 'http' && scheme !== 'https') yield { span: node.urlSpan, message };
  }
  yield* obstaclesIn(dialect, node, runsScripts);
}

export function* obstaclesIn(
  dialect: Dialect,
  { metadata, extras }: Pick<LooseNode, 'metadata' | 'extras'>,
  runsScripts = true,
): Generator<Obstacle> {
  for (const extra of extras) {
    const { kind, text, span } = extra;
    const line = lineOf(span);
    const refusal = scriptOf(extra)?.refusal ?? null;
    if (kind === 'pre-request-script' && !runsScripts) {
      yield { span, message: `The pre-request script on line ${line} cannot be run here.` };
    } else if (kind === 'pre-request-script' && refusal !== null) {
      yield { span, message: `Keyturn does not run ${refusal}: the script on line ${line}.` };
    } else if (kind === 'header-spread' && !runsScripts) {
      const message = `The headers of ${quotedCode(text.trim())} on line ${line} come from a script, which cannot be run here.`;
      yield { span, message };
    }
  }
  for (const directive of metadata) {
    const { key, value, span } = directive;
    const line = lineOf(span);
    if (normalKey(key) === 'disabled' && value !== '') {
      yield {
        span,
        message: `${quotedPart(written(directive, dialect))} on line ${line} is an expression, which is not supported yet.`,
      };
    }
    if (normalKey(key) === 'loop' && parseLoop(value) === null) {
      const message = `${quotedPart(written(directive, dialect))} on line ${line} needs a script, which is not supported yet.`;
      yield { span, message };
    }
    const gives = normalKey(key) === 'run' && value.includes('(');
    if (directiveEffect(key) !== 'changes' && !gives) continue;
    yield {
      span,
      message: `${quotedPart(written(directive, dialect))} on line ${line} is not supported yet.`,
    };
  }
}

function lineOf({ start }: Span): number {
  return start.line + 1;
}
