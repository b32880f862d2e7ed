/** Security notes, line 25; RFC 9700 §4.1: redirect URIs are compared as text, and one policy holds for all of them. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { matchesRedirectUri, redirectUriFault } from '../../../src/modules/oauth-clients/redirect-uri.ts'

const REGISTERED = 'https://notes.example/callback'

/** What attackers try in the place of `REGISTERED`. */
const MUTATIONS = [
  'https://notes.example/callback/',
  'https://notes.example/Callback',
  'https://notes.example/callback?',
  'https://notes.example/callback?x=1',
  'https://notes.example/callback#',
  'https://notes.example/callback#access_token=1',
  'https://notes.example/callback/../steal',
  'https://notes.example/callback/%2e%2e/steal',
  'https://notes.example/%63allback',
  'https://notes.example//callback',
  'https://notes.example/callback;x',
  'https://notes.example:443/callback',
  'https://notes.example:8443/callback',
  'https://notes.example./callback',
  'https://NOTES.example/callback',
  'https://notes.example.evil.example/callback',
  'https://notes.example@evil.example/callback',
  'https://evil.example/https://notes.example/callback',
  'https://evil.example\\@notes.example/callback',
  'https://sub.notes.example/callback',
  'http://notes.example/callback',
  ' https://notes.example/callback',
  'https://notes.example/callback\n',
  '//notes.example/callback',
  'https:/notes.example/callback',
  'https://notes.example/callbac',
  'https://nоtes.example/callback', // a Cyrillic o
  'https://notes.example/call\0back',
  'https://*.example/callback',
  '',
]

describe('a redirect URI of a request', () => {
  test(`is none of ${MUTATIONS.length} mutations of the registered one`, () => {
    expect(matchesRedirectUri([REGISTERED], REGISTERED)).toBe(true)
    expect(MUTATIONS.filter((uri) => matchesRedirectUri([REGISTERED], uri))).toEqual([])
  })

  test('is the registered one, whatever is changed in it', () => {
    const mutated = fc
      .tuple(fc.nat(REGISTERED.length), fc.nat(3), fc.string({ maxLength: 4 }))
      .map(([at, cut, put]) => REGISTERED.slice(0, at) + put + REGISTERED.slice(at + cut))
    fc.assert(
      fc.property(mutated, (uri) => matchesRedirectUri([REGISTERED], uri) === (uri === REGISTERED)),
      { numRuns: 2000 },
    )
  })

  test('matches a loopback URI on any port: RFC 8252 §7.3', () => {
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      const registered = [`http://${host}/callback`]
      for (const port of ['', ':1', ':8080', ':65535'])
        expect(matchesRedirectUri(registered, `http://${host}${port}/callback`)).toBe(true)
      expect(matchesRedirectUri([`http://${host}:3000/callback`], `http://${host}:4000/callback`)).toBe(true)
      expect(matchesRedirectUri([`http://${host}`], `http://${host}:4000`)).toBe(true)
      for (const wrong of [
        `http://${host}:0/callback`,
        `http://${host}:65536/callback`,
        `http://${host}:080/callback`,
        `http://${host}:/callback`,
        `http://${host}:8080/other`,
        `http://${host}:8080/callback/`,
        `http://${host}:8080/callback?x`,
        `http://${host}:8080/callback#x`,
        `http://${host}:80@evil.example/callback`,
        `http://${host}.evil.example:80/callback`,
        `https://${host}:8080/callback`,
      ])
        expect(matchesRedirectUri(registered, wrong), wrong).toBe(false)
    }
    expect(matchesRedirectUri(['http://127.0.0.1/cb'], 'http://localhost:1/cb')).toBe(false)
    expect(matchesRedirectUri(['https://notes.example/cb'], 'https://notes.example:1/cb')).toBe(false)
  })
})

describe('a client may have', () => {
  test.each([
    'https://notes.example/callback',
    'https://notes.example',
    'https://notes.example:8443/cb?tenant=1',
    'http://127.0.0.1/cb',
    'http://127.0.0.1:8080/cb',
    'http://[::1]/cb',
    'http://localhost',
    'com.example.notes:/callback',
    'com.example.notes://callback',
    'com.example.notes://auth.example/callback?x=1',
  ])('%s', (uri) => expect(redirectUriFault(uri)).toBeUndefined())

  test('a scheme without a dot, if an administrator vouches for it', () => {
    for (const uri of ['notes://callback', 'cursor://anysphere.cursor-retrieval/oauth/callback', 'vscode:/x']) {
      expect(redirectUriFault(uri)).toContain('a dot')
      expect(redirectUriFault(uri, { trusted: true })).toBeUndefined()
    }
  })
})

test('nobody may have one that is dangerous, or that browsers spell in another way', () => {
  const refused = [
    ...MUTATIONS.filter((uri) => /[#*\\\s\0]|@|о/.test(uri)),
    'https://notes.example/cb?code=1',
    'https://notes.example/cb?tenant=1&iss=https%3A%2F%2Fevil.example',
    'https://notes.example/cb?st%61te=1',
    'com.example.notes:/cb?error=x',
    'http://notes.example/cb',
    'http://127.0.0.2/cb',
    'http://0.0.0.0/cb',
    'http://localhost.evil.example/cb',
    'http://127.1/cb',
    'http://user@127.0.0.1/cb',
    'https://user:password@notes.example/cb',
    'https://notes.example:443/cb',
    'https://NOTES.example/cb',
    'https://notes.example/a/../cb',
    'https:///cb',
    'https:notes.example/cb',
    'https://xn--/cb',
    'https://notes.example/%zz',
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://notes.example/1',
    'about:blank',
    'intent://x#Intent;end',
    'content://x',
    'mailto:x@notes.example',
    'ws://notes.example/',
    'com.example.notes:',
    'com.example.notes://user@host/',
    'urn:x:y',
    '/callback',
    'callback',
    `https://notes.example/${'x'.repeat(2000)}`,
  ]
  for (const trusted of [true, false])
    expect(refused.filter((uri) => redirectUriFault(uri, { trusted }) === undefined)).toEqual([])
})
