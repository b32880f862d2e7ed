/** The operations on signing keys behind the commands. */
import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../deps.ts'
import { iso } from '../lib/iso-time.ts'
import type { SigningAlg } from '../lib/primitives/primitives.ts'
import { listSigningKeys } from '../modules/signing-keys/list-keys.ts'
import { KeyAlg, KeyId, type ListedKey } from '../modules/signing-keys/schema.ts'
import { parse } from './parse-input.ts'

const Nothing = Type.Object({}, { additionalProperties: false })
/** Absent: every algorithm that has a key. */
const Rotation = Type.Object({ alg: Type.Optional(KeyAlg) }, { additionalProperties: false })
const Revocation = Type.Object({ id: KeyId }, { additionalProperties: false })

interface RotatedKey {
  id: string
  alg: SigningAlg
  activeAt: string
}

/** The input and the items of these operations. */
export interface SigningKeyOperations {
  'keys.rotate': { input: Static<typeof Rotation>; item: RotatedKey }
  'signing-keys.list': { input: Static<typeof Nothing>; item: ListedKey }
  'signing-keys.revoke': {
    input: Static<typeof Revocation>
    item: { id: string; alg: SigningAlg; successor: string }
  }
}

export const signingKeyOperations = {
  async *'keys.rotate'(deps: Deps, input: unknown) {
    const { alg } = parse(Rotation, input)
    yield { item: await rotated(deps, alg ?? 'EdDSA') }
    // All of them, because the keys under an earlier APP_SECRET must retire before it is forgotten.
    const others = alg === undefined ? new Set((await listSigningKeys(deps)).map((key) => key.alg)) : []
    for (const other of others) if (other !== 'EdDSA') yield { item: await rotated(deps, other) }
  },
  async *'signing-keys.list'(deps: Deps, input: unknown) {
    parse(Nothing, input)
    for (const item of await listSigningKeys(deps)) yield { item }
  },
  async *'signing-keys.revoke'(deps: Deps, input: unknown) {
    const { id } = parse(Revocation, input)
    yield { item: await deps.keys.revoke(id) }
  },
}

async function rotated({ keys }: Pick<Deps, 'keys'>, alg: SigningAlg): Promise<RotatedKey> {
  const { id, activeAt } = await keys.rotate(alg)
  return { id, alg, activeAt: iso(activeAt) }
}
