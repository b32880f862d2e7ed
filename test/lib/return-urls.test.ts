/** Where the sign-in page may lead: own pages and RETURN_URLS, and nowhere else. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { returnOfSignIn } from '../../src/lib/return-urls.ts'

const CONFIG = { appUrl: 'https://id.example', returnUrls: ['https://app.example/signed-in'] }
const leads = (asked: string | null) => returnOfSignIn(CONFIG, asked)

describe('an own page is where the sign-in leads', () => {
  test.each([
    ['/', '/'],
    ['/account', '/account'],
    ['/account#security', '/account'],
    ['/account/security?x=1#a-b', '/account/security?x=1'],
    ['/console/users/usr_1#x', '/console/users/usr_1'],
    ['/docs', '/docs'],
    ['/docs/api/users', '/docs/api/users'],
    ['/docs/tokens#the-requests', '/docs/tokens'],
    ['/setup', '/setup'],
  ])('%s', (asked, path) => {
    expect(leads(asked)).toBe(`https://id.example${path}`)
  })
})

describe('nothing else is', () => {
  test.each([
    null,
    '',
    '#',
    '/account#x?y',
    '/account#//evil.example',
    '/account#x#y',
    '/oauth/authorize?x=1#token',
    '/device#x',
    '#/account',
    '//evil.example',
    '/\\evil.example',
    '/docs//evil.example',
    '/docs/../v1/me',
    '/docs/..%2fv1',
    '/docs/',
    '/docsx',
    '/docs.evil.example',
    '/setup/x',
    '/setup@evil.example',
    '/account\n#x',
    '/account#x\n\n'.replace('#', '\n#'),
    'javascript:alert(1)#/account',
    'https://evil.example#/account',
    'https://app.example/signed-in#x',
    'https://id.example/account',
  ])('%j', (asked) => {
    expect(leads(asked)).toBeUndefined()
  })

  test('whatever is asked for, the target is of this server without a fragment, or one of RETURN_URLS', () => {
    const hostile = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            '/',
            '//',
            '\\',
            '#',
            '?',
            '@',
            ':',
            '..',
            '%2f',
            '\t',
            '\n',
            '\r',
            '\0',
            'docs',
            'setup',
            'console',
          ),
          fc.constantFrom('/account', '/docs', 'https:', 'javascript:', 'evil.example', '%0a', '%5c'),
          fc.string({ maxLength: 4, unit: 'binary' }),
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(hostile, (asked) => {
        const target = leads(asked)
        if (target === undefined || CONFIG.returnUrls.includes(target)) return
        const url = new URL(target)
        expect([url.origin, url.hash, url.username]).toEqual([CONFIG.appUrl, '', ''])
        // What the browser opens is what was compared.
        expect([url.pathname, target.startsWith(`${CONFIG.appUrl}/`)]).toEqual([/^[^?#]*/.exec(asked)?.[0] ?? '', true])
      }),
      { numRuns: 3000 },
    )
  })
})
