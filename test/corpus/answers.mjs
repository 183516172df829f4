/** What every answer holds, since logins and lists are asked for it. */
const usual = { access_token: 'corpus-access-token', token_type: 'Bearer', expires_in: 3600, id: '1' };

/** References to members of responses: by request name, or in a script. */
const references = [
  // REST Client and kulala: {{login.response.body.$.a.b}}
  /\{\{\s*([\w-]+)\.response\.(body|headers|cookies)\.([^{}\n]+?)\s*\}\}/g,
  // JetBrains and httpyac, in scripts.
  /\bresponse\.(?:parsedBody|body)\s*\??((?:\.[A-Za-z_]\w*|\[\d+\]|\[["'][^"'\]\n]+["']\])+)/g,
  /\bresponse\.headers\.valueOf\(\s*["']([\w-]+)["']/g,
  /\bjsonPath\(\s*response\.(?:parsedBody|body)\s*,\s*["']([^"'\n]+)["']/g,
];

/**
 * Makes what the proxy answers to the requests of one file: JSON with every member that the file refers to.
 * @param {string} text
 * @param {readonly (string | null)[]} names of its requests
 */
export function answersFor(text, names) {
  const shared = newAnswer();
  const byName = new Map(names.filter((name) => name !== null).map((name) => [name, newAnswer()]));
  const [named, script, scriptHeader, jsonPath] = references;
  for (const [, name, part, path] of text.matchAll(named)) {
    const answer = byName.get(name) ?? shared;
    if (part === 'headers') answer.headers[path] = path;
    else if (part === 'cookies') answer.cookies.push(`${path.split('.')[0]}=value`);
    else if (path.startsWith('/')) answer.isXml = true;
    else answer.paths.push(steps(path));
  }
  for (const [, path] of text.matchAll(script)) shared.paths.push(steps(path));
  for (const [, path] of text.matchAll(jsonPath)) shared.paths.push(steps(path));
  for (const [, name] of text.matchAll(scriptHeader)) shared.headers[name] = name;
  // httpyac: {{login.a.b}}, in a template or in any JavaScript.
  for (const [name, answer] of byName) {
    if (!/^[A-Za-z_$][\w$]*$/.test(name)) continue;
    const member = new RegExp(`(?<![\\w.$])${name.replaceAll('$', '\\$')}((?:\\??\\.\\w+|\\[\\d+\\])+)`, 'g');
    for (const [, path] of text.matchAll(member)) {
      if (!/^\.(?:response|request|headers)\b/.test(path))
        answer.paths.push(steps(path.replaceAll('?.', '.')));
    }
  }
  return (name, url) => toResponse(shared, byName.get(name) ?? newAnswer(), new URL(url).origin);
}

/** What is asked for as an address is one of the server that answers. */
function valueOf(name, origin) {
  return /url|uri|location|link|href|next/i.test(name) ? `${origin}/value-of-${name}` : `value-of-${name}`;
}

function newAnswer() {
  return { paths: [], headers: {}, cookies: [], isXml: false };
}

function toResponse(shared, own, origin) {
  const named = Object.keys({ ...shared.headers, ...own.headers }).map((name) => [
    name,
    valueOf(name, origin),
  ]);
  const cookies = [...shared.cookies, ...own.cookies];
  const headers = {
    'content-type': 'application/json',
    ...(cookies.length > 0 && { 'set-cookie': cookies }),
    ...Object.fromEntries(named),
  };
  if (own.isXml) {
    return {
      status: 200,
      headers: { ...headers, 'content-type': 'application/xml' },
      body: '<?xml version="1.0"?><root><id>1</id><title>value</title></root>',
    };
  }
  const paths = [...shared.paths, ...own.paths];
  const startsWithIndex = ([first]) => typeof first === 'number';
  const isList = paths.length > 0 && startsWithIndex(own.paths[0] ?? paths[0]);
  const root = isList ? [] : { ...usual };
  for (const path of paths.filter((each) => startsWithIndex(each) === isList)) put(root, path, origin);
  return { status: 200, headers, body: JSON.stringify(root) };
}

/** `$.a[0]['b']` as its steps; filters and wildcards stand for the first element. */
function steps(path) {
  const found = path
    .replace(/^\$?/, '')
    .matchAll(/\[\?[^\]]*\]|\[\*\]|\.\*|\[(\d+)\]|\[["']([^"'\]]+)["']\]|\.{0,2}([\w-]+)/g);
  return [...found].map(([all, index, quoted, plain]) => {
    if (index !== undefined) return Number(index);
    return quoted ?? plain ?? (all === '.*' ? 'id' : 0);
  });
}

function put(root, path, origin) {
  let at = root;
  for (const [index, step] of path.entries()) {
    const next = path[index + 1];
    if (['length', 'find', 'map', 'filter', 'forEach'].includes(step)) return;
    if (next === undefined) {
      at[step] ??= valueOf(String(step), origin);
      return;
    }
    if (typeof at[step] !== 'object') at[step] = typeof next === 'number' ? [] : {};
    at = at[step];
  }
}
