/** The commands of docs/import.md, on exports as those systems write them: what comes out is imported and signs in. */
import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemCause } from '../../../src/core/events/new-event.ts'
import { readRows } from '../../../src/operator/cli/import/read-rows.ts'
import { readHash } from '../../../src/lib/foreign-hashes/read-hash.ts'
import { importUsers } from '../../../src/modules/users/import-users.ts'
import { createBunPasswords } from '../../../src/platform/passwords/passwords.bun.ts'
import { cleanUp, newFolder } from '../../process/support/server.ts'
import { publishedHashes } from '../../support/foreign-hashes.ts'
import { createTestApp } from '../../support/test-app.ts'

afterAll(cleanUp)

const DOCUMENT = join(import.meta.dir, '../../../docs/import.md')
const blocks = [...(await Bun.file(DOCUMENT).text()).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text)

/** The block that holds the word, from there on. */
function commandOf(word: string): string {
  const found = blocks.find((text) => text.includes(word))
  if (found === undefined) throw new Error(`no command with ${word} in docs/import.md`)
  return found.slice(found.indexOf(word))
}

const hashOf = (from: string, made?: string) => {
  const found = publishedHashes.find((one) => one.from.startsWith(from) && (made === undefined || one.made === made))
  if (!found) throw new Error(`no published hash of ${from}`)
  return found
}

/** Runs the command in a folder; its users.jsonl, judged row by row. */
async function importedBy(folder: string, command: string) {
  const shell = Bun.spawn(['sh', '-ec', command], { cwd: folder, stderr: 'pipe', stdout: 'ignore', stdin: 'ignore' })
  expect(await new Response(shell.stderr).text()).toBe('')
  const rows: unknown[] = []
  for await (const row of readRows(Bun.file(join(folder, 'users.jsonl')).stream())) {
    if ('refused' in row) throw new Error(row.refused)
    rows.push(row.value)
  }
  const t = await createTestApp()
  const report = await importUsers(t.deps, systemCause, rows)
  await t.close()
  expect(report.items.map(({ errors }) => errors)).toEqual(rows.map(() => undefined))
  return rows as { email: string; passwordHash: string | null }[] // the report said that they are
}

async function expectOpened(passwordHash: string | null | undefined, password: string) {
  expect(await createBunPasswords().verify(password, passwordHash ?? '')).toBeTrue()
}

/** Tools of the operator who imports, not ours. Without them these tests are skipped. */
const has = (program: string) => Bun.which(program) !== null

test.skipIf(!has('jq'))('Firebase', async () => {
  const published = hashOf('Firebase, the example')
  const [, signerKey = '', salt = '', passwordHash = ''] = /sk=([^$]+)\$([^$]+)\$(.+)$/.exec(published.hash) ?? []
  const folder = newFolder()
  const person = {
    localId: 'x',
    email: 'user1@test.com',
    emailVerified: false,
    passwordHash,
    salt,
    displayName: 'Test User 1',
    createdAt: '1504046364000',
  }
  const others = [
    {
      localId: 'y',
      email: 'google@test.com',
      emailVerified: true,
      createdAt: '1504046364000',
      disabled: true,
      providerUserInfo: [],
    },
    { localId: 'z', phoneNumber: '+15555550100', createdAt: '1504046364000' },
  ]
  writeFileSync(join(folder, 'firebase.json'), JSON.stringify({ users: [person, ...others] }))
  const rows = await importedBy(folder, commandOf('jq -c --arg ss').replace('base64_signer_key', signerKey))
  expect(rows).toMatchObject([
    { email: 'user1@test.com', name: 'Test User 1', createdAt: '2017-08-29T22:39:24Z', status: 'active' },
    { email: 'google@test.com', emailVerified: true, status: 'disabled', passwordHash: null },
  ])
  await expectOpened(rows[0]?.passwordHash, published.password)
})

test.skipIf(!has('jq'))('Keycloak', async () => {
  const published = hashOf('Keycloak')
  const [, , , salt, value] = published.hash.split('$')
  const argon2 = hashOf('the reference', 'argon2id')
  const [, , , , argonSalt, argonValue] = argon2.hash.split('$')
  const user = (
    email: string,
    algorithm: string,
    hashIterations: number,
    secret: object,
    additionalParameters: object,
  ) => ({
    username: email,
    email,
    emailVerified: true,
    firstName: 'Ada',
    enabled: true,
    createdTimestamp: 1_504_046_364_123,
    credentials: [
      { type: 'otp', secretData: '{}' },
      {
        type: 'password',
        secretData: JSON.stringify({ ...secret, additionalParameters: {} }),
        credentialData: JSON.stringify({ hashIterations, algorithm, additionalParameters }),
      },
    ],
  })
  const padded = (text = '') => text.padEnd(Math.ceil(text.length / 4) * 4, '=')
  const parameters = { hashLength: ['32'], memory: ['65536'], type: ['id'], version: ['1.3'], parallelism: ['1'] }
  const folder = newFolder()
  mkdirSync(join(folder, 'export'))
  const users = [
    user('a@example.com', 'pbkdf2-sha512', 210_000, { value: padded(value), salt: padded(salt) }, {}),
    user('b@example.com', 'argon2', 2, { value: padded(argonValue), salt: padded(argonSalt) }, parameters),
    { username: 'service-account', enabled: true, createdTimestamp: 1 },
    { username: 'c', email: 'c@example.com', emailVerified: false, enabled: false, createdTimestamp: 1 },
  ]
  writeFileSync(join(folder, 'export/my-realm-realm.json'), JSON.stringify({ realm: 'my-realm', users }))
  const rows = await importedBy(folder, commandOf("jq -c '.users[] | select(.email) | (["))
  expect(rows.map(({ email }) => email)).toEqual(['a@example.com', 'b@example.com', 'c@example.com'])
  await expectOpened(rows[0]?.passwordHash, published.password)
  await expectOpened(rows[1]?.passwordHash, argon2.password)
  expect(rows[2]).toMatchObject({ passwordHash: null, status: 'disabled', name: '' })
})

test.skipIf(!has('sqlite3'))('better-auth on SQLite', async () => {
  const { hash, password } = hashOf('better-auth')
  const folder = newFolder()
  const schema = `CREATE TABLE user (id TEXT, name TEXT, email TEXT, emailVerified INTEGER, createdAt TEXT);
    CREATE TABLE account (id TEXT, userId TEXT, providerId TEXT, password TEXT);
    INSERT INTO user VALUES ('1', 'Ada "A" Lovelace', 'ada@example.com', 1, ''), ('2', 'Bob', 'bob@example.com', 0, '');
    INSERT INTO account VALUES ('1', '1', 'google', NULL), ('2', '1', 'credential', '${hash}'), ('3', '2', 'google', NULL);`
  const made = Bun.spawn(['sqlite3', join(folder, 'auth.db'), schema])
  expect(await made.exited).toBe(0)
  const rows = await importedBy(folder, commandOf('sqlite3 auth.db'))
  expect(rows).toEqual([
    { email: 'ada@example.com', name: 'Ada "A" Lovelace', emailVerified: true, passwordHash: hash },
    { email: 'bob@example.com', name: 'Bob', emailVerified: false, passwordHash: null },
  ] as unknown as typeof rows)
  await expectOpened(rows[0]?.passwordHash, password)
})

test('the hash in the example of a CSV is one that is taken', async () => {
  const [hash = ''] = /\$2b\$12\$[./A-Za-z0-9]{53}/.exec(await Bun.file(DOCUMENT).text()) ?? []
  expect(readHash(hash)).toMatchObject({ kind: 'bcrypt' })
})
