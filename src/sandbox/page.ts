import { createHash } from 'node:crypto';

const STYLE = `:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;font:1rem/1.5 system-ui,sans-serif;background:#f5f7fa;color:#14202e}
main{width:min(28rem,100%);padding:1.75rem;background:#fff;border:1px solid #d5dce5;border-radius:.75rem}
h1{margin:0 0 .5rem;font-size:1.3rem}
p,ul{margin:.5rem 0}
form{display:grid;gap:.6rem;margin-top:1rem}
button,input[type=text]{font:inherit;padding:.65rem .9rem;border-radius:.4rem;border:1px solid #7b8a9c;background:#fff;color:inherit;text-align:left}
button{cursor:pointer}
button.main{background:#1f4f8f;border-color:#1f4f8f;color:#fff}
button:focus-visible,input:focus-visible{outline:3px solid #d98324;outline-offset:2px}
input[type=text]{letter-spacing:.15em;text-transform:uppercase}
label{display:flex;gap:.5rem;align-items:center}
code{font-size:.95em;overflow-wrap:anywhere}
.note{color:#4c5a6b;font-size:.9rem}
@media (prefers-color-scheme:dark){body{background:#10161d;color:#e6ebf1}main,button,input[type=text]{background:#18212b;border-color:#5d6d80}main{border-color:#344252}button.main{background:#2f6fbf;border-color:#2f6fbf}.note{color:#a9b6c5}}`;

/** For every page of the sandbox's sign-in: nothing from elsewhere, no script, never inside another page. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** A page with this heading; `content` is HTML, whose variable parts went through `escaped`. */
export function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(title)} – Keyturn sandbox</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${content}
</main>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
