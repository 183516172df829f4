import { expect, it } from 'vitest';
import { isRoutingHeader } from '../../src/http/routingHeaders.ts';

it.each([
  ...[
    'Connection',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Content-Length',
    'Host',
    'Via',
  ],
  ...[
    'Forwarded',
    'X-Forwarded-For',
    'x_forwarded_host',
    'X-Forwarded',
    'X-Real-IP',
    'X-Original-URL',
    'CDN-Loop',
  ],
  ...[
    'Proxy-Authorization',
    'proxy_authorization',
    ' Proxy-Connection ',
    'X-Proxy-User',
    'Max-Forwards',
    'Expect',
  ],
])('%s is read on the way', (name) => {
  expect(isRoutingHeader(name)).toBe(true);
});

it.each([
  'Authorization',
  'X-Api-Key',
  'Cookie',
  'X-Host-Token',
  'Approxy-Key',
  'Upgrade-Key',
  'Hostess',
  '',
])('%s is for the API alone', (name) => {
  expect(isRoutingHeader(name)).toBe(false);
});
