import { bufferClass } from './buffer.ts';
import type { Host } from './host.ts';
import { jsonPathOf } from './jsonPath.ts';
import { requireOf } from './modules.ts';
import { consoleOf } from './print.ts';
import { randomNumbers } from './random.ts';
import { offer, unsupported } from './values.ts';

/** What scripts of every tool find. */
export function offerCommon(host: Host): void {
  const Buffer = bufferClass(host);
  offer('Buffer', Buffer);
  offer('require', requireOf(host, Buffer));
  offer('console', consoleOf(host));
  // Every script begins with the same memory, and so with the same seed.
  Math.random = randomNumbers(host);
  const btoa = (text: unknown) => {
    const characters = String(text);
    // The browser's function fails here too: a byte has no room for these.
    if (/[^\u0000-\u00ff]/.test(characters)) throw new RangeError('btoa: a character is beyond Latin-1.');
    return host.convert(characters, 'latin1', 'base64');
  };
  const atob = (text: unknown) => host.convert(String(text), 'base64', 'latin1');
  const window = { btoa, atob };
  offer('window', window);
  offer('Window', window);
  offer('btoa', btoa);
  offer('atob', atob);
  offer('jsonPath', jsonPathOf(host));
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'XMLHttpRequest', 'WebSocket']) {
    // No arrow function: some of them are called with `new`.
    offer(name, function () {
      unsupported(`"${name}"`);
    });
  }
}
