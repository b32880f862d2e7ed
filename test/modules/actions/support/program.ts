/** A program of an operator, on a real socket: it verifies what it is asked with the library that the docs name. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export interface Question {
  id: string
  type: string
  at: string
  data: Record<string, unknown>
}

export interface Program {
  url: string
  /** What it was asked, oldest first. */
  asked: { question: Question; headers: Record<string, string>; body: string }[]
  /** By default it allows everything. */
  answer: (question: Question, response: ServerResponse, request: IncomingMessage) => unknown
  /** Throws for a signature of another secret. `at`: the clock of the test. */
  verify(secret: string, at: number, which?: number): unknown
  stop(): void
}

/** Answers with this decision. */
export const decides =
  (decision: unknown, status = 200): Program['answer'] =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(decision))

export async function startProgram(): Promise<Program> {
  const program: Omit<Program, 'url' | 'stop'> = {
    asked: [],
    answer: decides({ decision: 'allow' }),
    verify(secret, at, which = -1) {
      const { body = '', headers = {} } = program.asked.at(which) ?? {}
      const now = Date.now
      Date.now = () => at // the library reads no other clock
      try {
        return new Webhook(secret).verify(body, headers)
      } finally {
        Date.now = now
      }
    },
  }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const question = JSON.parse(body) as Question
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      program.asked.push({ question, headers, body })
      program.answer(question, response, request)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return Object.assign(program, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, // it listens on a port
    stop() {
      server.closeAllConnections()
      server.close()
    },
  })
}
