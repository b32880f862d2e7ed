import { describe, expect, test } from 'bun:test'
import {
  readDeviceCookie,
  readFlowCookie,
  readSessionCookie,
  writeDeviceCookie,
  writeFlowCookie,
  writeSessionCookie,
} from '../../src/lib/cookies.ts'

const HTTPS = 'https://id.example.com'
const HTTP = 'http://localhost:3000'

describe('writeSessionCookie', () => {
  test('over https: __Host-, Secure, HttpOnly, SameSite, Path=/ and no Domain', () => {
    const parts = writeSessionCookie(HTTPS, 'value', 60).split('; ')
    expect(parts[0]).toBe('__Host-session=value')
    expect(parts.slice(1).sort()).toEqual(['HttpOnly', 'Max-Age=60', 'Path=/', 'SameSite=Lax', 'Secure'])
  })

  test('over http in development: no prefix, still HttpOnly and SameSite', () => {
    const parts = writeSessionCookie(HTTP, 'value', 60).split('; ')
    expect(parts[0]).toBe('session_3000=value')
    expect(parts.slice(1).sort()).toEqual(['HttpOnly', 'Max-Age=60', 'Path=/', 'SameSite=Lax'])
  })

  test.each([
    ['http://localhost:3000', 'http://localhost:3001'],
    ['http://localhost', 'http://localhost:3000'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8081'],
    ['http://[::1]:3000', 'http://[::1]'],
  ])('over http two apps of one host, %s and %s, use different cookie names', (one, other) => {
    for (const [write, read] of [
      [writeSessionCookie, readSessionCookie],
      [writeDeviceCookie, readDeviceCookie],
      [writeFlowCookie, readFlowCookie],
    ] as const) {
      const jar = [write(one, 'one', 60), write(other, 'other', 60)].map((line) => line.split('; ')[0]).join('; ')
      expect([read(jar, one), read(jar, other)]).toEqual(['one', 'other'])
    }
  })

  test('an empty value with no life removes it', () => {
    expect(writeSessionCookie(HTTPS, '', 0)).toContain('Max-Age=0')
  })
})

describe('readSessionCookie', () => {
  test('reads what was written, among others', () => {
    expect(readSessionCookie('a=b; __Host-session=value; c=d', HTTPS)).toBe('value')
    expect(readSessionCookie('session_3000=value', HTTP)).toBe('value')
  })

  test('does not take the unprefixed cookie of a subdomain or of http for it', () => {
    expect(readSessionCookie('session=planted', HTTPS)).toBeUndefined()
    expect(readSessionCookie('__host-session=planted', HTTPS)).toBeUndefined()
    expect(readSessionCookie('x__Host-session=planted', HTTPS)).toBeUndefined()
  })

  test.each([null, '', ';', '=', '__Host-session', 'toString=x', '__proto__=x'])('%j holds none', (header) => {
    expect(readSessionCookie(header, HTTPS)).toBeFalsy()
  })

  test('a value that is no percent-encoding is still only text', () => {
    expect(readSessionCookie('__Host-session=%E0%A4%A', HTTPS)).toBe('%E0%A4%A')
  })
})
