import { parseExactJson } from '../base/exactJson.ts';
import { isObject, type JsonObject } from './claims.ts';

/** Header (0) or payload (1) of a JWT, its numbers as they were written. Throws where it is no JSON object. */
export function exactPart(jwt: string, index: 0 | 1): JsonObject {
  const text = Buffer.from(jwt.split('.', 3)[index] ?? '', 'base64url').toString('utf8');
  const json = parseExactJson(text);
  if (!isObject(json)) throw new TypeError('no JSON object');
  return json;
}
