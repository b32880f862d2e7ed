/** Requests in numbers: by wrk where it is installed, else by `fetch` in a process of its own. */
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
  /** Absent: as many as there are answers. */
  perSecond?: number
  /** A server that says it is busy has answered well: it is asked again a moment later, as clients do. Else it is a failure. */
  mayBeBusy?: boolean
}

const WRK = Bun.which('wrk')

/** What drives the servers. `fetch` costs more than a bare server does, so it compresses ratios. */
export const generator: 'wrk' | 'fetch' = WRK ? 'wrk' : 'fetch'

/** As fast as the server answers. Throws `BenchError` for any answer but a good one. */
export const drive = (load: Omit<Load, 'perSecond'>): Promise<LoopResult> =>
  WRK ? runWrk(WRK, load) : driveFetch(load)

/** At any pace, by `fetch`. Throws `BenchError` for any answer but a good one. */
export const driveFetch = async (load: Load): Promise<LoopResult> =>
  (await runForJson('bench/children/client.ts', load)) as LoopResult // what that script prints

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
    perSecond: (requests / durationUs) * 1_000_000,
    done: requests,
    p50Ms: (p50Us ?? Number.NaN) / 1000,
    p99Ms: (p99Us ?? Number.NaN) / 1000,
  }
}
