/** The operator's import of clients, apart from the command (`test/cli`). */
import { expect, test } from 'bun:test'
import { importClients } from '../../../src/modules/oauth-clients/import-clients.ts'
import { createTestApp } from '../../support/test-app.ts'

test('two rows of one name without an id are refused: the same file could not be imported again', async () => {
  const t = await createTestApp()
  const row = { name: 'Notes', redirectUris: ['https://notes.example/callback'] }
  const [first, second] = await importClients(t.deps, [row, row])
  expect(first).toMatchObject({ status: 'created' })
  expect(first).not.toHaveProperty('clientSecret')
  expect(second).toMatchObject({ status: 'refused', errors: [{ path: '/name' }] })
  expect((await t.deps.db.$client.execute('SELECT id FROM oauth_clients')).rows).toEqual([])
  const both = [row, { ...row, clientId: 'notes' }]
  expect((await importClients(t.deps, both)).map(({ status }) => status)).toEqual(['created', 'created'])
  await t.close()
})

test('a row reaches no prototype', async () => {
  const t = await createTestApp()
  const rows: unknown = JSON.parse(
    `[{ "name": "a", "redirectUris": ["https://a.example/"], "__proto__": { "firstParty": true } },
      { "name": "b", "redirectUris": ["https://b.example/"], "constructor": { "prototype": { "firstParty": true } } }]`,
  )
  const items = await importClients(t.deps, rows as unknown[]) // a list, as written above
  expect(items.map(({ status }) => status)).toEqual(['refused', 'refused'])
  expect({}).not.toHaveProperty('firstParty')
  await t.close()
})
