/** Scrypt (RFC 7914) in the forms of better-auth, Firebase, Django and PHC strings. */
import { utf8 } from '../encoding.ts'
import { fromBase64, fromHex } from './base64.ts'
import { type HashReader, type Refusal, type ScryptCost, saltAndKey } from './stored-hash.ts'

/** 128 · N · r bytes: the memory of a hash. */
const MAX_MEMORY_MIB = 256
/** 128 · N · r · p bytes: a measure of its time, about a second on one core. */
const MAX_WORK_MIB = 512
const MAX_P = 16
const MIB = 1_048_576

function refusalOfCost({ n, r, p }: ScryptCost): Refusal | undefined {
  const memory = (128 * n * r) / MIB
  const refused =
    ((n < 2 || !Number.isInteger(Math.log2(n))) && 'has a scrypt N that is not a power of two above 1') ||
    ((r < 1 || p < 1) && 'has a scrypt r or p of 0') ||
    (memory > MAX_MEMORY_MIB && `needs more than ${MAX_MEMORY_MIB} MiB of memory (scrypt N and r)`) ||
    (p > MAX_P && `has a scrypt p above ${MAX_P}`) ||
    (memory * p > MAX_WORK_MIB && `costs more than ${MAX_WORK_MIB} MiB of memory times p (scrypt)`)
  return refused ? { refused } : undefined
}

/**
 * `salt:key` in hex. The text of the salt is used as bytes. better-auth `src/crypto/password.ts` sets the cost and the
 * form.
 */
export const readBetterAuth: HashReader = (text) => {
  const [, salt, key] = /^([0-9a-f]{32}):([0-9a-f]{128})$/.exec(text) ?? []
  if (salt === undefined || key === undefined) return undefined
  const decoded = fromHex(key)
  if (!decoded) return undefined
  return { kind: 'scrypt', cost: { n: 16_384, r: 16, p: 1 }, salt: utf8(salt), key: decoded, form: 'NFKC' }
}

/** `$scrypt$ln=16,r=8,p=1$salt$hash`. */
export const readPhcScrypt: HashReader = (text) => {
  if (!text.startsWith('$scrypt$')) return undefined
  const [, ln, r, p, salt = '', key = ''] =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,6}),p=(\d{1,6})\$([\w+/.-]+)\$([\w+/.-]+)$/.exec(text) ?? []
  if (ln === undefined) return { refused: 'is not a complete scrypt hash: $scrypt$ln=16,r=8,p=1$salt$hash' }
  return scryptHash({ n: 2 ** Number(ln), r: Number(r), p: Number(p) }, fromBase64(salt), fromBase64(key))
}

/** `scrypt$16384$salt$8$1$hash` of Django: the salt is text. */
export const readDjangoScrypt: HashReader = (text) => {
  if (!text.startsWith('scrypt$')) return undefined
  const [, n, salt = '', r, p, key = ''] =
    /^scrypt\$(\d{1,10})\$([^$]+)\$(\d{1,6})\$(\d{1,6})\$([^$]+)$/.exec(text) ?? []
  if (n === undefined) return { refused: 'is not a complete scrypt hash of Django: scrypt$N$salt$r$p$hash' }
  return scryptHash({ n: Number(n), r: Number(r), p: Number(p) }, utf8(salt), fromBase64(key))
}

function scryptHash(
  cost: ScryptCost,
  salt: Uint8Array<ArrayBuffer> | undefined,
  key: Uint8Array<ArrayBuffer> | undefined,
): ReturnType<HashReader> {
  const parts = refusalOfCost(cost) ?? saltAndKey(salt, key)
  return 'refused' in parts ? parts : { kind: 'scrypt', cost, ...parts }
}

/**
 * `$fbscrypt$v=1,n=14,r=8,p=1,ss=<salt separator>,sk=<signer key>$<salt>$<hash>`: the form in which Supabase imports
 * the output of `firebase auth:export`. `n` is mem_cost, `r` is rounds.
 */
export const readFirebaseScrypt: HashReader = (text) => {
  if (!text.startsWith('$fbscrypt$')) return undefined
  const [, n, r, p, separatorText = '', signerKeyText = '', saltText = '', keyText = ''] =
    /^\$fbscrypt\$v=1,n=(\d{1,2}),r=(\d{1,6}),p=(\d{1,6}),ss=([\w+/=-]*),sk=([\w+/=-]+)\$([\w+/=-]+)\$([\w+/=-]+)$/.exec(
      text,
    ) ?? []
  if (n === undefined)
    return { refused: 'is not a complete Firebase hash: $fbscrypt$v=1,n=14,r=8,p=1,ss=…,sk=…$salt$hash' }
  const cost = { n: 2 ** Number(n), r: Number(r), p: Number(p) }
  const [separator, signerKey] = [fromBase64(separatorText), fromBase64(signerKeyText)]
  const parts = refusalOfCost(cost) ?? saltAndKey(fromBase64(saltText), fromBase64(keyText))
  if ('refused' in parts) return parts
  if (!separator || !signerKey) return { refused: 'has a separator (ss) or signer key (sk) that is not base64' }
  // The hash is the signer key, encrypted byte by byte. A hash with another length belongs to another project.
  if (signerKey.length !== parts.key.length) return { refused: 'has a signer key (sk) of another length than the hash' }
  const salt = new Uint8Array([...parts.salt, ...separator])
  return { kind: 'firebase-scrypt', cost, salt, signerKey, key: parts.key }
}
