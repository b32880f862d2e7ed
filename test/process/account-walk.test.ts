/** The walk of docs/account.md, run as it stands there: from sign-up to a recovered password, with the mails of /dev/mail. */
import { afterAll, expect } from 'bun:test'
import { testWith } from '../support/real-parts.ts'
import { cleanUp, environment, newFolder, startServer } from './support/server.ts'

afterAll(cleanUp)

const hasCurl = Bun.which('curl') !== null && Bun.which('sh') !== null

testWith(hasCurl, 'curl')(
  'a walk with curl from sign-up to a recovered password',
  async () => {
    const document = await Bun.file('docs/account.md').text()
    const script = /```sh\n(api=[\s\S]*?)```/.exec(document)?.[1] ?? ''
    const server = await startServer(
      environment(newFolder(), { NODE_ENV: 'development', BREACHED_PASSWORDS: 'ignore' }),
    )
    try {
      const walk = Bun.spawn(['sh', '-eu', '-c', script], {
        env: { PATH: process.env.PATH, API: server.url },
        stderr: 'pipe',
      })
      const [out, errors] = await Promise.all([new Response(walk.stdout).text(), new Response(walk.stderr).text()])
      expect([await walk.exited, errors]).toEqual([0, ''])
      const lines = out.trim().split('\n')
      const answers = lines
        .slice(0, 7)
        .map((line): { status?: string; user?: { emailVerified: boolean } } => JSON.parse(line))
      expect(answers.map(({ status, user }) => user?.emailVerified ?? status)).toEqual([
        false,
        'verified',
        'mail_requested',
        'password_reset',
        true,
        'mail_requested',
        true,
      ])
      // Newest first: the mails of the walk, each once.
      expect(lines.slice(7).length).toBeGreaterThanOrEqual(4)
      expect(lines.slice(7).filter((line) => !line.startsWith('"subject":"'))).toEqual([])
    } finally {
      await server.stop()
    }
  },
  300_000,
)
