/**
 * What signals do, for every process that lives on. Without a listener each of them ends the process at once, requests
 * in flight and all. docs/operations.md lists them.
 */
import process from 'node:process'

/** A stop in good order. SIGQUIT means it to some supervisors, nginx and containers among them. */
const STOPPING = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const
/** Asked of other programs to read their configuration or open their logs again. This one is restarted for that. */
const IGNORED_SIGNALS = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const

export const IGNORED = 'signal ignored: to read the configuration again, restart with SIGTERM and a new start'

interface SignalHandlers {
  /** Called for each signal that asks for a stop: the second one too. */
  stop: (signal: string) => void
  ignored: (signal: string) => void
}

let handlers: SignalHandlers | undefined
let held = false

/** From here on no signal but those that ask for a stop ends the process. For the first line of an entry; again, it does nothing. */
export function holdSignals(): void {
  if (held) return
  held = true
  // Not every system has each of them.
  for (const signal of IGNORED_SIGNALS)
    listen(signal, () => {
      if (signal === 'SIGHUP' && isOnTerminal()) (handlers?.stop ?? endNow)(signal)
      else handlers?.ignored(signal)
    })
}

/** The same, and a stop is in good order. */
export function onSignals(given: SignalHandlers): void {
  holdSignals()
  handlers = given
  for (const signal of STOPPING) listen(signal, () => given.stop(signal))
}

/** The terminal it runs on was closed: nobody is there to stop it later, and it would keep its port. */
const isOnTerminal = (): boolean => process.stdin.isTTY === true || process.stdout.isTTY === true

const endNow = (): never => process.exit(129)

function listen(signal: NodeJS.Signals, handler: () => void): void {
  try {
    process.on(signal, handler)
  } catch {
    // The platform knows no such signal.
  }
}
