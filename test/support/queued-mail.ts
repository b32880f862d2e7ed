import type { Deps } from '../../src/deps.ts'
import { openPayload } from '../../src/modules/jobs/queue-job.ts'
import type { MailPayload } from '../../src/modules/mail/queue-mail.ts'

/** What the mail that was queued last proves with: for a server whose worker does not run. */
export async function newestProof({
  db,
  config,
}: Pick<Deps, 'db' | 'config'>): Promise<{ token: string; code: string }> {
  const { rows } = await db.$client.execute("SELECT id, payload FROM jobs WHERE kind = 'mail' ORDER BY id DESC LIMIT 1")
  const [{ id, payload } = { id: '', payload: '' }] = rows
  const { content } = (await openPayload({ config }, { id: String(id), payload: String(payload) })) as MailPayload // what queueMail wrote
  if (!('link' in content.data)) throw new Error(`the newest mail is ${content.template}`)
  const code = 'code' in content.data ? content.data.code : ''
  return { token: content.data.link.split('#token=')[1] ?? '', code }
}
