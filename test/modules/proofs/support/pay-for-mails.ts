import { call, type User } from '../../../support/client.ts'
import type { Asked } from '../../../support/contract.ts'
import { newestProof } from '../../../support/queued-mail.ts'

/** Asks for mails to a known and to an unknown address. Then redeems nothing, a wrong code, the link and the code. */
export async function payForMails(
  { t, pay }: Asked,
  { id, email }: User,
  request: string,
  redeem: string,
  more: object = {},
): Promise<void> {
  for (const to of [email, 'nobody@example.com'])
    await pay(`POST /v1/auth/${request}`, `/v1/auth/${request}`, { body: { email: to } }, 202)
  const route = `POST /v1/auth/${redeem}`
  await pay(route, `/v1/auth/${redeem}`, { body: { token: 'unknown', ...more } }, 400)
  for (const by of ['link', 'code']) {
    await call(t, `POST /v1/auth/${request}`, { body: { email } })
    const { token, code } = await newestProof(t.deps)
    await pay(route, `/v1/auth/${redeem}`, { body: { email, code: '000000', ...more } }, 400)
    await pay(route, `/v1/auth/${redeem}`, { body: { ...(by === 'link' ? { token } : { email, code }), ...more } })
    await t.deps.db.$client.execute({ sql: 'UPDATE users SET email_verified = 0 WHERE id = ?', args: [id] })
    await t.deps.db.$client.execute('DELETE FROM one_time_tokens') // or there were too many mails
  }
}
