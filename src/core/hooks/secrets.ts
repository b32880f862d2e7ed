/** The secrets that sign webhooks and actions. A receiver knows the secret, so it is kept encrypted and not as a hash. */
import { commit, type Step } from '../events/commit.ts'
import type { Deps } from '../../deps.ts'
import { AES_GCM_NONCE_BYTES, decrypt, encrypt } from '../../lib/crypto.ts'
import { keysFor } from '../../lib/secret-keys.ts'

type SealDeps = Pick<Deps, 'config' | 'random'>

/** `whsec_` and base64 of 32 random bytes (Standard Webhooks, "Signature scheme"). Shown once. */
export const newHookSecret = ({ random }: Pick<Deps, 'random'>): string =>
  `whsec_${btoa(String.fromCharCode(...random.bytes(32)))}`

const hookKeys = keysFor('hook-secrets')

/** The id of the key, and what it encrypted. `owner`: the id of the row. A secret that is moved to another row cannot be decrypted. */
export async function sealHookSecret({ config, random }: SealDeps, secret: string, owner: string): Promise<string> {
  const [{ id, key }] = await hookKeys(config)
  return `${id}.${await encrypt(key, random.bytes(AES_GCM_NONCE_BYTES), secret, owner)}`
}

/** Undefined if neither APP_SECRET nor APP_SECRET_PREVIOUS is the secret it was encrypted under. */
export async function openHookSecret(
  { config }: Pick<Deps, 'config'>,
  sealed: string,
  owner: string,
): Promise<string | undefined> {
  const named = (await hookKeys(config)).find(({ id }) => sealed.startsWith(`${id}.`))
  return named && decrypt(named.key, sealed.slice(named.id.length + 1), owner)
}

/** The begin of what was encrypted under APP_SECRET_PREVIOUS; undefined: there is none. */
async function outdatedPrefix({ config }: Pick<Deps, 'config'>): Promise<string | undefined> {
  const [, previous] = await hookKeys(config)
  return previous && `${previous.id}.`
}

export interface SealedSecrets {
  secret: string
  previousSecret: string | null
}

/** The secrets of a row under the present APP_SECRET; undefined: the current one cannot be decrypted. */
async function resealed(
  deps: SealDeps,
  owner: string,
  { secret, previousSecret }: SealedSecrets,
): Promise<SealedSecrets | undefined> {
  const again = async (sealed: string | null): Promise<string | null> => {
    const opened = sealed === null ? undefined : await openHookSecret(deps, sealed, owner)
    return opened === undefined ? null : sealHookSecret(deps, opened, owner)
  }
  const current = await again(secret)
  return current === null ? undefined : { secret: current, previousSecret: await again(previousSecret) }
}

/**
 * Encrypts secrets again after a change of APP_SECRET, and returns how many. It needs the earlier one in APP_SECRET_PREVIOUS, else it
 * does nothing. `rowsUnder` finds rows by the begin of their secrets; `replace` changes one if it still has the secret `before`.
 */
export async function resealHookSecrets(
  deps: SealDeps & Parameters<typeof commit>[0],
  rowsUnder: (prefix: string) => PromiseLike<readonly (SealedSecrets & { id: string })[]>,
  replace: (id: string, before: string, to: SealedSecrets) => Step,
): Promise<number> {
  const prefix = await outdatedPrefix(deps)
  const rows = prefix === undefined ? [] : await rowsUnder(prefix)
  const steps: Step[] = []
  for (const row of rows) {
    const sealed = await resealed(deps, row.id, row)
    if (sealed) steps.push(replace(row.id, row.secret, sealed))
  }
  await commit(deps, steps)
  return steps.length
}
