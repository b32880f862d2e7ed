/** A receiver of webhooks on a real socket of this machine. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createPatientFetch } from '../../../support/patient-fetch.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../../../support/test-app.ts'

export interface Heard {
  path: string
  headers: IncomingHttpHeaders
  body: string
  /** The parsed body. */
  event: { id: string; type: string; subject: string | null; data: Record<string, unknown> }
}

export interface Endpoint {
  url: string
  heard: Heard[]
  /** What it answers. By default 204. Called with the number of requests before. */
  answer: (response: ServerResponse, heard: Heard, before: number) => unknown
  /** Resolves when so many requests were heard. */
  reached(count: number): Promise<void>
  close(): Promise<void>
}

export async function startEndpoint(): Promise<Endpoint> {
  const sockets = new Set<Socket>()
  let tell = () => {}
  const endpoint: Endpoint = {
    url: '',
    heard: [],
    answer: (response) => response.writeHead(204).end(),
    async reached(count) {
      while (endpoint.heard.length < count)
        await new Promise<void>((resolve) => {
          tell = resolve
        })
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += String(chunk)
    })
    request.on('end', () => {
      const heard = {
        path: request.url ?? '',
        headers: request.headers,
        body,
        event: JSON.parse(body) as Heard['event'],
      } // ours are JSON
      endpoint.heard.push(heard)
      tell()
      void endpoint.answer(response, heard, endpoint.heard.length - 1)
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint.url = `http://hooks.example:${(server.address() as AddressInfo).port}/in` // it listens on a port
  return endpoint
}

/** An app with the real sender, which may reach this machine. `hooks.example` is this machine. */
export const createHookApp = ({ env = {}, deps = {} }: TestAppOptions = {}): Promise<TestApp> =>
  createTestApp({
    env: { WEBHOOK_PRIVATE_TARGETS: 'allow', ...env },
    deps: {
      fetchPublic: createPatientFetch({
        privateTargets: false,
        resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      }),
      ...deps,
    },
  })
