/** Deps of an app that is built and never asked: the build wants its routes. */
import type { Deps, Log } from '../deps.ts'
import { createEdgeDeps, readEdgeConfig } from '../platform/deps.edge.ts'

/** A valid environment. Nothing is signed with it, and nothing listens there. */
export const ENVIRONMENT = {
  NODE_ENV: 'production',
  APP_URL: 'https://id.example.com',
  APP_SECRET: 'never used: nothing is signed here',
  DATABASE_URL: 'http://127.0.0.1:9',
  MAIL_FROM: 'id@example.com',
}

const refuse = async (): Promise<never> => {
  throw new Error('nothing is asked of this app')
}
const silent: Log = { debug() {}, info() {}, warning() {}, error() {} }

export function unaskedDeps(environment: Record<string, string>): Deps {
  const deps = createEdgeDeps(readEdgeConfig(environment), {
    log: silent,
    passwords: { hash: refuse, verify: refuse },
    publicFetch: () => refuse,
    asset: refuse,
    defer: () => {},
    queue: { wake() {}, async idle() {} },
    accepting: () => true,
    stopping: new AbortController().signal,
    peerAddress: () => undefined,
  })
  return { ...deps, fetch: refuse }
}
