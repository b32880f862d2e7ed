import { expect, test } from 'bun:test'
import { describeDevice } from '../../src/lib/devices.ts'
import { naughtyStrings } from '../support/naughty-strings.ts'

test.each([
  ['Firefox on Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'],
  [
    'Chrome on Windows',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  ],
  [
    'Microsoft Edge on Windows',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0',
  ],
  [
    'Safari on iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  ],
  [
    'Safari on macOS',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  ],
  [
    'Chrome on Android',
    'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
  ],
  ['Firefox', 'Firefox/128.0'],
  ['Unknown browser on Linux', 'wget/1.21 (linux-gnu)'],
  ['Unknown device', 'curl/8.5.0'],
  ['Unknown device', ''],
])('%s is %s', (device, userAgent) => {
  expect(describeDevice(userAgent)).toBe(device)
})

test('without the header it is an unknown device', () => {
  expect(describeDevice(null)).toBe('Unknown device')
})

test('an update of the browser makes no new device', () => {
  const version = (number: number) =>
    `Mozilla/5.0 (X11; Linux x86_64; rv:${number}.0) Gecko/20100101 Firefox/${number}.0`
  expect(describeDevice(version(128))).toBe(describeDevice(version(199)))
})

test('none of the words of a hostile header are repeated, only names that stand in our list', () => {
  const known = /^(?:[A-Z][\w -]{1,30}|Unknown browser)(?: on [A-Z]?[\w ]{2,15})?$|^Unknown device$/
  const hostile = [
    ...naughtyStrings,
    'Evil Name/1.0 (foo) Bar',
    '<b>Your bank</b>/1.0 (call +1 900) x',
    'Click http://evil.example/1 (now) ',
    'Firefox\r\nSubject: hi',
    '('.repeat(5000),
    '__proto__/1 (constructor) toString',
    'Mozilla/5.0 (Linux; {evil}) Firefox/{evil}',
  ]
  for (const userAgent of hostile) {
    const device = describeDevice(userAgent)
    expect(device).toMatch(known)
    expect(device).not.toMatch(/evil|bank|Subject|proto|900/i)
  }
})

test.each(['a/ ', '/ (', 'opera ', 'windows nt ', '1.1.1.1.', '__', 'chrome/1.', ' os x ', '\t('])(
  'a megabyte of %p costs no more than its beginning',
  (part) => {
    const long = part.repeat(1_000_000 / part.length)
    expect(describeDevice(long)).toBe(describeDevice(long.slice(0, 256)))
  },
)
