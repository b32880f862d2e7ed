/**
 * What must be remembered between the way to a provider and the way back: in one encrypted cookie, so that nothing is
 * stored for who never comes back, and no other browser can finish what this one began.
 */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../deps.ts'
import { AES_GCM_NONCE_BYTES, decrypt, deriveKey, encrypt } from '../../lib/crypto.ts'
import { oncePer } from '../../lib/once-per.ts'

/** People look for their password, and for their second factor there. */
export const FLOW_SECONDS = 600

const Flow = Type.Object({
  provider: Type.String(),
  state: Type.String(),
  nonce: Type.String(),
  verifier: Type.String(),
  returnTo: Type.String(),
  expiresAt: Type.Integer(),
  /** They are asked to prove anew who they are. */
  fresh: Type.Optional(Type.Boolean()),
  /** Absent for a sign-in: the session that links, and whether it is one of a cookie. */
  link: Type.Optional(Type.Object({ userId: Type.String(), sessionId: Type.String(), byCookie: Type.Boolean() })),
})
export type Flow = Static<typeof Flow>

const flowKey = oncePer(({ appSecret }: Deps['config']) => deriveKey(appSecret, 'provider-flows'))
const CONTEXT = 'flow'

export const sealFlow = async ({ config, random }: Pick<Deps, 'config' | 'random'>, flow: Flow): Promise<string> =>
  encrypt(await flowKey(config), random.bytes(AES_GCM_NONCE_BYTES), JSON.stringify(flow), CONTEXT)

/** Undefined for anything that is not ours, or too old. */
export async function openFlow(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  sealed: string | undefined,
): Promise<Flow | undefined> {
  const text = sealed === undefined ? undefined : await decrypt(await flowKey(config), sealed, CONTEXT)
  const flow: unknown = text === undefined ? undefined : JSON.parse(text)
  return Value.Check(Flow, flow) && flow.expiresAt > clock.now() ? flow : undefined
}
