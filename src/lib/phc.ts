/** Argon2 in PHC strings: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash` (RFC 9106; the PHC string format). */

export interface Argon2Parameters {
  /** KiB */
  memory: number
  /** passes */
  time: number
  parallelism: number
}

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane (ASVS 11.4.2). */
export const ARGON2ID: Argon2Parameters = { memory: 19_456, time: 2, parallelism: 1 }

/** The server refuses a stored hash above these limits: one row with m=4 GiB would block a core for 17 s. */
const LIMIT: Argon2Parameters = { memory: 262_144, time: 16, parallelism: 8 }
/** KiB times passes. This limits the time of a hash to about a second on one core. */
const MAX_WORK = 1_048_576
/** RFC 9106 §3.1: at least eight blocks for each lane. */
const MIN_MEMORY_PER_LANE = 8

export const argon2Variants = ['argon2id', 'argon2i', 'argon2d'] as const
export type Argon2Variant = (typeof argon2Variants)[number]

const ARGON2_PHC =
  /^\$(argon2id|argon2i|argon2d)\$(?:v=(\d{1,10})\$)?m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,10})\$([A-Za-z0-9+/]{0,128})\$([A-Za-z0-9+/]{0,128})$/

/** The parameters of a hash that the server computes, or why it refuses the hash. */
export type Argon2Reading =
  | ({ variant: Argon2Variant } & Argon2Parameters & { refused?: undefined })
  | { refused: string }

/** Parses any argon2 hash. Undefined for a text that is not an argon2 hash. */
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

/** Complete and canonical: implementations treat extra bits at the end differently. */
function isUnpaddedBase64(text: string, minBytes: number, maxBytes: number): boolean {
  const bytes = Math.floor((text.length * 3) / 4)
  if (text.length % 4 === 1 || bytes < minBytes || bytes > maxBytes) return false
  return btoa(atob(text)).replaceAll('=', '') === text
}

/** Returns the parameters, or undefined if the text is not an argon2id hash or is refused. */
export function parseArgon2id(phc: string): Argon2Parameters | undefined {
  const reading = readArgon2(phc)
  if (reading === undefined || reading.refused !== undefined || reading.variant !== 'argon2id') return undefined
  const { memory, time, parallelism } = reading
  return { memory, time, parallelism }
}

/** Weaker than the hashes of this server: the next sign-in replaces it. */
export const isWeak = ({ memory, time }: Argon2Parameters): boolean => memory < ARGON2ID.memory || time < ARGON2ID.time

/** True for every hash except argon2id with at least our cost. The sign-in that verifies the hash replaces it. */
export function needsUpgrade(stored: string): boolean {
  const parameters = parseArgon2id(stored)
  return parameters === undefined || isWeak(parameters)
}
