/**
 * The effect of signals on every process that keeps running. Without a listener each of them ends the process at once, with
 * its requests in flight. docs/operations.md lists them.
 */
import process from 'node:process'

/** Signals for a graceful stop. Some supervisors use SIGQUIT for it, such as nginx and container engines. */
const STOPPING = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const
/** Other programs read their configuration or open their logs again on these signals. This program needs a restart for that. */
const IGNORED_SIGNALS = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const

export const IGNORED = 'signal ignored: to read the configuration again, restart with SIGTERM and a new start'

interface SignalHandlers {
  /** Called for each stop signal, also for a second one. */
  stop: (signal: string) => void
  ignored: (signal: string) => void
}

let handlers: SignalHandlers | undefined
let held = false

/** After this call only stop signals end the process. Call it in the first line of an entry; a second call does nothing. */
export function holdSignals(): void {
  if (held) return
  held = true
  // Some systems do not have all of these signals.
  for (const signal of IGNORED_SIGNALS)
    listen(signal, () => {
      if (signal === 'SIGHUP' && isOnTerminal()) (handlers?.stop ?? endNow)(signal)
      else handlers?.ignored(signal)
    })
}

/** The same, and stop signals stop the process gracefully. */
export function onSignals(given: SignalHandlers): void {
  holdSignals()
  handlers = given
  for (const signal of STOPPING) listen(signal, () => given.stop(signal))
}

/** The terminal of the process was closed. Without a stop the process would keep its port, and no user could stop it there. */
const isOnTerminal = (): boolean => process.stdin.isTTY === true || process.stdout.isTTY === true

const endNow = (): never => process.exit(129)

function listen(signal: NodeJS.Signals, handler: () => void): void {
  try {
    process.on(signal, handler)
  } catch {
    // The platform does not have this signal.
  }
}
