import { describe, expect, it } from 'vitest';
import { addressSpace, farthest, hostSpace, isNearer } from '../../src/http/addressSpace.ts';
import { isLocalhost, isLoopbackHost } from '../../src/http/localhost.ts';

describe('where an address lies', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'loopback'],
    ['0.1.2.3', 'loopback'],
    ['::1', 'loopback'],
    ['::', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:0.0.0.0', 'loopback'],
    ['::127.0.0.1', 'loopback'],
    ['64:ff9b::7f00:1', 'loopback'],
    ['::ffff:0:7f00:1', 'loopback'],
    ['2002:7f00:1::', 'loopback'],
    ['10.1.2.3', 'local'],
    ['172.16.0.1', 'local'],
    ['172.31.255.255', 'local'],
    ['192.168.0.1', 'local'],
    ['169.254.169.254', 'local'],
    ['100.64.0.1', 'local'],
    ['fe80::1', 'local'],
    ['fe80::1%eth0', 'local'],
    ['fd12:3456::1', 'local'],
    ['fc00::1', 'local'],
    ['fec0::1', 'local'],
    ['::ffff:10.0.0.1', 'local'],
    ['::ffff:a9fe:a9fe', 'local'],
    ['64:ff9b::a00:1', 'local'],
    ['2002:c0a8:1::1', 'local'],
    ['172.15.255.255', 'public'],
    ['172.32.0.1', 'public'],
    ['100.128.0.1', 'public'],
    ['8.8.8.8', 'public'],
    ['192.0.2.2', 'public'],
    ['203.0.113.7', 'public'],
    ['198.18.0.1', 'public'],
    ['2606:4700::1111', 'public'],
    ['::ffff:8.8.8.8', 'public'],
    ['64:ff9b::808:808', 'public'],
    ['not an address', 'loopback'],
  ])('%s: %s', (address, space) => {
    expect(addressSpace(address)).toBe(space);
  });

  it('is read from the host of a URL however its address is written there', () => {
    for (const [written, space] of [
      ['127.1', 'loopback'],
      ['0x7f.1', 'loopback'],
      ['2130706433', 'loopback'],
      ['0177.0.0.1', 'loopback'],
      ['[::ffff:7f00:1]', 'loopback'],
      ['LOCALHOST', 'loopback'],
      ['api.LocalHost.', 'loopback'],
      ['0xa9fea9fe', 'local'],
      ['[fe80::1]', 'local'],
      ['１９２.１６８.0.1', 'local'],
      ['8.8.8.8', 'public'],
      ['localhost.example.com', null],
      ['127.example.com', null],
      ['mylocalhost', null],
    ] as const) {
      expect(hostSpace(new URL(`https://${written}/`).hostname), written).toBe(space);
    }
  });

  it('is nearer or farther', () => {
    expect(isNearer('loopback', 'local')).toBe(true);
    expect(isNearer('local', 'public')).toBe(true);
    expect(isNearer('local', 'local')).toBe(false);
    expect(isNearer('public', 'loopback')).toBe(false);
    expect(farthest(['loopback', 'public', 'local'])).toBe('public');
    expect(farthest(['loopback', 'local'])).toBe('local');
    expect(farthest([])).toBe('public');
  });
});

it('tells localhost from names that look like it', () => {
  for (const host of ['localhost', 'LOCALHOST.', 'a.b.localhost', 'a.LocalHost.']) {
    expect(isLocalhost(host), host).toBe(true);
    expect(isLoopbackHost(host), host).toBe(true);
  }
  for (const host of ['127.0.0.1', '127.9.9.9', '[::1]', '::1']) {
    expect(isLocalhost(host), host).toBe(false);
    expect(isLoopbackHost(host), host).toBe(true);
  }
  for (const host of ['127.example.com', 'localhost.example.com', 'notlocalhost', '']) {
    expect(isLoopbackHost(host), host).toBe(false);
  }
});
