import { type Call, call } from '../../../support/client.ts'
import type { TestApp } from '../../../support/test-app.ts'

/** What a mail carries. */
export interface Proof {
  token: string
  /** The page of the link. */
  page: string
  code: string
}

/** The proof in a text part. */
export function proofIn(text: string): Proof {
  const link = /^(https?:\/\/[^/\s]+)(\/[\w-]+)#token=([\w-]+)$/m.exec(text)
  return { page: link?.[2] ?? '', token: link?.[3] ?? '', code: /^ {4}(\d{6})$/m.exec(text)?.[1] ?? '' }
}

/** Delivers what is queued, and returns the mails that brought. */
export async function deliver(t: TestApp): Promise<TestApp['mails']> {
  const before = t.mails.length
  await t.work()
  return t.mails.slice(before)
}

/** Delivers what is queued and reads the proof of the one mail to this address. */
export async function proofFor(t: TestApp, email: string): Promise<Proof> {
  const mails = (await deliver(t)).filter(({ to, text }) => to === email && proofIn(text).token !== '')
  const [mail] = mails
  if (!mail || mails.length > 1) throw new Error(`${mails.length} mails with a link to ${email}`)
  return proofIn(mail.text)
}

/** Proves the address of a new account by the mail of its sign-up, in its own session: by the same hand, so nothing is removed. */
export async function proveOwnAddress(
  t: TestApp,
  { user, accessToken: token }: { user: { email: string }; accessToken: string },
): Promise<void> {
  const proof = await proofFor(t, user.email)
  const answer = await call(t, 'POST /v1/auth/verify-email', { token, body: { token: proof.token } })
  if (answer.status !== 200) throw new Error(`verify-email: ${answer.status} ${answer.text}`)
}

/** Asks for a mail, and reads what it proves with. */
export async function requestProof(t: TestApp, path: string, email: string): Promise<Proof> {
  const answer = await call(t, `POST /v1/auth/${path}`, { body: { email } })
  if (answer.status !== 202) throw new Error(`${path}: ${answer.status} ${answer.text}`)
  return proofFor(t, email)
}

/** The same request so many times at once; how many of each status. */
export async function inParallel(
  t: TestApp,
  count: number,
  methodAndPath: string,
  asked: Call,
): Promise<Record<number, number>> {
  const answers = await Promise.all(Array.from({ length: count }, () => call(t, methodAndPath, asked)))
  const statuses: Record<number, number> = {}
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1
  return statuses
}
