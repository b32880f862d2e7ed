/** Load generators: wrk if it is installed, otherwise `fetch` in a separate process. */
import { join } from 'node:path'
import { BenchError } from './bench-error.ts'
import { runForJson, runToEnd } from './children.ts'
import type { LoopResult } from './closed-loop.ts'

export interface Load {
  url: string
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  connections: number
  seconds: number
  /** Requests a second. Absent: the next request follows each answer. */
  perSecond?: number
  /** True: after 503 the request is sent again a moment later, as clients do. Otherwise 503 is a failure. */
  mayBeBusy?: boolean
}

const WRK = Bun.which('wrk')

/** The load generator. `fetch` costs more than a bare server, so ratios are closer to 1 with it. */
export const generator: 'wrk' | 'fetch' = WRK ? 'wrk' : 'fetch'

/** Sends requests as fast as the server answers. Throws `BenchError` for an answer without success. */
export const drive = (load: Omit<Load, 'perSecond'>): Promise<LoopResult> =>
  WRK ? runWrk(WRK, load) : driveFetch(load)

/** Sends requests at any rate, with `fetch`. Throws `BenchError` for an answer without success. */
export const driveFetch = async (load: Load): Promise<LoopResult> =>
  (await runForJson('bench/children/client.ts', load)) as LoopResult // the output of that script

async function runWrk(
  wrk: string,
  { url, method, headers = {}, body = '', connections, seconds }: Omit<Load, 'perSecond'>,
): Promise<LoopResult> {
  const printed = await runToEnd([
    wrk,
    '--threads=1',
    `--connections=${connections}`,
    `--duration=${seconds}s`,
    `--script=${join(import.meta.dir, 'wrk-report.lua')}`,
    ...Object.entries(headers).map(([name, value]) => `--header=${name}: ${value}`),
    url,
    ...(method === undefined ? [] : ['--', method, body]),
  ])
  const line = printed.split('\n').find((text) => text.startsWith('{')) ?? '{}'
  const { requests, durationUs, p50Us, p99Us, refused, failed }: Record<string, number> = JSON.parse(line)
  if (refused || failed || !requests || !durationUs)
    throw new BenchError(`${url}: of ${requests} requests ${refused} were refused and ${failed} failed`)
  return {
    count: requests,
    perSecond: (requests / durationUs) * 1_000_000,
    p50Ms: (p50Us ?? Number.NaN) / 1000,
    p99Ms: (p99Us ?? Number.NaN) / 1000,
  }
}
