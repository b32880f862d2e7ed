/** Mails over SMTP, to a real server: what arrives, how it is protected, and what each failure means for the next try. */
import { afterEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SMTPServerOptions } from 'smtp-server'
import { parseMailbox, parseMailUrl } from '../../src/lib/mail-settings.ts'
import { PermanentFailure } from '../../src/lib/permanent-failure.ts'
import { openSmtp, type SmtpTimeouts } from '../../src/platform/mailer/smtp.bun.ts'
import { freePort } from '../support/ports.ts'
import { testWith } from '../support/real-parts.ts'
import { reply, type SmtpServer, startSmtp } from './support/smtp.ts'

const MAIL = {
  id: 'job_0198c0ffee',
  to: 'ada@example.com',
  subject: 'Código: prove it’s you',
  text: 'Your code is\n\n    123456\n\n. a line that begins with a dot\n',
  html: '<p>Your code is <b>123456</b></p>',
}

let smtp: SmtpServer | undefined
afterEach(async () => {
  await smtp?.stop()
  smtp = undefined
})

function transport(url: string, timeouts?: Partial<SmtpTimeouts>) {
  const target = parseMailUrl(url)
  const from = parseMailbox('"Acme, Inc." <no-reply@acme.example>')
  if (target.kind !== 'smtp' || from === undefined) throw new Error(`not SMTP: ${JSON.stringify(target)}`)
  const patient = { connectMs: 5000, greetingMs: 5000, idleMs: 5000, totalMs: 20_000 }
  return openSmtp(target, { from, ehloName: 'id.acme.example', timeouts: { ...patient, ...timeouts } })
}

/** In a process of its own: which authorities are known is read when it starts. */
const SEND = `
  import { parseMailUrl } from './src/lib/mail-settings.ts'
  import { openSmtp } from './src/platform/mailer/smtp.bun.ts'
  for (const url of process.argv.slice(-2))
    await openSmtp(parseMailUrl(url), { from: { name: '', address: 'no-reply@acme.example' }, ehloName: 'id.acme.example' })(${JSON.stringify(MAIL)})`
const urls = (starttls: number, implicit: number) => [
  `smtp://localhost:${starttls}?tls=required`,
  `smtps://localhost:${implicit}`,
]

const certificateTest = testWith(Bun.which('openssl') !== null, 'openssl')

/** A certificate for localhost that lives a day. */
function selfSigned(folder: string) {
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const { exitCode } = Bun.spawnSync(
    ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'].concat([
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
      '-keyout',
      keyFile,
      '-out',
      certFile,
    ]),
    { stderr: 'ignore' },
  )
  if (exitCode !== 0) throw new Error('openssl made no certificate')
  return { key: readFileSync(keyFile), cert: readFileSync(certFile), certFile }
}

/** What `send` throws. */
async function failure(send: Promise<void>): Promise<Error> {
  try {
    await send
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('the mail was sent')
}

/** The error names neither the mail nor its recipient nor the login, for every answer of the server. */
function expectDiscreet(error: Error): void {
  const told = `${error.message} ${error.stack} ${Bun.inspect(error)} ${JSON.stringify(error)}`
  for (const secret of ['ada@', 'example.com', '123456', 'prove it', 'hunter2', 'mailuser'])
    expect(told).not.toContain(secret)
  expect(error.cause).toBeUndefined()
}

describe('what arrives', () => {
  test('both parts, the sender of the configuration, and the job as Message-ID', async () => {
    smtp = await startSmtp()
    await transport(`smtp://127.0.0.1:${smtp.port}`)(MAIL)
    const [mail] = smtp.received
    expect(smtp.received).toHaveLength(1)
    expect(mail?.from).toBe('no-reply@acme.example')
    expect(mail?.to).toEqual(['ada@example.com'])
    const source = mail?.source ?? ''
    expect(source).toMatch(/^Message-ID: <job_0198c0ffee@acme\.example>$/m)
    expect(source).toMatch(/^From: "Acme, Inc\." <no-reply@acme\.example>$/m)
    expect(source).toMatch(/^To: ada@example\.com$/m)
    expect(source).toMatch(/^Auto-Submitted: auto-generated$/m)
    expect(source).toMatch(/^Subject: =\?UTF-8\?/m)
    expect(source).toContain('Content-Type: multipart/alternative')
    expect(source).toContain('\n. a line that begins with a dot')
    expect(source).toContain('<b>123456</b>')
  })

  test('a mail that one can end says how, for people and programs (RFC 8058); another one says nothing', async () => {
    smtp = await startSmtp()
    const send = transport(`smtp://127.0.0.1:${smtp.port}`)
    const unsubscribe = `https://id.acme.example/unsubscribe?token=${'a'.repeat(120)}`
    await send({ ...MAIL, unsubscribe })
    await send({ ...MAIL, unsubscribe: unsubscribe.replace('https:', 'http:') })
    await send(MAIL)
    // RFC 5322 §2.2.3: a long line is folded at white space.
    const [secure, plain, none] = smtp.received.map(({ source }) => source.replace(/\r?\n[ \t]+/g, ' '))
    expect(secure).toMatch(new RegExp(`^List-Unsubscribe: <${unsubscribe.replace('?', '\\?')}>\\s*$`, 'm'))
    expect(secure).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\s*$/m)
    expect(plain).toMatch(/^List-Unsubscribe: <http:/m)
    expect(plain).not.toContain('List-Unsubscribe-Post')
    expect(none).not.toContain('List-Unsubscribe')
  })

  test('the same mail sent twice carries one Message-ID', async () => {
    smtp = await startSmtp()
    const send = transport(`smtp://127.0.0.1:${smtp.port}`)
    await send(MAIL)
    await send(MAIL)
    const ids = smtp.received.map(({ source }) => /^Message-ID: (.*)$/m.exec(source)?.[1])
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
  })

  test('a recipient is one address and a subject is one line, with any characters in them', async () => {
    smtp = await startSmtp()
    const send = transport(`smtp://127.0.0.1:${smtp.port}`)
    await send({ ...MAIL, to: 'ada@example.com,eve@example.com' }).catch(() => undefined)
    await send({ ...MAIL, to: 'ada@example.com>\r\nRCPT TO:<eve@example.com' }).catch(() => undefined)
    await send({ ...MAIL, subject: 'Hello\r\nBcc: eve@example.com\r\n\r\nowned' }).catch(() => undefined)
    expect(smtp.received.flatMap(({ to }) => to)).not.toContain('eve@example.com')
    for (const { source } of smtp.received) expect(source).not.toMatch(/^Bcc:/m)
  })

  test('files and URLs are never read into a mail', async () => {
    smtp = await startSmtp()
    const path = { path: import.meta.path }
    // Not what the types allow: what a bug further up might hand over.
    const send = transport(`smtp://127.0.0.1:${smtp.port}`)({ ...MAIL, text: path as unknown as string })
    await failure(send)
    expect(smtp.received).toHaveLength(0)
  })
})

describe('TLS', () => {
  test('is used where the server offers it, also with an unknown certificate', async () => {
    smtp = await startSmtp()
    await transport(`smtp://127.0.0.1:${smtp.port}`)(MAIL)
    expect(smtp.received[0]?.secure).toBe(true)
  })

  test('is done without where the server has none', async () => {
    smtp = await startSmtp({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
    await transport(`smtp://127.0.0.1:${smtp.port}`)(MAIL)
    expect(smtp.received[0]?.secure).toBe(false)
  })

  test('tls=required refuses a certificate without a trusted issuer', async () => {
    smtp = await startSmtp()
    const error = await failure(transport(`smtp://127.0.0.1:${smtp.port}?tls=required`)(MAIL))
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expect(error.message).toContain('CERT')
    expect(smtp.received).toHaveLength(0)
  })

  test('tls=required refuses a server without STARTTLS before any login', async () => {
    let logins = 0
    smtp = await startSmtp({
      disabledCommands: ['STARTTLS'],
      hideSTARTTLS: true,
      allowInsecureAuth: true,
      onAuth(_auth, _session, done) {
        logins += 1
        done(null, { user: 'mailuser' })
      },
    })
    const error = await failure(transport(`smtp://mailuser:hunter2@127.0.0.1:${smtp.port}?tls=required`)(MAIL))
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expectDiscreet(error)
    expect(logins).toBe(0)
    expect(smtp.received).toHaveLength(0)
  })

  certificateTest('tls=required and smtps send to a server whose certificate an authority vouches for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'threeger-smtp-'))
    const { key, cert, certFile } = selfSigned(folder)
    smtp = await startSmtp({ key, cert })
    const implicit = await startSmtp({ key, cert, secure: true })
    const sending = Bun.spawn([process.execPath, '-e', SEND, ...urls(smtp.port, implicit.port)], {
      cwd: join(import.meta.dir, '../..'),
      env: { ...process.env, NODE_EXTRA_CA_CERTS: certFile },
      stderr: 'inherit',
    })
    expect(await sending.exited).toBe(0)
    expect([...smtp.received, ...implicit.received].map(({ secure }) => secure)).toEqual([true, true])
    await implicit.stop()
    rmSync(folder, { recursive: true })
  })

  test('smtps refuses a certificate without a trusted issuer', async () => {
    smtp = await startSmtp({ secure: true })
    const error = await failure(transport(`smtps://127.0.0.1:${smtp.port}`)(MAIL))
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expectDiscreet(error)
    expect(smtp.received).toHaveLength(0)
  })
})

describe('login', () => {
  const auth: SMTPServerOptions = {
    allowInsecureAuth: true,
    authOptional: false,
    onAuth: ({ username, password }, _session, done) =>
      username === 'mailuser' && password === 'hunter2:@/%'
        ? done(null, { user: username })
        : done(reply(535, `authentication of mailuser failed with ${password}`)),
  }

  test('with user and password of the URL, percent-encoded', async () => {
    smtp = await startSmtp(auth)
    await transport(`smtp://mailuser:hunter2%3A%40%2F%25@127.0.0.1:${smtp.port}`)(MAIL)
    expect(smtp.received[0]?.user).toBe('mailuser')
  })

  test('a refused login is a fault of the configuration: the mail is retried', async () => {
    smtp = await startSmtp(auth)
    const error = await failure(transport(`smtp://mailuser:hunter2@127.0.0.1:${smtp.port}`)(MAIL))
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expect(error.message).toContain('535')
    expectDiscreet(error)
  })
})

describe('a refused mail', () => {
  const refusing = (code: number, at: 'mail' | 'rcpt' | 'data') => {
    const refusal = reply(code, `5.1.1 <ada@example.com>: "prove it" 123456`)
    if (at === 'mail') return startSmtp({ onMailFrom: (_address, _session, done) => done(refusal) })
    if (at === 'rcpt') return startSmtp({ onRcptTo: (_address, _session, done) => done(refusal) })
    return startSmtp({
      onData(stream, _session, done) {
        stream.on('end', () => done(refusal)).resume()
      },
    })
  }

  for (const [code, at, final] of [
    [550, 'rcpt', true],
    [553, 'rcpt', true],
    [552, 'data', true],
    [554, 'data', true],
    [451, 'rcpt', false],
    [421, 'rcpt', false],
    [452, 'data', false],
    [503, 'data', false],
    [530, 'rcpt', false],
    [550, 'mail', false], // the sender: what MAIL_FROM says
    [451, 'mail', false],
  ] as const)
    test(`with ${code} at ${at} is ${final ? 'given up' : 'tried again'}`, async () => {
      smtp = await refusing(code, at)
      const error = await failure(transport(`smtp://127.0.0.1:${smtp.port}`)(MAIL))
      expect(error instanceof PermanentFailure).toBe(final)
      expect(error.message).toContain(String(code))
      expectDiscreet(error)
    })
})

describe('a server that', () => {
  let silent: Server | undefined
  const sockets: Socket[] = []
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await new Promise<void>((resolve) => (silent ? silent.close(() => resolve()) : resolve()))
    silent = undefined
  })
  const listen = (onSocket: (socket: Socket) => void): Promise<number> =>
    new Promise((resolve) => {
      silent = createServer((socket) => {
        sockets.push(socket)
        socket.on('error', () => {})
        onSocket(socket)
      }).listen(0, '127.0.0.1', () => {
        const address = silent?.address()
        resolve(typeof address === 'object' && address ? address.port : 0)
      })
    })

  test('refuses every connection with 554 is retried: the refusal is not about the mail', async () => {
    smtp = await startSmtp({ onConnect: (_session, done) => done(reply(554, 'no mail for ada@example.com here')) })
    const error = await failure(transport(`smtp://127.0.0.1:${smtp.port}`)(MAIL))
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expect(error.message).toContain('554')
    expectDiscreet(error)
  })

  test('is not there is tried again', async () => {
    const error = await failure(transport(`smtp://127.0.0.1:${freePort()}`)(MAIL))
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expectDiscreet(error)
  })

  test('accepts the connection and stays silent times out', async () => {
    const port = await listen(() => {})
    const error = await failure(transport(`smtp://127.0.0.1:${port}`, { greetingMs: 100 })(MAIL))
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expect(error.message).toContain('ETIMEDOUT')
  })

  test('greets and then stays silent times out', async () => {
    const port = await listen((socket) => socket.write('220 here I am\r\n'))
    const error = await failure(transport(`smtp://127.0.0.1:${port}`, { idleMs: 100 })(MAIL))
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expect(error.message).toContain('ETIMEDOUT')
  })

  test('greets for ever times out', async () => {
    let dribbling: ReturnType<typeof setInterval> | undefined
    const port = await listen((socket) => {
      dribbling = setInterval(() => socket.write('220-still greeting\r\n'), 20)
    })
    const error = await failure(transport(`smtp://127.0.0.1:${port}`, { totalMs: 200 })(MAIL))
    clearInterval(dribbling)
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expect(error.message).toContain('EABORT')
  })

  test('hangs up in the middle of a mail is tried again', async () => {
    smtp = await startSmtp({ onData: (stream) => void stream.once('data', () => smtp?.stop()) })
    const error = await failure(transport(`smtp://127.0.0.1:${smtp.port}`)(MAIL))
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expectDiscreet(error)
  })

  test('speaks no SMTP is tried again', async () => {
    const port = await listen((socket) => socket.end('HTTP/1.1 400 ada@example.com\r\n\r\n'))
    const error = await failure(transport(`smtp://127.0.0.1:${port}`)(MAIL))
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expectDiscreet(error)
  })

  test('goes away and comes back takes the next mail, through the same mailer', async () => {
    smtp = await startSmtp()
    const { port } = smtp
    const send = transport(`smtp://127.0.0.1:${port}`)
    await send(MAIL)
    await smtp.stop()
    await failure(send(MAIL))
    smtp = await startSmtp({ port })
    await send(MAIL)
    expect(smtp.received).toHaveLength(1)
  })
})
