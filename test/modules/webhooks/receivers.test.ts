/** The receivers of docs/webhooks.md, as they stand there: files of `examples`, as programs of their own. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newHookSecret, sealHookSecret } from '../../../src/core/hooks/secrets.ts'
import { signatureHeaders } from '../../../src/core/hooks/send.ts'
import { setUpAdmin } from '../../support/client.ts'
import { createHookApp } from './support/endpoint.ts'
import { deliveriesOf, makeWebhook } from './support/webhooks.ts'

const ROOT = join(import.meta.dir, '../../..')
const folder = mkdtempSync(join(tmpdir(), 'threeger-receivers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const t = await createHookApp({ deps: { clock: { now: () => Date.now() } } })
afterAll(() => t.close())
const admin = await setUpAdmin(t)

const bytes = (count: number) => crypto.getRandomValues(new Uint8Array(count))
const secretOf = () => newHookSecret({ random: { bytes, id: () => '', requestId: () => '' } })

interface Receiver {
  url: string
  /** Whether it accepts a request. */
  accepts(headers: Record<string, string>, body: string): Promise<boolean>
  /** What it wrote: one line for each event. */
  lines: string[]
  stop(): Promise<void>
}

const servers: Record<string, { needs: string; command: string[] }> = {
  TypeScript: { needs: 'bun', command: [process.execPath, join(ROOT, 'examples/webhook-receiver.ts')] },
  Python: { needs: 'python3', command: ['python3', join(ROOT, 'examples/webhook_receiver.py')] },
}

/** A test that is skipped, with the reason in its name, where the program is not installed. */
const withProgram = (needs: string) => (name: string, run: () => Promise<void>) =>
  needs === 'bun' || Bun.which(needs) !== null ? test(name, run) : test.skip(`${name}: ${needs} is not installed`, run)

async function start(command: string[], secret: string): Promise<Receiver> {
  const child = Bun.spawn(command, {
    env: { ...process.env, WEBHOOK_SECRET: secret, PORT: '0' },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const lines: string[] = []
  let port = ''
  let tell = () => {}
  const listening = new Promise<void>((resolve) => {
    tell = resolve
  })
  void (async () => {
    let text = ''
    for await (const chunk of child.stdout) {
      text += new TextDecoder().decode(chunk)
      const complete = text.split('\n')
      text = complete.pop() ?? ''
      for (const line of complete)
        if (line.startsWith('listening on ')) port = line.slice('listening on '.length)
        else lines.push(line)
      if (port !== '') tell()
    }
  })()
  await Promise.race([listening, child.exited])
  const url = `http://127.0.0.1:${port}/`
  return {
    url,
    lines,
    async accepts(headers, body) {
      const { status } = await fetch(url, { method: 'POST', headers, body })
      expect([204, 400]).toContain(status)
      return status === 204
    },
    async stop() {
      child.kill()
      await child.exited
    },
  }
}

const BODY = '{"type":"member.added","subject":"usr_ü","data":{"text":"\\u0000 a.b"}}'

/** Sends what we sign, and what we do not. */
async function knock(secret: string, accepts: Receiver['accepts']): Promise<void> {
  const now = Date.now()
  const signed = (id: string, at: number, secrets: readonly [string, ...string[]] = [secret]) =>
    signatureHeaders(secrets, { id, at, body: BODY })
  const good = [
    signed('evt_1', now),
    signed('evt_1', now), // a repetition
    signed('evt_2', now, [secretOf(), secret]), // during a rotation
    signed('evt_3', now - 240_000),
  ]
  for (const headers of good) expect([headers, await accepts(headers, BODY)]).toEqual([headers, true])
  const { 'webhook-signature': signature } = signed('evt_14', now)
  const bad: [Record<string, string>, string?][] = [
    [signed('evt_4', now - 310_000)],
    [signed('evt_5', now + 600_000)],
    [signed('evt_6', now, [secretOf()])],
    [signed('evt_7', now), `${BODY} `],
    [{ ...signed('evt_8', now), 'webhook-id': 'evt_9' }],
    [{ ...signed('evt_10', now), 'webhook-timestamp': String(Math.floor(now / 1000) + 1) }],
    [{ ...signed('evt_11', now), 'webhook-timestamp': 'NaN' }],
    [{ ...signed('evt_12', now), 'webhook-signature': '' }],
    [{ ...signed('evt_13', now), 'webhook-signature': 'v1,' }],
    [{ ...signed('evt_14', now), 'webhook-signature': signature.replace('v1', 'v2') }],
    [{}],
  ]
  for (const [headers, text = BODY] of bad) expect([headers, await accepts(headers, text)]).toEqual([headers, false])
}

for (const [language, { needs, command }] of Object.entries(servers))
  withProgram(needs)(`the receiver in ${language} accepts what we sign, once, and nothing else`, async () => {
    const secret = secretOf()
    const receiver = await start(command, secret)
    try {
      await knock(secret, receiver.accepts)
      const long = JSON.stringify({ type: 'too.long', subject: null, data: 'x'.repeat(2_000_000) })
      const headers = signatureHeaders([secret], { id: 'evt_long', at: Date.now(), body: long })
      // It may close the connection before all was sent.
      const status = await fetch(receiver.url, { method: 'POST', headers, body: long }).then(
        (answer) => answer.status,
        () => 413,
      )
      expect(status).toBe(413)
      const { accessToken } = admin
      const webhook = await makeWebhook(t, accessToken, { url: receiver.url, events: ['webhook.created'] })
      await t.deps.db.$client.execute({
        sql: 'UPDATE webhooks SET secret = ? WHERE id = ?',
        args: [await sealHookSecret(t.deps, secret, webhook.id), webhook.id],
      })
      await t.work()
      const [delivery] = await deliveriesOf(t, accessToken, webhook.id)
      expect(delivery).toMatchObject({ state: 'delivered' })
      expect(receiver.lines.map((line) => line.trim())).toEqual([
        'evt_1 member.added usr_ü',
        'evt_2 member.added usr_ü',
        'evt_3 member.added usr_ü',
        `${delivery?.eventId} webhook.created`,
      ])
    } finally {
      await receiver.stop()
    }
  })

withProgram('go')('the function in Go accepts what we sign, and nothing else', async () => {
  const program = join(folder, 'verify')
  const building = Bun.spawn(['go', 'build', '-o', program, join(ROOT, 'examples/webhook_verify.go')], {
    env: { ...process.env, GOTOOLCHAIN: 'local' },
    stderr: 'pipe',
  })
  expect(await building.exited, await new Response(building.stderr).text()).toBe(0)
  const secret = secretOf()
  await knock(secret, async (headers, body) => {
    const given = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers[name] ?? '')
    const child = Bun.spawn([program, ...given], {
      env: { WEBHOOK_SECRET: secret },
      stdin: new TextEncoder().encode(body),
    })
    return (await child.exited) === 0
  })
})

test('docs/webhooks.md shows these files', async () => {
  const guide = await Bun.file(join(ROOT, 'docs/webhooks.md')).text()
  for (const file of ['webhook-receiver.ts', 'webhook_receiver.py', 'webhook_verify.go'])
    expect(guide).toContain(await Bun.file(join(ROOT, 'examples', file)).text())
})
