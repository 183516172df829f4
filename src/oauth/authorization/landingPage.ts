import { createHash } from 'node:crypto';

/** What the browser has brought back; the page says nothing else of it. */
export type Landing = 'received' | 'refused' | 'stray';

export interface LandingPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const TEXTS: Readonly<
  Record<Landing, { readonly title: string; readonly text: string; readonly mark: string }>
> = {
  received: {
    title: 'You can close this page',
    text: 'Keyturn has the answer to your sign-in. Go back to where you started it.',
    mark: '<path d="m7 12.5 3.5 3.5L17 9"/>',
  },
  refused: {
    title: 'The sign-in was refused',
    text: 'Nothing was changed. You can close this page; Keyturn says why it was refused.',
    mark: '<path d="M12 7.5v5.5m0 3.2v.3"/>',
  },
  stray: {
    title: 'This is not the answer to your sign-in',
    text: 'Its "state" is not the one that Keyturn sent, so Keyturn ignored it and still waits. If you have just signed in, cancel the sign-in in Keyturn and start again.',
    mark: '<path d="M12 7.5v5.5m0 3.2v.3"/>',
  },
};

const STYLE = `:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;font:1rem/1.5 system-ui,sans-serif;background:#f5f7fa;color:#14202e}
main{max-width:26rem;padding:2rem;text-align:center;background:#fff;border:1px solid #d5dce5;border-radius:.75rem}
svg{width:3rem;height:3rem;fill:none;stroke:#1d6f42;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
.refused svg,.stray svg{stroke:#b3261e}
h1{margin:.5rem 0;font-size:1.25rem}
p{margin:0}
@media (prefers-color-scheme:dark){body{background:#10161d;color:#e6ebf1}main{background:#18212b;border-color:#344252}svg{stroke:#6fcf97}.refused svg,.stray svg{stroke:#f2938c}}`;

/** Takes the code out of the address bar and the history. */
const SCRIPT = "history.replaceState(null,'',location.pathname)";

/**
 * Where the browser ends up after a sign-in: one of three fixed pages, without anything from the address that it came
 * with and without anything from elsewhere.
 */
export function landingPage(landing: Landing): LandingPage {
  const { title, text, mark } = TEXTS[landing];
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title} – Keyturn</title>
<style>${STYLE}</style>
</head>
<body>
<main class="${landing}">
<svg width="48" height="48" viewBox="0 0 24 24" fill="none" aria-hidden="true"><circle cx="12" cy="12" r="10"/>${mark}</svg>
<h1>${title}</h1>
<p>${text}</p>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
  return { html, headers: { ...safeHeaders(), 'content-type': 'text/html; charset=utf-8' } };
}

/** For whatever the listener answers. */
export function safeHeaders(): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': [
      "default-src 'none'",
      `style-src 'sha256-${digest(STYLE)}'`,
      `script-src 'sha256-${digest(SCRIPT)}'`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
