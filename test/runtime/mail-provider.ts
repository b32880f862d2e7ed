/** A mail provider as MAIL_URL names one: takes mails over HTTP and keeps them. */
import { type Proof, proofIn } from '../modules/proofs/support/mail.ts'

const PATIENCE_MS = 240_000

interface Posted {
  to: string[]
  text: string
}

export interface MailProvider {
  url: string
  /** What the newest mail with a link to this address proves with; each mail is given once. Waits for it. */
  proofFor(email: string): Promise<Proof>
  stop(): void
}

export function startMailProvider(): MailProvider {
  const mails: Posted[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      mails.push((await request.json()) as Posted) // what our mailer posts; the cases read it
      return Response.json({ id: String(mails.length) })
    },
  })
  const take = (email: string): Proof | undefined => {
    const at = mails.findLastIndex(({ to, text }) => to.includes(email) && proofIn(text).token !== '')
    const [mail] = at === -1 ? [] : mails.splice(at, 1)
    return mail && proofIn(mail.text)
  }
  return {
    url: `http://:key@127.0.0.1:${server.port}/emails`,
    async proofFor(email) {
      const deadline = Date.now() + PATIENCE_MS
      for (;;) {
        const proof = take(email)
        if (proof) return proof
        if (Date.now() > deadline) throw new Error(`no mail with a link to ${email}`)
        await Bun.sleep(20)
      }
    },
    stop: () => void server.stop(true),
  }
}
