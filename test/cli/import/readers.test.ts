/**
 * The exports of eight systems. The files in `exports` are written after their documented formats, and the test puts real
 * hashes of the password into them.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createCipheriv, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommandLine } from '../../../src/operator/cli/command.ts'
import { type ReaderName, readerNames } from '../../../src/operator/cli/import/readers/readers.ts'
import { importCommand } from '../../../src/operator/cli/users-import.ts'
import { runOperation } from '../../../src/operator/operations.ts'
import { cleanUp, newFolder } from '../../process/support/server.ts'
import { call } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { fakeTerminal } from '../support/terminal.ts'

const PASSWORD = 'the old password'

async function realHashes(): Promise<Record<string, string>> {
  const argon2id = await Bun.password.hash(PASSWORD, { algorithm: 'argon2id', memoryCost: 1024, timeCost: 2 })
  const [, , , parameters = '', salt = '', value = ''] = argon2id.split('$')
  const pbkdf2Salt = randomBytes(16)
  const betterAuthSalt = randomBytes(16).toString('hex')
  const cost = { N: 16_384, r: 16, p: 1, maxmem: 64 * 1024 * 1024 }
  const signerKey = randomBytes(64)
  const firebaseSalt = randomBytes(12)
  const firebaseKey = scryptSync(PASSWORD, Buffer.concat([firebaseSalt, Buffer.from('Bw==', 'base64')]), 32, {
    N: 2 ** 14,
    r: 8,
    p: 1,
    maxmem: 64 * 1024 * 1024,
  })
  return {
    bcrypt: await Bun.password.hash(PASSWORD, { algorithm: 'bcrypt', cost: 4 }),
    argon2i: await Bun.password.hash(PASSWORD, { algorithm: 'argon2i', memoryCost: 1024, timeCost: 3 }),
    argon2id,
    'argon2id-memory': /m=(\d+)/.exec(parameters)?.[1] ?? '',
    'argon2id-salt': Buffer.from(salt, 'base64').toString('base64'),
    'argon2id-value': Buffer.from(value, 'base64').toString('base64'),
    'pbkdf2-salt': pbkdf2Salt.toString('base64'),
    'pbkdf2-value': pbkdf2Sync(PASSWORD, pbkdf2Salt, 1000, 64, 'sha512').toString('base64'),
    'better-auth': `${betterAuthSalt}:${scryptSync(PASSWORD, betterAuthSalt, 64, cost).toString('hex')}`,
    firebase: createCipheriv('aes-256-ctr', firebaseKey, Buffer.alloc(16)).update(signerKey).toString('base64'),
    'firebase-salt': firebaseSalt.toString('base64'),
    'firebase-signer-key': signerKey.toString('base64'),
  }
}

const EXPORTS = join(import.meta.dir, 'exports')
let hashes: Record<string, string>
let folder: string
beforeAll(async () => {
  hashes = await realHashes()
  folder = newFolder()
})
afterAll(cleanUp)

/** The file with real hashes. */
function exportOf(name: string): string {
  const text = readFileSync(join(EXPORTS, name), 'utf8').replaceAll(/@([a-z0-9-]+)@/g, (whole, hash: string) => {
    return hashes[hash] ?? whole
  })
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

async function importInto(t: TestApp, words: string[]) {
  const { terminal, out, notes } = fakeTerminal({})
  const ask = ((name, input) => runOperation(t.deps, name, input)) as Parameters<typeof importCommand>[0]['ask']
  const code = await runCommandLine(importCommand({ ask, together: (work) => work(ask), terminal }), words, terminal)
  return { code, out: out(), notes: notes() }
}

/** The columns of a user for whom the other system has nothing of this kind. */
const NO_PROFILE = { username: null, public_metadata: '{}', private_metadata: '{}' }

interface Case {
  from: ReaderName
  file: string
  more?: () => string[]
  created: number
  exists?: number
  /** The columns of the users by the first part of their e-mail. */
  users: Record<string, Partial<Record<'name' | 'email_verified' | 'status' | 'at' | keyof typeof NO_PROFILE, unknown>>>
  /** Who signs in with the old password. */
  signsIn: readonly string[]
  /** What is said to be left out. */
  left: string[]
}

const config = () => ['--firebase-config', exportOf('firebase-config.txt')]
const ADA_OF_FIREBASE = { name: 'Ada Lovelace', email_verified: 1, status: 'active', at: '2017-02-05T19:47:07.000Z' }
const ofFirebase = {
  from: 'firebase',
  more: config,
  created: 2,
  users: {
    grace: { ...NO_PROFILE, email_verified: 0, status: 'disabled' },
  },
  signsIn: ['ada@firebase.test'],
} as const
const cases: readonly Case[] = [
  {
    from: 'better-auth',
    file: 'better-auth.jsonl',
    created: 3,
    users: {
      ada: {
        ...NO_PROFILE,
        username: 'ada',
        name: 'Ada Lovelace',
        email_verified: 1,
        status: 'active',
        at: '2024-02-03T10:20:30.123Z',
      },
      grace: { name: 'Grace Hopper', email_verified: 0, status: 'active', at: '2024-02-03T10:20:30.000Z' },
      banned: { status: 'disabled', at: '2024-02-03T10:20:30.123Z' },
    },
    signsIn: ['ada@better-auth.test', 'grace@better-auth.test'],
    left: [
      'role (1)',
      'displayUsername (1)',
      'accounts at other providers (1)',
      'image (1)',
      'banReason (1)',
      'anonymous users (1)',
      'id (3)',
    ],
  },
  {
    from: 'auth0',
    file: 'auth0.ndjson',
    more: () => ['--auth0-passwords', exportOf('auth0-passwords.ndjson')],
    created: 3,
    exists: 1,
    users: {
      ada: {
        name: 'Ada Lovelace',
        username: 'ada',
        email_verified: 1,
        status: 'active',
        at: '2020-10-06T15:36:07.501Z',
        public_metadata: '{"user_metadata":{"plan":"pro"}}',
        private_metadata: '{"crmId":4711}',
      },
      grace: { name: 'Grace Hopper', email_verified: 1, status: 'disabled' },
      euclid: { name: 'Euclid', email_verified: 0 },
    },
    signsIn: ['ada@auth0.test', 'euclid@auth0.test'],
    left: ['identities (1)', 'nickname (1)', 'users without an e-mail (1)'],
  },
  {
    from: 'auth0',
    file: 'auth0-passwords.ndjson',
    created: 3,
    users: { euclid: { name: '', email_verified: 1 } },
    signsIn: ['ada@auth0.test', 'euclid@auth0.test', 'grace@auth0.test'],
    left: ['tenant (3)', 'connection (3)'],
  },
  {
    from: 'clerk',
    file: 'clerk.csv',
    created: 3,
    users: {
      ada: { ...NO_PROFILE, name: 'Ada Lovelace', username: 'ada', email_verified: 1, status: 'active' },
      grace: { ...NO_PROFILE, name: 'Grace', email_verified: 0 },
      old: { email_verified: 1 },
    },
    signsIn: ['ada@clerk.test', 'grace@clerk.test'],
    left: ['totp_secret (1)', 'other e-mails of users (1)', 'passwords with md5 (1)', 'users without'],
  },
  {
    ...ofFirebase,
    file: 'firebase.json',
    users: { ...ofFirebase.users, ada: { ...ADA_OF_FIREBASE, public_metadata: '{"admin":true}' } },
    left: ['phoneNumber (1)', 'providerUserInfo (1)', 'users without an e-mail (1)'],
  },
  {
    ...ofFirebase,
    file: 'firebase.csv',
    users: { ...ofFirebase.users, ada: { ...ADA_OF_FIREBASE, public_metadata: '{"plan":"pro"}' } },
    left: ['phoneNumber (1)', 'googleId (1)'],
  },
  {
    from: 'keycloak',
    file: 'keycloak.json',
    created: 2,
    users: {
      ada: {
        name: 'Ada Lovelace',
        username: 'ada',
        email_verified: 1,
        status: 'active',
        at: '2020-01-01T00:00:00.000Z',
        public_metadata: '{}',
        private_metadata: '{"attributes":{"department":["maths"]}}',
      },
      grace: { ...NO_PROFILE, name: '', email_verified: 0, status: 'disabled' },
    },
    signsIn: ['ada@keycloak.test'],
    left: [
      'credentials otp (1)',
      'realmRoles (1)',
      'groups (1)',
      'service accounts (1)',
      'users without an e-mail (1)',
    ],
  },
  {
    from: 'logto',
    file: 'logto.csv',
    created: 3,
    users: {
      ada: {
        name: 'Ada Lovelace',
        username: 'ada',
        email_verified: 1,
        status: 'active',
        at: '2023-01-02T03:04:05.678Z',
        public_metadata: '{"custom_data":{"plan":"pro"}}',
        private_metadata: '{}',
      },
      grace: { ...NO_PROFILE, status: 'disabled' },
    },
    signsIn: ['ada@logto.test'],
    left: ['identities (1)', 'primary_phone (1)', 'passwords with MD5 (1)', 'users without an e-mail (1)'],
  },
  {
    from: 'pocketbase',
    file: 'pocketbase.json',
    created: 2,
    users: {
      ada: { name: 'Ada Lovelace', email_verified: 1, at: '2022-06-25T11:03:35.163Z' },
      grace: { ...NO_PROFILE, name: '', username: 'grace', email_verified: 0 },
    },
    signsIn: ['ada@pocketbase.test', 'grace@pocketbase.test'],
    left: ['tokenKey (1)', 'users without an e-mail (1)'],
  },
  {
    from: 'supabase',
    file: 'supabase.csv',
    created: 2,
    users: {
      ada: {
        name: 'Ada Lovelace',
        username: null,
        email_verified: 1,
        status: 'active',
        at: '2023-03-04T05:06:07.123Z',
        public_metadata: '{"user_metadata":{"plan":"pro"}}',
        private_metadata: '{"crmId":4711}',
      },
      grace: { ...NO_PROFILE, email_verified: 0, status: 'disabled' },
    },
    signsIn: ['ada@supabase.test'],
    left: ['phone (1)', 'deleted users (1)', 'anonymous users (1)'],
  },
]

test('every system has an export', () => {
  expect([...new Set(cases.map(({ from }) => from))].sort()).toEqual([...readerNames].sort())
})

for (const { from, file, more, created, exists = 0, users, signsIn, left } of cases)
  test(`${file} of ${from}: its people sign in, and what is left out is said`, async () => {
    const t = await createTestApp({ env: { RATE_LIMIT: 'off' } })
    const words = [exportOf(file), '--from', from, ...(more?.() ?? [])]
    const judged = await importInto(t, [...words, '--dry-run'])
    expect(judged.code, judged.notes).toBe(0)
    const done = await importInto(t, words)
    expect([done.code, done.out]).toEqual([0, `${created} created, ${exists} existed already, 0 refused.\n`])
    for (const what of left) expect(done.notes).toContain(what)
    for (const hash of Object.values(hashes)) expect(done.notes + done.out).not.toContain(hash)

    const { rows } = await t.deps.db.$client.execute('SELECT * FROM users')
    expect(rows).toHaveLength(created)
    for (const [who, columns] of Object.entries(users)) {
      const row = rows.find(({ email }) => String(email).startsWith(`${who}@`))
      expect({ ...row, at: new Date(Number(row?.created_at)).toISOString() }, who).toMatchObject(columns)
    }
    const { rows: roles } = await t.deps.db.$client.execute('SELECT DISTINCT role FROM user_roles')
    expect(roles.map(({ role }) => role)).toEqual(['user'])

    for (const { email, status } of rows) {
      const body = { email: String(email), password: PASSWORD }
      const { status: answered } = await call(t, 'POST /v1/auth/sign-in', { body })
      expect(answered, body.email).toBe(signsIn.includes(body.email) ? 200 : 401)
      if (status === 'disabled') expect(answered).toBe(401)
    }
    const again = await importInto(t, words)
    expect(again.out).toBe(`0 created, ${created + exists} existed already, 0 refused.\n`)
    await t.close()
  }, 300_000)

describe('a file that is not of the system', () => {
  test.each<[ReaderName, string, string]>([
    ['keycloak', '{"realm":"acme",\n"clients":[]}', 'the object has no array "users"'],
    ['firebase', '{"users":[{"localId":"a"}', 'the array does not end'],
    ['clerk', 'id,id\n1,2', 'the heading has the column id twice'],
    ['supabase', 'null\n', ''],
  ])('%s: %j', async (from, text, title) => {
    const t = await createTestApp()
    const file = join(folder, 'wrong')
    writeFileSync(file, text)
    const { notes, code } = await importInto(t, [file, '--from', from])
    expect(notes).toContain(title)
    expect([0, 1]).toContain(code)
    const { rows } = await t.deps.db.$client.execute('SELECT * FROM users')
    expect(rows).toHaveLength(0)
    await t.close()
  })

  test.each([
    [['--from', 'okta'], 'Invalid value for argument: --from'],
    [['--from', 'firebase'], '--firebase-config FILE'],
    [['--from', 'clerk', '--firebase-config', '/dev/null'], '--firebase-config needs --from firebase'],
    [['--auth0-passwords', '/dev/null'], '--auth0-passwords needs --from auth0'],
    [['--from', 'firebase', '--firebase-config', '/dev/null'], 'there is no base64_signer_key'],
    [['--skip', 'x'], '--skip needs a whole number'],
  ])('%j is a wrong command line', async (words, note) => {
    const t = await createTestApp()
    const done = await importInto(t, [exportOf('firebase.json'), ...words])
    expect(done).toMatchObject({ code: 2, notes: expect.stringContaining(note) as string })
    await t.close()
  })
})

test('a username that is an address is left out, and one in an unusable form refuses its row', async () => {
  const t = await createTestApp({ env: { RATE_LIMIT: 'off' } })
  const file = join(folder, 'names.jsonl')
  const users = [
    { email: 'a@names.test', username: 'A@names.test' },
    { email: 'b@names.test', username: 'other@names.test', displayUsername: 'Other' },
    { email: 'c@names.test', username: 'c..c' },
    { email: 'd@names.test', username: 'dora' },
  ]
  writeFileSync(file, users.map((user) => JSON.stringify(user)).join('\n'))
  const { code, out, notes } = await importInto(t, [file, '--from', 'better-auth'])
  expect([code, out]).toEqual([1, '3 created, 0 existed already, 1 refused.\n'])
  expect(notes).toContain('usernames that are e-mails (1)')
  expect(notes).toContain('Row 3, line 3: /username: A username has letters')
  const { rows } = await t.deps.db.$client.execute('SELECT username FROM users ORDER BY email')
  expect(rows.map(({ username }) => username)).toEqual([null, null, 'dora'])
  await t.close()
})

test('metadata of Clerk keeps its side, what people write there is left out, and text that is no object refuses its row', async () => {
  const t = await createTestApp({ env: { RATE_LIMIT: 'off' } })
  const file = join(folder, 'clerk-metadata.json')
  const of = (id: string) => ({ email_addresses: [{ id: '1', email_address: `${id}@meta.test` }] })
  const users = [
    { ...of('a'), public_metadata: { plan: 'pro' }, private_metadata: { crm: 1 }, unsafe_metadata: { plan: 'max' } },
    { ...of('b'), public_metadata: '["a list"]' },
    { ...of('c'), private_metadata: 'no JSON' },
  ]
  writeFileSync(file, JSON.stringify(users))
  const { code, notes } = await importInto(t, [file, '--from', 'clerk'])
  expect(code).toBe(1)
  expect(notes).toContain('unsafe_metadata (1)')
  expect(notes).toContain('Row 2, line 1: /publicMetadata: Expected object')
  expect(notes).toContain('Row 3, line 1: /privateMetadata: Expected object')
  const { rows } = await t.deps.db.$client.execute('SELECT public_metadata, private_metadata FROM users')
  expect(rows.map((row) => [row.public_metadata, row.private_metadata])).toEqual([['{"plan":"pro"}', '{"crm":1}']])
  await t.close()
})
