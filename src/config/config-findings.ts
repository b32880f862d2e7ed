/** What is wrong with the environment, and how all of it is told at once. */

/** A variable is wrong or missing. The message is for the operator: which one, why, and what to put there. */
export class ConfigError extends Error {
  constructor(
    readonly variable: string,
    readonly reason: string,
    /** Others that are wrong too; the message has a line for each. */
    readonly others: readonly ConfigError[] = [],
  ) {
    super([`${variable}: ${reason}`, ...others.map(({ message }) => message)].join('\n'))
    this.name = 'ConfigError'
  }
}

/** Collects what is wrong, so that an operator is told of all of it at once. */
export class Findings {
  readonly #found = new Map<string, ConfigError>()

  /** One reason a variable: what follows from a wrong value is not another mistake. */
  add(error: ConfigError): void {
    if (!this.#found.has(error.variable)) this.#found.set(error.variable, error)
  }

  /** What `read` returns, or `fallback` when it finds a variable wrong. */
  check<T>(read: () => T, fallback: T): T {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      this.add(error)
      return fallback
    }
  }

  /** Throws when there are any. */
  assertNone(): void {
    const [first, ...others] = this.#found.values()
    if (first) throw new ConfigError(first.variable, first.reason, others)
  }
}
