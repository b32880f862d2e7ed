/** What an operator types before the name of a command: the script of a checkout, or the binary itself. */
export const program = Bun.isStandaloneExecutable ? 'threeger cli' : 'bun run cli'
