/** The index that the build makes, and what the search in the browser finds in it. */
import { beforeAll, expect, test } from 'bun:test'
import { makeAssets } from '../../../src/build/assets.ts'
import { searchIndex } from '../../../src/build/docs/search-index.ts'
import { type Finder, openIndex } from '../../../src/modules/docs/browser/find.ts'
import type { SearchEntry, SearchIndex } from '../../../src/modules/docs/search-words.ts'

let finder: Finder
let index: SearchIndex
beforeAll(async () => {
  const file = (await makeAssets('docs')).get('docs/search.json')
  index = JSON.parse((await file?.text()) ?? '') as SearchIndex // written by the build
  finder = openIndex(index)
})

const urls = (query: string, limit = 5) => finder.find(query, limit).map(({ url }) => url)

test.each([
  ['passkeys', '/docs/passkeys'],
  ['sessions', '/docs/sessions'],
  ['deploy', '/docs/deploy'],
  ['user.not_found', '/docs/errors#user.not_found'],
  ['session expired', '/docs/errors#session.expired'],
  ['sign in with username and password', '/docs/api/auth#signIn'],
  ['listMySessions', '/docs/api/me#listMySessions'],
  ['DELETE /v1/me/sessions', '/docs/api/me#endMyOtherSessions'],
])('“%s” finds its page first', (query, url) => {
  expect(urls(query)[0]).toBe(url)
})

test.each([
  ['remembered devices', '/docs/mfa'],
  ['dpop nonce', '/docs/tokens'],
  ['restore backup', '/docs/operations'],
  ['argon2', '/docs/import'],
  ['acting as a user', '/docs/users#acting-as-a-user'],
])('“%s” finds the guide that has it', (query, url) => {
  expect(urls(query, 12).map((found) => found.slice(0, url.length))).toContain(url)
})

test('an unfinished word, another case and a plural find the same', () => {
  expect(urls('passk')).toContain('/docs/passkeys')
  expect(urls('PASSKEY')).toEqual(urls('passkeys'))
})

test('a query that finds nothing, is empty or is only signs has no result', () => {
  for (const query of ['xyzzyqwert', '', '   ', '…/()', '<zzzzq>']) expect([query, urls(query)]).toEqual([query, []])
})

test('every entry is found by its own name', () => {
  const lost = index.entries.filter(([, title, heading, url]) => {
    const name = heading === '' ? title : `${title} ${heading}`
    return !finder.find(name, 60).some((found) => found.url === url)
  })
  expect(index.entries.length).toBeGreaterThan(600)
  expect(lost.map(([, title, heading]) => `${title} › ${heading}`)).toEqual([])
})

test('a title counts more than a heading, and a heading more than a text', () => {
  const entry = (title: string, heading: string, text: string) =>
    ({ kind: 'guide', title, heading, url: `/${title}${heading}`, excerpt: '', text }) as const
  const small = openIndex(
    searchIndex([
      entry('First', '', 'about walruses'),
      entry('Second', 'A walrus', 'other'),
      entry('Walrus', '', 'other'),
      entry('Walrus', 'Other', 'other'),
    ]),
  )
  const found = (query: string): string[] => small.find(query, 9).map(({ url }: SearchEntry) => url)
  expect(found('walrus')).toEqual(['/Walrus', '/SecondA walrus', '/WalrusOther', '/First'])
})
