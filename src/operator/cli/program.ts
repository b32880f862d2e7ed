/** The words before the name of a command: the script of a checkout, or the binary. */
export const program = Bun.isStandaloneExecutable ? 'threeger cli' : 'bun run cli'
