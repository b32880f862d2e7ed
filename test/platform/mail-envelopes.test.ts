/** The names and addresses that an SMTP server gets: our own, the sender and the recipient, also outside ASCII. */
import { afterEach, describe, expect, test } from 'bun:test'
import type { SMTPServerOptions } from 'smtp-server'
import { ConfigError, parseConfig } from '../../src/config.ts'
import { runJobs } from '../../src/jobs.ts'
import { domainOf, ehloName, needsSmtpUtf8 } from '../../src/lib/mail-settings.ts'
import { PermanentFailure } from '../../src/lib/permanent-failure.ts'
import { openSmtp } from '../../src/platform/mailer/smtp.bun.ts'
import { createMailer } from '../../src/platform/mailer/mailer.ts'
import { signUp } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { type SmtpServer, startSmtp } from './support/smtp.ts'

const SECRET = 'test secret of more than thirty-two bytes'
const MAIL = { id: 'job_1', to: 'ada@example.com', subject: 'Hello', text: 'Your code is 123456', html: '<p>' }

let smtp: SmtpServer | undefined
let t: TestApp | undefined
afterEach(async () => {
  await t?.close()
  await smtp?.stop()
  t = smtp = undefined
})

interface Heard {
  /** What the client called itself. */
  names: string[]
  /** Addresses of MAIL FROM and RCPT TO. */
  addresses: string[]
}

async function listen(options: SMTPServerOptions = {}): Promise<Heard> {
  const heard: Heard = { names: [], addresses: [] }
  smtp = await startSmtp({
    onMailFrom({ address }, session, done) {
      heard.names.push(String(session.hostNameAppearsAs))
      heard.addresses.push(address)
      done()
    },
    onRcptTo({ address }, _session, done) {
      heard.addresses.push(address)
      done()
    },
    ...options,
  })
  return heard
}

/** The mailer of a server with this environment. */
function mailerOf(env: Record<string, string> = {}) {
  const config = parseConfig({
    NODE_ENV: 'test',
    APP_SECRET: SECRET,
    APP_URL: 'https://id.acme.example',
    MAIL_URL: `smtp://127.0.0.1:${smtp?.port}`,
    ...env,
  })
  return createMailer(config, { clock: { now: () => 0 }, openSmtp })
}

const header = (name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, 'm').exec(smtp?.received.at(-1)?.source ?? '')?.[1]

describe('the Message-ID', () => {
  test.each([
    ['no-reply@müller.example', '<job_1@xn--mller-kva.example>'],
    ['Müller <no-reply@MÜLLER.example>', '<job_1@xn--mller-kva.example>'],
    ['no-reply@例え.テスト', '<job_1@xn--r8jz45g.xn--zckzah>'],
    ['no-reply@acme.example', '<job_1@acme.example>'],
    ['no-reply@[127.0.0.1]', '<job_1@[127.0.0.1]>'],
  ])('of %s is %s: ASCII, as every other header', async (from, id) => {
    await listen()
    await mailerOf({ MAIL_FROM: from }).send(MAIL)
    expect(header('Message-ID')).toBe(id)
    expect(smtp?.received[0]?.source).toMatch(/^[\r\n\t\x20-\x7e]*$/)
  })

  test('needs a domain: a sender without one stops the start', () => {
    for (const from of ['no-reply@müller .example', 'no-reply@a/b', 'no-reply@exa%mple', 'no-reply@x:25'])
      expect(() => parseConfig({ APP_SECRET: SECRET, MAIL_FROM: from }), from).toThrow(/^MAIL_FROM: /)
  })
})

describe('a recipient with letters outside ASCII', () => {
  const to = 'jürgen@example.com'

  test('before the @ is sent to a server that takes them', async () => {
    const heard = await listen()
    await mailerOf().send({ ...MAIL, to })
    expect(heard.addresses).toEqual(['no-reply@id.acme.example', to])
  })

  test.each([
    ['without TLS', { hideSTARTTLS: true }],
    ['after STARTTLS', {}],
  ])('before the @ is given up where the server takes none, %s, and the server gets no address', async (_, more) => {
    const heard = await listen({ hideSMTPUTF8: true, ...more })
    const failed = await mailerOf()
      .send({ ...MAIL, to })
      .catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(PermanentFailure)
    expect(String(failed)).toContain('outside ASCII')
    expect(String(failed)).not.toContain('rgen')
    expect([heard.addresses, smtp?.received]).toEqual([[], []])
  })

  test('in the domain alone is sent anywhere, in the form that DNS knows', async () => {
    await listen({ hideSMTPUTF8: true })
    await mailerOf().send({ ...MAIL, to: 'ada@müller.example' })
    expect(header('To')).toBe('ada@xn--mller-kva.example')
  })

  test('does not keep the next mail from being sent', async () => {
    const heard = await listen({ hideSMTPUTF8: true })
    const mailer = mailerOf()
    await mailer.send({ ...MAIL, to }).catch(() => undefined)
    await mailer.send(MAIL)
    expect(heard.addresses[1]).toBe('ada@example.com')
  })

  test('is a dead job that says why', async () => {
    await listen({ hideSMTPUTF8: true })
    const config = { MAIL_URL: `smtp://127.0.0.1:${smtp?.port}` }
    t = await createTestApp({ env: config, deps: { mailer: mailerOf() } })
    await signUp(t, to)
    await runJobs(t.deps, 'queue')
    const { rows } = await t.deps.db.$client.execute("SELECT state, attempts, last_error FROM jobs WHERE kind = 'mail'")
    expect(rows.map(({ state, attempts }) => [state, Number(attempts)])).toEqual([['dead', 1]])
    expect(rows[0]?.last_error).toContain('outside ASCII before the @')
  })
})

test('a sender with such letters waits for the operator, and is named by its variable', async () => {
  const heard = await listen({ hideSMTPUTF8: true })
  const failed = await mailerOf({ MAIL_FROM: 'büro@acme.example' })
    .send(MAIL)
    .catch((error: unknown) => error)
  expect(failed).not.toBeInstanceOf(PermanentFailure)
  expect(String(failed)).toContain('MAIL_FROM')
  expect(heard.addresses).toEqual([])
})

describe('EHLO', () => {
  test.each<[Record<string, string>, string]>([
    [{}, 'id.acme.example'],
    [{ APP_URL: 'https://müller.example' }, 'xn--mller-kva.example'],
    [{ APP_URL: 'http://127.0.0.1:3000' }, '[127.0.0.1]'],
    [{ APP_URL: 'http://[::1]:3000' }, '[ipv6:::1]'], // smtp-server lowers it
    [{ MAIL_EHLO_NAME: 'mx7.acme.example' }, 'mx7.acme.example'],
  ])('with %p names %s', async (env, name) => {
    const heard = await listen()
    await mailerOf(env).send(MAIL)
    expect(heard.names).toEqual([name])
  })

  test('takes no name that could be a command', () => {
    for (const name of ['a b', 'a\r\nRCPT TO:<eve@example.com>', 'müller.example', '-a', '<a>', '[127.0.0.1', '.'])
      expect(() => parseConfig({ APP_SECRET: SECRET, MAIL_EHLO_NAME: name }), name).toThrow(ConfigError)
  })
})

test('names in a header begin no other header, and stand in ASCII', async () => {
  await listen()
  for (const name of ['Æsir, Inc.', '"Quoted" \\ name', '=?utf-8?q?a=0D=0ABcc:_eve?=', 'Bcc: eve@example.com']) {
    await mailerOf({ MAIL_FROM: `"${name.replace(/["\\]/g, '\\$&')}" <no-reply@acme.example>` }).send({
      ...MAIL,
      subject: `${name}\r\nBcc: eve@example.com`,
    })
    const source = smtp?.received.at(-1)?.source ?? ''
    expect(source).not.toMatch(/^Bcc:/im)
    expect(source).toMatch(/^[\r\n\t\x20-\x7e]*$/)
  }
  expect(smtp?.received).toHaveLength(4)
})

test('pure: domains, names and what needs SMTPUTF8', () => {
  expect(domainOf({ name: '', address: 'a@b@straße.example' })).toBe('xn--strae-oqa.example')
  expect(['jürgen@example.com', 'ada@müller.example', 'a@b@ü'].map(needsSmtpUtf8)).toEqual([true, false, false])
  expect(['id.example.com', '192.0.2.1', '[2001:db8::1]'].map(ehloName)).toEqual([
    'id.example.com',
    '[192.0.2.1]',
    '[IPv6:2001:db8::1]',
  ])
})
