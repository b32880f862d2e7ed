import { describe, expect, test } from 'bun:test'
import { canonicalAddress, clientAddress, hostOf, networkOf, parseProxyRanges } from '../../src/lib/addresses.ts'

describe('canonicalAddress', () => {
  test.each([
    ['198.51.100.1', '198.51.100.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::ffff:198.51.100.1', '198.51.100.1'],
    ['::FFFF:C633:6401', '198.51.100.1'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
  ])('%s is written %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical)
  })

  test.each([
    '',
    ' ',
    '1',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '127.0.0.1:80',
    '[::1]',
    '[::1]:80',
    '256.1.1.1',
    '1.2.3.4.5',
    'localhost',
    '1.2.3.4 ',
    '1.2.3.4\n',
    '::g',
    '1.2.3.4/8',
    'unknown',
    '_hidden',
    '١.٢.٣.٤',
    ':::',
  ])('%j is no address', (text) => {
    expect(canonicalAddress(text)).toBeUndefined()
  })
})

describe('parseProxyRanges', () => {
  test('takes addresses and ranges of both families', () => {
    expect(parseProxyRanges(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1'])?.map(([, bits]) => bits)).toEqual([
      8, 32, 32, 128,
    ])
    expect(parseProxyRanges([])).toEqual([])
  })

  test.each([
    '10.0.0.0/33',
    '10.0.0/8',
    '*',
    'localhost',
    '10.0.0.1/',
    '::/129',
    '10.0.0.1-10.0.0.9',
    '0x0a000001',
    '1',
  ])('refuses %j', (text) => {
    expect(parseProxyRanges(['10.0.0.0/8', text])).toBeUndefined()
  })
})

describe('clientAddress', () => {
  const trusted = parseProxyRanges(['10.0.0.0/8']) ?? []

  test('a peer that is no address is unknown, whatever the header says', () => {
    expect(clientAddress('pipe', '198.51.100.1', trusted)).toBe('unknown')
  })

  test('stops at the right-most hop that no trusted proxy added', () => {
    expect(clientAddress('10.0.0.1', '192.0.2.1, 198.51.100.1, 10.0.0.2', trusted)).toBe('198.51.100.1')
    expect(clientAddress('203.0.113.7', '198.51.100.1', trusted)).toBe('203.0.113.7')
    expect(clientAddress('10.0.0.1', '198.51.100.1', [])).toBe('10.0.0.1')
  })

  test('the range 0.0.0.0/0 believes everyone of IPv4 and nobody of IPv6', () => {
    const everyone = parseProxyRanges(['0.0.0.0/0']) ?? []
    expect(clientAddress('203.0.113.7', '198.51.100.1, 192.0.2.1', everyone)).toBe('198.51.100.1')
    expect(clientAddress('2001:db8::1', '198.51.100.1', everyone)).toBe('2001:db8::1')
  })
})

describe('networkOf and hostOf', () => {
  test.each([
    ['198.51.100.1', '198.51.100.0/24', '198.51.100.1'],
    ['::ffff:198.51.100.1', '198.51.100.0/24', '198.51.100.1'],
    ['0.0.0.0', '0.0.0.0/24', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.0/24', '255.255.255.255'],
    ['2001:DB8:0:7:1:2:3:4', '2001:db8:0:7::/64', '2001:db8:0:7::/64'],
    ['2001:db8:0:7:ffff:ffff:ffff:ffff', '2001:db8:0:7::/64', '2001:db8:0:7::/64'],
    ['2001:db8:0:8::1', '2001:db8:0:8::/64', '2001:db8:0:8::/64'],
    ['fe80::1%eth0', 'fe80::/64', 'fe80::/64'],
    ['::1', '::/64', '::/64'],
    ['unknown', 'unknown', 'unknown'],
    ['1', 'unknown', 'unknown'],
    ['', 'unknown', 'unknown'],
    [null, 'unknown', 'unknown'],
  ])('%s is in %s and counts as %s', (address, network, host) => {
    expect(networkOf(address)).toBe(network)
    expect(hostOf(address)).toBe(host)
  })
})
