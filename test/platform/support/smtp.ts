/** A real SMTP server on a free port of 127.0.0.1, with the self-signed certificate of the smtp-server package. */
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface ReceivedMail {
  from: string
  to: string[]
  /** As it went over the wire: headers, a blank line, the body. */
  source: string
  secure: boolean
  user: string | undefined
}

export interface SmtpServer {
  port: number
  received: ReceivedMail[]
  /** Resolves once a mail has come. */
  arrival: Promise<void>
  /** Connections that were opened, with any outcome. */
  connections: () => number
  /** Takes no more connections, and ends those that are open. */
  stop(): Promise<void>
}

/** An answer with a code of its own, such as `reply(550, 'no such user')`. */
export const reply = (responseCode: number, message: string): Error =>
  Object.assign(new Error(message), { responseCode })

export async function startSmtp(options: SMTPServerOptions & { port?: number } = {}): Promise<SmtpServer> {
  const { port = 0, ...others } = options
  const received: ReceivedMail[] = []
  const arrival = Promise.withResolvers<void>()
  let connections = 0
  const server = new SMTPServer({
    logger: false,
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 50,
    onConnect(_session, done) {
      connections += 1
      done()
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString('utf8'),
          secure: session.secure,
          user: session.user,
        })
        done()
        arrival.resolve()
      })
    },
    ...others,
  })
  // A client that hangs up on a certificate it does not know is what some tests are about.
  server.on('error', () => {})
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('the SMTP server has no port')
  return {
    port: address.port,
    received,
    arrival: arrival.promise,
    connections: () => connections,
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}
