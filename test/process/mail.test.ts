/** Mails of the real server: from a request, through its worker, to an SMTP server and to a terminal. */
import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { type RunningServer, startServer } from '../http/support/server.ts'
import { type SmtpServer, startSmtp } from '../platform/support/smtp.ts'
import { PASSWORD } from '../support/client.ts'

setDefaultTimeout(300_000) // a process on a machine that runs other tests too

let server: RunningServer | undefined
let smtp: SmtpServer | undefined
afterEach(async () => {
  await server?.stop()
  await smtp?.stop()
  server = undefined
  smtp = undefined
})

const signUp = async (language: string) => {
  const answer = await fetch(`${server?.origin}/v1/auth/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-language': language },
    body: JSON.stringify({ email: 'ada@example.com', password: PASSWORD }),
  })
  expect(answer.status).toBe(201)
}

test('a sign-up sends its mail by SMTP, in the language of the request and the name of the brand', async () => {
  smtp = await startSmtp()
  server = await startServer({
    MAIL_URL: `smtp://127.0.0.1:${smtp.port}`,
    MAIL_FROM: 'Acme <no-reply@acme.example>',
    BRAND_NAME: 'Acme',
    EMAIL_VERIFICATION: 'optional',
  })
  await signUp('pt-BR,pt;q=0.9,en;q=0.5')
  await smtp.arrival
  const [mail] = smtp.received
  expect(mail?.to).toEqual(['ada@example.com'])
  expect(mail?.secure).toBe(true)
  expect(mail?.source).toMatch(/^Message-ID: <job_\w+@acme\.example>$/m)
  expect(mail?.source).toMatch(
    /^Subject: =\?UTF-8\?Q\?Confirme_seu_endere=C3=A7o_de_e-mail_em_\?=\r\n =\?UTF-8\?Q\?Acme\?=/m,
  )
})

test('in development it stands on the terminal', async () => {
  server = await startServer({ NODE_ENV: 'development' })
  await signUp('en')
  expect(await server.printed(/┌── mail ──\n│ (To: ada@example\.com)\n│ Subject: Confirm your e-mail address/)).toBe(
    'To: ada@example.com',
  )
})

test('a start does not load the SMTP client', async () => {
  const script = `
    const { parseConfig } = await import('./src/config.ts')
    const { assembleDeps } = await import('./src/platform/deps.ts')
    const { openSmtp } = await import('./src/platform/mailer/smtp.bun.ts')
    const { createMailer } = await import('./src/platform/mailer/mailer.ts')
    const read = () => Object.keys(require.cache).some((path) => path.includes('/nodemailer/'))
    const config = parseConfig({ APP_SECRET: 'x'.repeat(32), MAIL_URL: 'smtp://127.0.0.1:1' })
    const mailer = createMailer(config, { clock: Date, openSmtp })
    const before = read()
    await mailer.send({ id: 'job_1', to: 'a@b.example', subject: '', text: '', html: '' }).catch(() => {})
    console.log(JSON.stringify([typeof assembleDeps, before, read()]))`
  const child = Bun.spawn(['bun', '-e', script], { cwd: join(import.meta.dir, '../..'), stdout: 'pipe' })
  expect(JSON.parse(await new Response(child.stdout).text())).toEqual(['function', false, true])
})
