/** The real server, stopped while it hands over a mail: in good order, and not. */
import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { type SmtpServer, startSmtp } from '../platform/support/smtp.ts'
import { cleanUp, environment, newFolder, run, signUpAda, startServer } from './support/server.ts'

setDefaultTimeout(300_000) // processes on a machine that runs other tests too

let smtp: SmtpServer | undefined
afterEach(async () => {
  await smtp?.stop()
  smtp = undefined
})
afterAll(cleanUp)

/** A server that has begun to hand over the mail of a sign-up, to an SMTP server that takes its time. */
async function startInTheMiddle() {
  const begun = Promise.withResolvers<string>()
  const answer = Promise.withResolvers<void>()
  smtp = await startSmtp({
    onData(stream, _session, done) {
      let source = ''
      stream.on('data', (chunk: Buffer) => {
        source += chunk.toString()
      })
      stream.on('end', () => {
        begun.resolve(/^Message-ID: <(job_\w+)@/m.exec(source)?.[1] ?? source)
        void answer.promise.then(() => done())
      })
    },
  })
  const env = environment(newFolder(), {
    MAIL_URL: `smtp://127.0.0.1:${smtp.port}`,
    EMAIL_VERIFICATION: 'optional',
    SHUTDOWN_GRACE_SECONDS: '0',
  })
  const server = await startServer(env)
  await signUpAda(server)
  return { env, server, id: await begun.promise, answer: answer.resolve }
}

const jobs = async (env: Record<string, string | undefined>) => {
  const { stdout } = await run(['src/entries/cli.ts', 'jobs', 'list', '--kind', 'mail', '--json'], env)
  const lines = stdout.trim().split('\n')
  return lines.map((line) => JSON.parse(line) as { id: string; state: string; attempts: number })
}

test('SIGTERM waits for the mail under way, which is recorded as sent', async () => {
  const { env, server, id, answer } = await startInTheMiddle()
  server.kill('SIGTERM')
  await server.output(/stopping/)
  answer()
  expect(await server.exited).toBe(0)
  expect(await jobs(env)).toMatchObject([{ id, state: 'done', attempts: 1 }])
})

test('kill -9 in the middle of a mail leaves it to the next process, under its id', async () => {
  const { env, server, id } = await startInTheMiddle()
  server.kill('SIGKILL')
  await server.exited
  const port = smtp?.port
  await smtp?.stop()
  expect(await jobs(env)).toMatchObject([{ id, state: 'pending', attempts: 1 }])

  smtp = await startSmtp({ port: Number(port) })
  const next = await startServer(env)
  // Its lease lasts two minutes. An operator who cannot wait runs the job.
  expect((await run(['src/entries/cli.ts', 'jobs', 'retry', id], env)).stdout).toBe(`${id} is due now.\n`)
  await smtp.arrival
  expect(smtp.received[0]?.source).toContain(`Message-ID: <${id}@`)
  expect(await next.stop()).toBe(0)
  expect(await jobs(env)).toMatchObject([{ id, state: 'done', attempts: 1 }])
})
