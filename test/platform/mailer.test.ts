/** What MAIL_URL and MAIL_FROM mean, where mails then go, and what is remembered of them. */
import { afterEach, describe, expect, spyOn, test } from 'bun:test'
import fc from 'fast-check'
import { ConfigError, parseConfig } from '../../src/config.ts'
import { domainOf, formatMailbox, parseMailbox, parseMailUrl } from '../../src/lib/mail-settings.ts'
import { readEdgeConfig } from '../../src/platform/deps.edge.ts'
import { createMailer } from '../../src/platform/mailer/mailer.ts'

const SECRET = { APP_SECRET: 'test secret of more than thirty-two bytes' }
const PRODUCTION = { ...SECRET, NODE_ENV: 'production', APP_URL: 'https://id.acme.example' }
const MAIL = { id: 'job_1', to: 'ada@example.com', subject: 'Hello', text: 'Your code is\n\n    123456\n', html: '<p>' }
const clock = { now: () => 1_000 }

/** The ConfigError of this environment. */
function refusal(env: Record<string, string>, read = parseConfig): ConfigError {
  try {
    read({ ...SECRET, ...env })
  } catch (error) {
    if (error instanceof ConfigError) return error
  }
  throw new Error('the environment was accepted')
}

describe('MAIL_URL', () => {
  test('of SMTP: port, TLS and login', () => {
    const plain = { kind: 'smtp', host: 'mx.acme.example', port: 587, tls: 'opportunistic', credentials: undefined }
    const credentials = { user: 'apikey', password: 'p@ss:/%' }
    const cases: Record<string, object> = {
      'smtp://mx.acme.example': plain,
      'smtp://mx.acme.example/': plain,
      'smtp://mx.acme.example:25': { ...plain, port: 25 },
      'smtp://[::1]:2525': { ...plain, host: '::1', port: 2525 },
      'smtp://mx.acme.example?tls=required': { ...plain, tls: 'required' },
      'smtps://mx.acme.example': { ...plain, port: 465, tls: 'implicit' },
      // A password is sent in clear only if the setting allows it, or if it does not leave the machine.
      'smtp://apikey:p%40ss%3A%2F%25@mx.acme.example': { ...plain, credentials, tls: 'required' },
      'smtp://apikey:p%40ss%3A%2F%25@mx.acme.example?tls=opportunistic': { ...plain, credentials },
      'smtp://apikey:p%40ss%3A%2F%25@localhost:1025': { ...plain, credentials, host: 'localhost', port: 1025 },
    }
    for (const [url, target] of Object.entries(cases)) expect(parseMailUrl(url), url).toEqual(target as never)
  })

  test('of a provider: the key leaves the URL', () => {
    const target = { kind: 'http' as const, url: 'https://api.resend.com/emails', key: 're_key/1' }
    expect(parseMailUrl('https://:re_key%2F1@api.resend.com/emails')).toEqual(target)
    expect(parseMailUrl('https://re_key%2F1@api.resend.com/emails')).toEqual(target)
    expect(parseMailUrl('http://:k@127.0.0.1:8080/emails')).toEqual({
      kind: 'http',
      url: 'http://127.0.0.1:8080/emails',
      key: 'k',
    })
  })

  test('that is wrong stops the start, names what is accepted, and repeats no secret', () => {
    for (const [url, hint] of Object.entries({
      'sendmail:hunter2': 'smtp://',
      'ftp://user:hunter2@host': 'smtp://',
      'console:hunter2': 'smtp://HOST',
      'smtp://': 'smtp://HOST',
      'smtp:hunter2': 'smtp://',
      'smtp://user@host': 'both a user and a password',
      'smtp://:hunter2@host': 'both a user and a password',
      'smtp://user:hunter2%@host': '%25',
      'smtp://user:hunter2#1@host': 'smtp://HOST',
      'smtp://host#hunter2': '%23',
      'smtp://host/hunter2': 'no path',
      'smtp://host?tls=hunter2': 'tls=required',
      'smtp://host?hunter2=1': 'no parameter except tls',
      'smtps://host?tls=opportunistic': 'always uses TLS',
      'https://api.resend.com/emails?hunter2': 'KEY',
      'https://:hunter2%0A@api.resend.com/emails': 'not allowed in a header',
      'http://:hunter2@api.resend.com/emails': 'https://',
    })) {
      const error = refusal({ MAIL_URL: url })
      expect(`${url} ${error.variable}`).toBe(`${url} MAIL_URL`)
      expect(error.message, url).toContain(hint)
      expect(error.message, url).not.toContain('hunter2')
    }
  })

  test('of any text is understood or refused, and what is refused is not repeated', () => {
    const secret = 'Xq7hunter2Zw'
    const part = fc.oneof(
      fc.constantFrom(
        'smtp://',
        'smtps://',
        'https://',
        'http://',
        'console:',
        ':',
        '@',
        '/',
        '?tls=',
        '#',
        '%',
        '[::1]',
        ' ',
        '\0',
      ),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constant(secret),
    )
    const property = fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const target = parseMailUrl(parts.join(''))
      if (target.kind === 'refused') expect(target.reason).not.toContain(secret)
      if (target.kind === 'smtp') expect(target.port).toBeWithin(1, 65_536)
      if (target.kind === 'http') {
        expect(() => new Headers({ authorization: `Bearer ${target.key}` })).not.toThrow()
        expect(new URL(target.url).username + new URL(target.url).password).toBe('')
      }
    })
    fc.assert(property, { numRuns: 40 * Number(process.env.PROPERTY_RUNS ?? 25) })
  })

  test('is console: by default, except in production: there mails wait, and console: is refused', () => {
    expect(parseConfig(SECRET).mailUrl).toBe('console:')
    expect(parseConfig({ ...SECRET, NODE_ENV: 'test' }).mailUrl).toBe('console:')
    expect(parseConfig(PRODUCTION).mailUrl).toBeUndefined()
    expect(refusal({ ...PRODUCTION, MAIL_URL: 'console:' }).message).toContain('production')
    expect(createMailer(parseConfig(PRODUCTION), { clock }).send(MAIL)).rejects.toThrow('MAIL_URL is not set')
  })

  test('of SMTP stops the start of every runtime but Bun, and says what works there', () => {
    for (const scheme of ['smtp', 'smtps']) {
      const env = {
        ...PRODUCTION,
        DATABASE_URL: 'libsql://db.acme.example',
        MAIL_URL: `${scheme}://u:hunter2@mx.acme.example`,
      }
      const error = refusal(env, readEdgeConfig)
      expect(error.variable).toBe('MAIL_URL')
      expect(error.message).toContain('https://:KEY@HOST/PATH')
      expect(error.message).not.toContain('hunter2')
      expect(() => createMailer(parseConfig(env), { clock })).toThrow(ConfigError)
    }
  })

  test('opens nothing before the first mail', () => {
    const config = parseConfig({ ...PRODUCTION, MAIL_URL: 'smtp://mx.acme.example' })
    let opened = 0
    const openSmtp = () => async () => {
      opened += 1
    }
    createMailer(config, { clock, openSmtp })
    expect(opened).toBe(0)
  })
})

describe('MAIL_FROM', () => {
  test('is one mailbox', () => {
    const acme = { name: 'Acme', address: 'no-reply@acme.example' }
    expect(parseMailbox('Acme <no-reply@acme.example>')).toEqual(acme)
    expect(parseMailbox('"Acme" <no-reply@acme.example>')).toEqual(acme)
    expect(parseMailbox('no-reply@acme.example')).toEqual({ ...acme, name: '' })
    expect(parseMailbox('<no-reply@acme.example>')).toEqual({ ...acme, name: '' })
    expect(parseMailbox('Ação & Cia <a@b.example>')?.name).toBe('Ação & Cia')
    for (const wrong of [
      '',
      'Acme',
      'Acme <>',
      'a@b.example, c@d.example',
      'A <a@b.example> B',
      'A <a@b@c>',
      '<a b@c>',
    ])
      expect(parseMailbox(wrong), wrong).toBeUndefined()
    expect(refusal({ MAIL_FROM: 'Acme' }).variable).toBe('MAIL_FROM')
    expect(refusal({ MAIL_FROM: 'a@b.example\r\nBcc: c@d.example' }).variable).toBe('MAIL_FROM')
    expect(domainOf(acme)).toBe('acme.example')
  })

  test('survives being written and read again, commas and quotes included', () => {
    for (const name of ['Acme', 'Acme, Inc.', 'The "A" \\ Team', 'Ação', '<b>', ''])
      expect(parseMailbox(formatMailbox({ name, address: 'a@b.example' }))).toEqual({ name, address: 'a@b.example' })
  })

  test('is the brand at the host of APP_URL by default', () => {
    const { mailFrom } = parseConfig({ ...PRODUCTION, BRAND_NAME: 'Acme, Inc.' })
    expect(parseMailbox(mailFrom)).toEqual({ name: 'Acme, Inc.', address: 'no-reply@id.acme.example' })
  })
})

describe('console:', () => {
  const print = spyOn(console, 'log').mockImplementation(() => {})
  afterEach(() => {
    print.mockClear()
  })

  test('prints one mail in a frame, and nothing of it can leave the frame', async () => {
    const mailer = createMailer(parseConfig(SECRET), { clock })
    await mailer.send({ ...MAIL, subject: 'Hi\u001b[2J', text: 'one\r\n└── end of mail ──\n\u0007two\u2028three\n' })
    expect(print).toHaveBeenCalledTimes(1)
    expect(String(print.mock.calls[0]?.[0]).split('\n')).toEqual([
      '┌── mail ──',
      '│ To: ada@example.com',
      '│ Subject: Hi [2J',
      '│',
      '│ one',
      '│ └── end of mail ──',
      '│  two three',
      '└── end of mail ──',
    ])
  })
})

describe('what was sent', () => {
  const taken = () => async () => {}
  const development = parseConfig({ ...SECRET, MAIL_URL: 'smtp://localhost' })

  test('is remembered in development: the latest 100, newest first', async () => {
    const mailer = createMailer(development, { clock, openSmtp: taken })
    for (let index = 1; index <= 130; index += 1) await mailer.send({ ...MAIL, id: `job_${index}` })
    expect(mailer.sent()).toHaveLength(100)
    expect(mailer.sent()[0]).toEqual({ ...MAIL, id: 'job_130', at: 1_000 })
    expect(mailer.sent()[99]?.id).toBe('job_31')
  })

  test('is not remembered when it was refused', async () => {
    const refusing = () => async () => {
      throw new Error('no')
    }
    const mailer = createMailer(development, { clock, openSmtp: refusing })
    await mailer.send(MAIL).catch(() => undefined)
    expect(mailer.sent()).toHaveLength(0)
  })

  test('is never remembered outside development', async () => {
    for (const env of [PRODUCTION, { ...SECRET, NODE_ENV: 'test' }]) {
      const mailer = createMailer(parseConfig({ ...env, MAIL_URL: 'smtp://localhost' }), { clock, openSmtp: taken })
      await mailer.send(MAIL)
      expect(mailer.sent()).toHaveLength(0)
    }
  })
})
