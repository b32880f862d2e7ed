import { expect, test } from 'bun:test'

const map = await Bun.file('docs/conformance.md').text()

/** The rows of the tables: clause, what holds, and the tests as `path` "name"; "another name of the same file". */
const rows = map.split('\n').flatMap((line) => {
  const [, clause = '', , tests = ''] = line.split(' | ').length === 3 ? line.split(/^\| | \| | \|$/) : []
  return clause === '' || clause === 'clause' || clause === '---' ? [] : [{ clause, tests }]
})
const named = rows.flatMap(({ clause, tests }) => {
  let path = ''
  return [...tests.matchAll(/`(test\/[^`]+)`|"([^"]+)"/g)].flatMap(([, file, name]) => {
    path = file ?? path
    return name === undefined ? [] : [{ clause, path, name }]
  })
})

test('every clause of docs/conformance.md names at least one test', () => {
  expect(rows.length).toBeGreaterThan(80)
  for (const row of rows) expect(named.filter(({ clause }) => clause === row.clause)).not.toEqual([])
})

test('every test that docs/conformance.md names exists', async () => {
  const missing: string[] = []
  for (const { path, name } of named) {
    const file = Bun.file(path)
    if (!(await file.exists()) || !(await file.text()).includes(name)) missing.push(`${path} "${name}"`)
  }
  expect(missing).toEqual([])
})

test('every specification that the provider claims has a section', () => {
  for (const name of [
    'RFC 9700',
    'OAuth 2.1',
    'RFC 7636',
    'RFC 8252',
    'RFC 8414',
    'RFC 9207',
    'RFC 8707',
    'RFC 9068',
    'RFC 7009',
    'RFC 7662',
    'RFC 7591',
    'RFC 7523',
    'RFC 8628',
    'RFC 8693',
    'RFC 9449',
    'RFC 9126',
    'RFC 9396',
    'RFC 9470',
    'RFC 9728',
    'OpenID Connect Core',
    'Discovery',
    'RP-Initiated Logout',
    'Back-Channel Logout',
    'Client ID metadata documents',
  ])
    expect(map).toMatch(new RegExp(`^## .*${name}`, 'm'))
})
