/** How often the event loop stood still, beside a thread that has nothing to do: what both suffer is the machine's. */
import { Worker } from 'node:worker_threads'

/** A tick this much late is a stall, ms. */
const STALL = 50
const TICK = 5

const TICKER = `
  let stalls = 0
  let last = performance.now()
  setInterval(() => {
    const now = performance.now()
    if (now - last - ${TICK} >= ${STALL}) stalls++
    last = now
  }, ${TICK})
`

/**
 * Runs `work` and returns the stalls of this thread beyond those of an idle thread of the same process: on a machine
 * that is busy with something else both wait for a core; work that blocks the loop stalls this one alone.
 */
export async function countStalls(work: () => Promise<void>): Promise<number> {
  const source = `${TICKER}
    const { parentPort } = require('node:worker_threads')
    parentPort.on('message', () => parentPort.postMessage(stalls))
    parentPort.postMessage('ready')`
  const idle = new Worker(source, { eval: true })
  const heard = () => new Promise<unknown>((resolve) => idle.once('message', resolve))
  await heard()
  let stalls = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    if (now - last - TICK >= STALL) stalls++
    last = now
  }, TICK)
  await work()
  clearInterval(timer)
  idle.postMessage('how many')
  const ofTheMachine = Number(await heard())
  await idle.terminate()
  return Math.max(0, stalls - ofTheMachine)
}
