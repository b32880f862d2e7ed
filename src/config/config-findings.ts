/** Collects the errors of the environment, to show all of them at once. */

/** A wrong or missing variable. The message tells the operator which variable, why, and what to set. */
export class ConfigError extends Error {
  constructor(
    readonly variable: string,
    readonly reason: string,
    /** Other wrong variables. The message has a line for each. */
    readonly others: readonly ConfigError[] = [],
  ) {
    super([`${variable}: ${reason}`, ...others.map(({ message }) => message)].join('\n'))
    this.name = 'ConfigError'
  }
}

/** Collects errors, so that the operator sees all of them at once. */
export class Findings {
  readonly #found = new Map<string, ConfigError>()

  /** Keeps one reason for each variable: later errors may follow from the first. */
  add(error: ConfigError): void {
    if (!this.#found.has(error.variable)) this.#found.set(error.variable, error)
  }

  /** Returns the result of `read`, or `fallback` if `read` throws a `ConfigError`. */
  check<T>(read: () => T, fallback: T): T {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      this.add(error)
      return fallback
    }
  }

  /** Throws if there are errors. */
  assertNone(): void {
    const [first, ...others] = this.#found.values()
    if (first) throw new ConfigError(first.variable, first.reason, others)
  }
}
