import type { TestApp } from '../../../support/test-app.ts'

/** The link and the code of the newest mail to this address. Sends what is queued first. */
export async function proofIn(t: TestApp, email: string): Promise<{ token: string; code: string }> {
  await t.work()
  const mail = t.mails.findLast(({ to, text }) => to === email && text.includes('#token='))
  if (mail === undefined) throw new Error(`no mail with a link to ${email}`)
  const token = /#token=(\S+)$/m.exec(mail.text)?.[1] ?? ''
  const code = /^\s*(\d{6})$/m.exec(mail.text)?.[1] ?? ''
  return { token, code }
}
