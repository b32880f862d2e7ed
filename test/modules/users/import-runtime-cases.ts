import { expect } from 'bun:test'
import type { ImportReport } from '../../../src/modules/users/import-schema.ts'
import type { User } from '../../support/client.ts'
import { publishedHashes, refusedHashes } from '../../support/foreign-hashes.ts'
import { guarantee } from '../../runtime/case.ts'

export const importCases = [
  guarantee(
    'people from other systems are imported once, and sign in with their old passwords, before and after the upgrade',
    ['POST /v1/users/import'],
    async (tools) => {
      const { accessToken: token } = await tools.admin()
      const people = publishedHashes.map((published) => ({ ...published, email: tools.newEmail() }))
      const users = people.map(({ email, hash }) => ({ email, passwordHash: hash, emailVerified: true }))
      const body = { users }
      const report = await tools.call<ImportReport>('POST /v1/users/import', { token, body })
      expect(report.body).toMatchObject({ created: people.length, exists: 0, refused: 0 })
      const again = await tools.call<ImportReport>('POST /v1/users/import', { token, body })
      expect(again.body).toMatchObject({ created: 0, exists: people.length, refused: 0 })
      expect(again.body.items.map(({ id }) => id)).toEqual(report.body.items.map(({ id }) => id))

      for (const { email, password, from } of people) {
        const wrong = { email, password: `x${password}` }
        await tools.refused('POST /v1/auth/sign-in', 'auth.invalid_credentials', { body: wrong })
        const first = await tools.call<{ user: User }>('POST /v1/auth/sign-in', { body: { email, password } })
        expect(first.status, from).toBe(200)
        expect(first.body.user.email).toBe(email)
      }
      const sql = "SELECT count(*) AS n FROM users WHERE email = ? AND password_hash LIKE '$argon2id$v=19$m=%'"
      for (const { email, password, from } of people) {
        expect((await tools.client.execute({ sql, args: [email] })).rows[0]?.n, from).toBe(1)
        expect((await tools.call('POST /v1/auth/sign-in', { body: { email, password } })).status, from).toBe(200)
      }
    },
  ),

  guarantee(
    'usernames and metadata come along, and a username that looks like another one refuses its row alone',
    ['POST /v1/users/import', 'GET /v1/users/export'],
    async (tools) => {
      const { accessToken: token } = await tools.admin()
      const [first, second, third] = [tools.newEmail(), tools.newEmail(), tools.newEmail()]
      const username = `l0.${first.replaceAll(/[^a-z0-9]/g, '')}`.slice(0, 32)
      const profile = { publicMetadata: { plan: 'pro' }, privateMetadata: { crm: [1, null] } }
      const users = [
        { email: first, username, ...profile },
        { email: second, username: username.replace('l0', 'lo') },
        { email: third },
      ]
      const { body } = await tools.call<ImportReport>('POST /v1/users/import', { token, body: { users } })
      expect(body.items.map(({ status }) => status)).toEqual(['created', 'refused', 'created'])
      const { text } = await tools.call('GET /v1/users/export', { token })
      const lines = text.split('\n').filter((line) => line.includes(first))
      expect(lines.map((line) => JSON.parse(line) as User)).toMatchObject([{ email: first, username, ...profile }])
    },
  ),

  guarantee(
    'all users are exported once, as JSON Lines and as CSV, and no formula',
    ['GET /v1/users/export'],
    async (tools) => {
      const { accessToken: token } = await tools.admin()
      const users = Array.from({ length: 600 }, (_, index) => ({ email: tools.newEmail(), name: `=${index}` }))
      await tools.call('POST /v1/users/import', { token, body: { users } })
      const lines = await tools.call('GET /v1/users/export', { token })
      expect(lines.headers.get('content-type')).toBe('application/x-ndjson')
      const emails = lines.text
        .split('\n')
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as User).email)
      expect(new Set(emails).size).toBe(emails.length)
      expect(emails.filter((email) => users.some((user) => user.email === email))).toEqual(
        users.map(({ email }) => email),
      )
      const csv = await tools.call('GET /v1/users/export?format=csv', { token })
      expect(csv.text).toContain(`,'=599,`)
      expect(csv.text).not.toContain(',=')
      await tools.refused('GET /v1/users/export', 'auth.required', {})
    },
  ),

  guarantee('a hash that costs too much or means nothing is refused with the limit it breaks', [], async (tools) => {
    const { accessToken: token } = await tools.admin()
    const users = refusedHashes.map(({ hash }) => ({ email: tools.newEmail(), passwordHash: hash }))
    const { body } = await tools.call<ImportReport>('POST /v1/users/import', { token, body: { users } })
    expect(body).toMatchObject({ created: 0, exists: 0, refused: users.length })
    for (const { errors } of body.items) expect(errors?.map(({ path }) => path)).toEqual(['/passwordHash'])
  }),
]
