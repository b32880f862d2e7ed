import { expect } from 'bun:test'
import { PASSWORD, type User } from '../../support/client.ts'
import { guarantee } from '../../runtime/case.ts'

interface Page {
  items: User[]
  nextCursor: string | null
}

export const userCases = [
  guarantee(
    'an administrator creates, reads, changes and deletes a user',
    ['POST /v1/users', 'GET /v1/users/:id', 'PATCH /v1/users/:id', 'DELETE /v1/users/:id'],
    async (tools) => {
      const { accessToken: token } = await tools.admin()
      const email = tools.newEmail()
      const made = await tools.call<User>('POST /v1/users', {
        token,
        body: { email, password: PASSWORD, name: 'Made' },
      })
      const path = `/v1/users/${made.body.id}`
      expect([made.status, made.headers.get('location'), made.headers.get('etag')]).toEqual([201, path, '"1"'])
      expect((await tools.call<User>(`GET ${path}`, { token })).body).toEqual(made.body)
      expect((await tools.call('POST /v1/auth/sign-in', { body: { email, password: PASSWORD } })).status).toBe(200)

      const ifMatch = { 'if-match': '"1"' }
      const body = { name: 'Changed', roles: ['admin', 'user'] }
      const changed = await tools.call<User>(`PATCH ${path}`, { token, body, headers: ifMatch })
      expect(changed.body).toMatchObject(body)
      expect(changed.headers.get('etag')).toBe('"2"')
      await tools.refused(`PATCH ${path}`, 'user.changed', { token, body: { name: 'Late' }, headers: ifMatch })
      await tools.refused('POST /v1/users', 'user.email_taken', { token, body: { email } })

      expect((await tools.call(`DELETE ${path}`, { token })).status).toBe(204)
      for (const method of ['GET', 'DELETE']) await tools.refused(`${method} ${path}`, 'user.not_found', { token })
    },
  ),

  guarantee(
    'lists are paged without gap or repeat, searched, filtered and sorted',
    ['GET /v1/users'],
    async (tools) => {
      const { accessToken: token } = await tools.admin()
      for (const name of ['Zoë Page', 'Ana Page', 'Дарья Page', 'Bjørn Page', "O'Brien Page"])
        await tools.call('POST /v1/users', { token, body: { email: tools.newEmail(), name } })
      const pages: string[][] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const query: string = `q=page&sort=name&limit=2${cursor && `&cursor=${cursor}`}`
        const { body }: { body: Page } = await tools.call<Page>(`GET /v1/users?${query}`, { token })
        pages.push(body.items.map(({ name }) => name))
        cursor = body.nextCursor
      }
      expect(pages).toEqual([['Ana Page', 'Bjørn Page'], ["O'Brien Page", 'Zoë Page'], ['Дарья Page']])
      const found = async (query: string) =>
        (await tools.call<Page>(`GET /v1/users?${query}`, { token })).body.items.map(({ name }) => name)
      expect(await found(`q=${encodeURIComponent('дарья')}`)).toEqual(['Дарья Page'])
      expect(await found(`q=${encodeURIComponent("o'br")}`)).toEqual(["O'Brien Page"])
      expect(await found(`q=${encodeURIComponent('да page')}&role=user`)).toEqual(['Дарья Page'])
      expect(await found('q=page&status=disabled')).toEqual([])
      expect(await found('role=admin')).toEqual(['Admin'])
      for (const query of ['limit=0', 'limit=101', 'cursor=nonsense', 'sort=hash', 'unknown=1'])
        await tools.refused(`GET /v1/users?${query}`, 'request.invalid', { token })
    },
  ),

  guarantee(
    'a disabled user is out at once and back when enabled',
    ['POST /v1/users/:id/disable', 'POST /v1/users/:id/enable'],
    async (tools) => {
      const { accessToken: token } = await tools.admin()
      const { user, accessToken, refreshToken } = await tools.signUp()
      expect((await tools.call('GET /v1/me', { token: accessToken })).status).toBe(200)
      const disabled = await tools.call<User>(`POST /v1/users/${user.id}/disable`, { token })
      expect([disabled.status, disabled.body.status]).toEqual([200, 'disabled'])
      await tools.refused('GET /v1/me', 'session.expired', { token: accessToken })
      await tools.refused('POST /v1/auth/refresh', 'session.expired', { body: { refreshToken } })
      const body = { email: user.email, password: PASSWORD }
      await tools.refused('POST /v1/auth/sign-in', 'auth.invalid_credentials', { body })
      expect((await tools.call<User>(`POST /v1/users/${user.id}/enable`, { token })).body.status).toBe('active')
      expect((await tools.call('POST /v1/auth/sign-in', { body })).status).toBe(200)
    },
  ),

  guarantee('the last administrator can be neither disabled, demoted nor deleted', [], async (tools) => {
    const { accessToken: token, user } = await tools.admin()
    const path = `/v1/users/${user.id}`
    await tools.refused(`POST ${path}/disable`, 'user.last_admin', { token })
    await tools.refused(`PATCH ${path}`, 'user.last_admin', { token, body: { roles: ['user'] } })
    await tools.refused(`DELETE ${path}`, 'user.last_admin', { token })
    expect((await tools.call<User>('GET /v1/me', { token })).body).toEqual(user)
  }),

  guarantee('a write sent again under its Idempotency-Key takes effect once', [], async (tools) => {
    const { accessToken: token } = await tools.admin()
    const ask = { token, body: { email: tools.newEmail() }, headers: { 'idempotency-key': `key-${tools.newEmail()}` } }
    const [first, again] = [
      await tools.call<User>('POST /v1/users', ask),
      await tools.call<User>('POST /v1/users', ask),
    ]
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    const other = { ...ask, body: { email: tools.newEmail() } }
    await tools.refused('POST /v1/users', 'idempotency.key_reused', other)
  }),
]
