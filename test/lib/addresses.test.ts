import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  canonicalAddress,
  clientOf,
  forwardedAddress,
  hostOf,
  networkOf,
  parseProxyRanges,
  siteOf,
} from '../../src/lib/addresses.ts'

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

describe('clientOf', () => {
  const trusted = parseProxyRanges(['10.0.0.0/8']) ?? []

  test('a peer that is no address is unknown, with any header', () => {
    expect(clientOf('pipe', '198.51.100.1', trusted).address).toBe('unknown')
  })

  test('stops at the right-most hop that no trusted proxy added', () => {
    expect(clientOf('10.0.0.1', '192.0.2.1, 198.51.100.1, 10.0.0.2', trusted).address).toBe('198.51.100.1')
    expect(clientOf('203.0.113.7', '198.51.100.1', trusted).address).toBe('203.0.113.7')
    expect(clientOf('10.0.0.1', '198.51.100.1', []).address).toBe('10.0.0.1')
  })

  test('an address of a translator (NAT64) does not make a proxy trusted', () => {
    expect(clientOf('64:ff9b::10.0.0.1', '203.0.113.7', trusted).address).toBe('64:ff9b::a00:1')
  })

  test('the range 0.0.0.0/0 trusts every IPv4 peer and no IPv6 peer', () => {
    const everyone = parseProxyRanges(['0.0.0.0/0']) ?? []
    expect(clientOf('203.0.113.7', '198.51.100.1, 192.0.2.1', everyone).address).toBe('198.51.100.1')
    expect(clientOf('2001:db8::1', '198.51.100.1', everyone).address).toBe('2001:db8::1')
  })
})

describe('forwardedAddress', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    [' \t203.0.113.7\t ', '203.0.113.7'],
    ['203.0.113.7:51234', '203.0.113.7'],
    ['"203.0.113.7:51234"', '203.0.113.7'],
    ['2001:DB8::7', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['[2001:db8::7]:443', '2001:db8::7'],
    ['"[2001:db8::7]:443"', '2001:db8::7'],
    ['[2001:db8::7]:_port', '2001:db8::7'],
    ['2001:db8:0:0:0:0:0:7:443', '2001:db8::7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:443', '203.0.113.7'],
    ['::FFFF:CB00:7107', '203.0.113.7'],
    ['::ffff:203.0.113.7:51234', '203.0.113.7'],
    ['::ffff:1234:5678', '18.52.86.120'], // two groups, and no port
  ])('reads %j as %s', (item, address) => {
    expect(forwardedAddress(item)).toBe(address)
  })

  test.each([
    '',
    ' ',
    'unknown',
    '_hidden',
    'localhost',
    '203.0.113',
    '203.0.113.256',
    '203.0.113.7:',
    '203.0.113.7:x',
    '203.0.113.7:123456',
    '203.0.113.7:80:80',
    '203.0.113.7 198.51.100.1',
    '203.0.113.7%eth0',
    '[203.0.113.7]:80',
    '[2001:db8::7',
    '2001:db8::7]',
    '[[2001:db8::7]]',
    '[]',
    '[]:80',
    '""',
    '"',
    'for=203.0.113.7',
    '3405803783',
    '0xcb.0.0x71.7',
    '203.0.113.7/24',
    '203.0.113.7\u0000',
  ])('takes %j for no address', (item) => {
    expect(forwardedAddress(item)).toBeUndefined()
  })

  const v4 = fc.ipV4()
  const v6 = fc.ipV6()
  const port = fc.integer({ min: 0, max: 65_535 })
  const spelled = fc.oneof(
    fc.tuple(v4, fc.constant(undefined)),
    fc.tuple(v4, port).map(([address, number]) => [address, `${address}:${number}`] as const),
    fc.tuple(v6, fc.constant(undefined)),
    v6.map((address) => [address, `[${address}]`] as const),
    fc.tuple(v6, port).map(([address, number]) => [address, `[${address}]:${number}`] as const),
    fc.tuple(v6, port).map(([address, number]) => [address, `"[${address}]:${number}"`] as const),
  )
  const blanks = fc.constantFrom('', ' ', '\t', ' \t ')

  test('finds the client in any list of any spellings, also with items that the client put before its own', () => {
    const trusted = parseProxyRanges(['10.0.0.0/8']) ?? []
    const hop = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.option(port)).map(([last, number]) => {
      const address = `10.0.0.${last}`
      return number === null ? address : `${address}:${number}`
    })
    const filler = fc.array(fc.constantFrom('', ' '), { maxLength: 2 })
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 30 }), { maxLength: 5 }),
        spelled,
        fc.array(fc.tuple(hop, filler), { maxLength: 4 }),
        filler,
        blanks,
        (invented, [address, text], hops, empty, blank) => {
          fc.pre(!address.startsWith('10.'))
          const expected = canonicalAddress(address)
          fc.pre(expected !== undefined && !expected.startsWith('10.')) // IPv4 in IPv6
          const items = [...invented, `${blank}${text ?? address}${blank}`, ...empty]
          for (const [proxy, more] of hops) items.push(proxy, ...more)
          expect(clientOf('10.9.9.9', items.join(','), trusted)).toEqual({
            address: expected as string,
            unreadable: false,
          })
        },
      ),
      { numRuns: 500 },
    )
  })

  test('never throws, and answers one spelling or nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const address = forwardedAddress(text)
        if (address !== undefined) expect(canonicalAddress(address)).toBe(address)
      }),
      { numRuns: 2_000 },
    )
  })

  test('an unreadable item ends the walk and is reported', () => {
    const trusted = parseProxyRanges(['10.0.0.0/8']) ?? []
    expect(clientOf('10.0.0.1', '203.0.113.7, unknown', trusted)).toEqual({ address: '10.0.0.1', unreadable: true })
    expect(clientOf('10.0.0.1', '203.0.113.7', trusted)).toEqual({ address: '203.0.113.7', unreadable: false })
    expect(clientOf('10.0.0.1', ' , ,', trusted)).toEqual({ address: '10.0.0.1', unreadable: false })
  })
})

describe('siteOf', () => {
  test.each([
    ['2001:db8:1:7::5', '2001:db8:1::/48'],
    ['2001:DB8:1:ffff:ffff::', '2001:db8:1::/48'],
    ['2001:db8:2::', '2001:db8:2::/48'],
    ['::1', '::/48'],
  ])('%s is in %s', (address, site) => {
    expect(siteOf(address)).toBe(site)
  })

  test.each(['198.51.100.1', '::ffff:198.51.100.1', '64:ff9b::198.51.100.1', 'unknown', '', null])(
    '%s is in none',
    (address) => {
      expect(siteOf(address)).toBeUndefined()
    },
  )
})

describe('networkOf and hostOf', () => {
  test.each([
    ['198.51.100.1', '198.51.100.0/24', '198.51.100.1'],
    ['::ffff:198.51.100.1', '198.51.100.0/24', '198.51.100.1'],
    ['64:ff9b::198.51.100.1', '198.51.100.0/24', '198.51.100.1'], // translators: else all of IPv4 were one /64
    ['::ffff:0:198.51.100.1', '198.51.100.0/24', '198.51.100.1'],
    ['64:ff9b:1::198.51.100.1', '64:ff9b:1::/64', '64:ff9b:1::/64'], // where IPv4 stands in it is up to its owner
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
