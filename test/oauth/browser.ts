/** What a person sees: where the browser is, and the page there. */
export interface Seen {
  readonly url: string;
  readonly status: number;
  readonly html: string;
}

const MOST_REDIRECTS = 20;

/** A browser without a window: cookies, redirects and forms over HTTP, as a person would drive them. */
export class Browser {
  readonly #cookies = new Map<string, Map<string, { value: string; path: string }>>();
  /** Everything it asked for, in order. */
  readonly visited: string[] = [];

  open(url: string): Promise<Seen> {
    return this.#go(url, {});
  }

  /** Sends the form of a page with its hidden fields and what the person enters or presses. */
  submit(page: Seen, entered: Readonly<Record<string, string>>): Promise<Seen> {
    const form = /<form[^>]*>([\s\S]*?)<\/form>/.exec(page.html);
    if (form === null) throw new Error(`There is no form on ${page.url}: ${page.html}`);
    const body = new URLSearchParams();
    for (const [tag] of (form[1] ?? '').matchAll(/<input[^>]*>/g)) {
      const name = attribute(tag, 'name');
      if (attribute(tag, 'type') === 'hidden' && name !== null) body.set(name, attribute(tag, 'value') ?? '');
    }
    for (const [name, value] of Object.entries(entered)) body.set(name, value);
    const action = new URL(attribute(form[0], 'action') ?? page.url, page.url).href;
    return this.#go(action, { method: 'POST', body });
  }

  async #go(first: string, options: RequestInit): Promise<Seen> {
    let url = first;
    let init: RequestInit = options;
    for (let count = 0; count < MOST_REDIRECTS; count++) {
      this.visited.push(url);
      // An address of a program, such as vscode://…
      if (!/^https?:/.test(url)) return { url, status: 0, html: '' };
      const response = await fetch(url, {
        ...init,
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          cookie: this.#cookiesFor(new URL(url)),
          'sec-fetch-dest': 'document',
        },
      });
      this.#keep(new URL(url), response);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null) {
        return { url, status: response.status, html: await response.text() };
      }
      await response.body?.cancel();
      url = new URL(location, url).href;
      init = {};
    }
    throw new Error('The browser was redirected too often.');
  }

  #keep({ host, pathname }: URL, response: Response): void {
    const kept = this.#cookies.get(host) ?? new Map<string, { value: string; path: string }>();
    this.#cookies.set(host, kept);
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ');
      const equals = pair.indexOf('=');
      const name = pair.slice(0, equals);
      const path = attributes.find((text) => text.toLowerCase().startsWith('path='))?.slice(5) ?? pathname;
      const value = pair.slice(equals + 1);
      if (value === '') kept.delete(`${name} ${path}`);
      else kept.set(`${name} ${path}`, { value, path });
    }
  }

  #cookiesFor({ host, pathname }: URL): string {
    return [...(this.#cookies.get(host) ?? [])]
      .filter(([, { path }]) => pathname.startsWith(path))
      .map(([key, { value }]) => `${key.split(' ')[0] ?? ''}=${value}`)
      .join('; ');
  }
}

function attribute(tag: string, name: string): string | null {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag);
  return found?.[1]?.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&') ?? null;
}

/** Goes through the sandbox's pages until it is somewhere else: who it is, then yes. */
export async function signInAs(browser: Browser, url: string, person: string, second = false): Promise<Seen> {
  let page = await browser.open(url);
  if (page.html.includes('Who are you?')) {
    page = await browser.submit(page, { person, ...(second ? { second: 'yes' } : {}) });
  }
  if (page.html.includes('name="allow"')) page = await browser.submit(page, { allow: 'yes' });
  return page;
}
