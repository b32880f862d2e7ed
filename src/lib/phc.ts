/** Argon2 as PHC strings: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash` (RFC 9106; the PHC string format). */

export interface Argon2Parameters {
  /** KiB */
  memory: number
  /** passes */
  time: number
  parallelism: number
}

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane (ASVS 11.4.2). */
export const ARGON2ID: Argon2Parameters = { memory: 19_456, time: 2, parallelism: 1 }

/** A stored hash dearer than this is refused: one row with m=4 GiB would stall a core for 17 s. */
const LIMIT: Argon2Parameters = { memory: 262_144, time: 16, parallelism: 8 }
/** KiB times passes: what a hash takes in time, about a second on one core. */
const MAX_WORK = 1_048_576
/** RFC 9106 §3.1: eight blocks a lane at least. */
const MIN_MEMORY_PER_LANE = 8

export const argon2Variants = ['argon2id', 'argon2i', 'argon2d'] as const
export type Argon2Variant = (typeof argon2Variants)[number]

const ARGON2_PHC =
  /^\$(argon2id|argon2i|argon2d)\$(?:v=(\d{1,10})\$)?m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,10})\$([A-Za-z0-9+/]{0,128})\$([A-Za-z0-9+/]{0,128})$/

/** A hash we are willing to compute, or why we are not. */
export type Argon2Reading =
  | ({ variant: Argon2Variant } & Argon2Parameters & { refused?: undefined })
  | { refused: string }

/** Reads any argon2 hash. Undefined when the text is none at all. */
export function readArgon2(phc: string): Argon2Reading | undefined {
  const match = ARGON2_PHC.exec(phc)
  if (!match) return undefined
  const [, variant, version = '16', m, t, p, salt = '', hash = ''] = match
  const [memory, time, parallelism] = [Number(m), Number(t), Number(p)]
  const refused =
    (version !== '19' && 'has an argon2 version other than 1.3 (v=19)') ||
    (parallelism < 1 && 'has no lanes (p=0)') ||
    (time < 1 && 'makes no passes (t=0)') ||
    (memory < MIN_MEMORY_PER_LANE * parallelism &&
      `has less than ${MIN_MEMORY_PER_LANE} KiB of memory a lane (m, p)`) ||
    (memory > LIMIT.memory && `needs more than ${LIMIT.memory} KiB of memory (m)`) ||
    (time > LIMIT.time && `makes more than ${LIMIT.time} passes (t)`) ||
    (parallelism > LIMIT.parallelism && `has more than ${LIMIT.parallelism} lanes (p)`) ||
    (memory * time > MAX_WORK && `costs more than ${MAX_WORK} KiB of memory times passes (m times t)`) ||
    (!isUnpaddedBase64(salt, 8, 64) && 'has a salt that is not 8 to 64 bytes of unpadded base64') ||
    (!isUnpaddedBase64(hash, 16, 64) && 'has a hash that is not 16 to 64 bytes of unpadded base64')
  return refused ? { refused } : { variant: variant as Argon2Variant, memory, time, parallelism } // one of the three in the pattern
}

/** Whole and canonical: implementations differ in what they make of stray bits at the end. */
function isUnpaddedBase64(text: string, minBytes: number, maxBytes: number): boolean {
  const bytes = Math.floor((text.length * 3) / 4)
  if (text.length % 4 === 1 || bytes < minBytes || bytes > maxBytes) return false
  return btoa(atob(text)).replaceAll('=', '') === text
}

/** Returns the parameters, or undefined when the text is not an argon2id hash we are willing to compute. */
export function parseArgon2id(phc: string): Argon2Parameters | undefined {
  const reading = readArgon2(phc)
  if (reading === undefined || reading.refused !== undefined || reading.variant !== 'argon2id') return undefined
  const { memory, time, parallelism } = reading
  return { memory, time, parallelism }
}

/** Weaker than ours: to be computed anew at the next sign-in. */
export const isWeak = ({ memory, time }: Argon2Parameters): boolean => memory < ARGON2ID.memory || time < ARGON2ID.time

/** True for every hash but argon2id at our cost or more: the sign-in that verifies it replaces it with ours. */
export function needsUpgrade(stored: string): boolean {
  const parameters = parseArgon2id(stored)
  return parameters === undefined || isWeak(parameters)
}
