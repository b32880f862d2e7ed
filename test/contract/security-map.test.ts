import { expect, test } from 'bun:test'

const map = await Bun.file('docs/security.md').text()

/** `path` "name"; "another name of the same file" */
const named = map.split('\n').flatMap((line) => {
  if (!/^\| \d/.test(line)) return []
  const cells = line.split('|')
  let path = ''
  return [...(cells.at(-2) ?? '').matchAll(/`(test\/[^`]+)`|"([^"]+)"/g)].flatMap(([, file, name]) => {
    path = file ?? path
    return name === undefined ? [] : [{ number: cells[1]?.trim() ?? '', path, name }]
  })
})

test('every line of docs/security.md names at least one test', () => {
  const lines = [...map.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => number)
  expect(lines.length).toBeGreaterThan(20)
  for (const number of lines) expect(named.filter((entry) => entry.number === number)).not.toEqual([])
})

test('every test named in docs/security.md exists', async () => {
  const missing: string[] = []
  for (const { path, name } of named) {
    const file = Bun.file(path)
    if (!(await file.exists()) || !(await file.text()).includes(name)) missing.push(`${path} "${name}"`)
  }
  expect(missing).toEqual([])
})
