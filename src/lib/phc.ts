/** PHC strings of argon2id: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. */

export interface Argon2idParameters {
  /** KiB */
  memory: number
  /** passes */
  time: number
  parallelism: number
}

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane (ASVS 11.4.2). */
export const ARGON2ID: Argon2idParameters = { memory: 19_456, time: 2, parallelism: 1 }

/** A stored hash dearer than this is refused: one row with m=4 GiB would stall a core for 17 s. */
const LIMIT: Argon2idParameters = { memory: 262_144, time: 16, parallelism: 8 }

const ARGON2ID_PHC =
  /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,4}),p=(\d{1,3})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/

/** Returns the parameters, or undefined when the text is not an argon2id hash we are willing to compute. */
export function parseArgon2id(phc: string): Argon2idParameters | undefined {
  const match = ARGON2ID_PHC.exec(phc)
  if (!match) return undefined
  const [memory, time, parallelism] = match.slice(1).map(Number) as [number, number, number] // three groups, all digits
  if (memory > LIMIT.memory || time > LIMIT.time || parallelism > LIMIT.parallelism) return undefined
  return { memory, time, parallelism }
}

/** Weaker than ours: to be computed anew at the next sign-in. */
export const isWeak = ({ memory, time }: Argon2idParameters): boolean =>
  memory < ARGON2ID.memory || time < ARGON2ID.time
