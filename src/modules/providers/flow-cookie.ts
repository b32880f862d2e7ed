/**
 * The state of a flow between the start and the callback, in one encrypted cookie. So the server stores nothing for a
 * person who does not come back, and no other browser can finish this flow.
 */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../deps.ts'
import { AES_GCM_NONCE_BYTES, decrypt, deriveKey, encrypt } from '../../lib/crypto.ts'
import { oncePer } from '../../lib/once-per.ts'

/** Lifetime of a flow. People need time to find their password and their second factor at the provider. */
export const FLOW_SECONDS = 600

const Flow = Type.Object({
  provider: Type.String(),
  state: Type.String(),
  nonce: Type.String(),
  verifier: Type.String(),
  returnTo: Type.String(),
  expiresAt: Type.Integer(),
  /** The provider is asked to authenticate the person again. */
  fresh: Type.Optional(Type.Boolean()),
  /** Absent for a sign-in. The session that links the identity, and whether it uses a cookie. */
  link: Type.Optional(Type.Object({ userId: Type.String(), sessionId: Type.String(), byCookie: Type.Boolean() })),
})
export type Flow = Static<typeof Flow>

const flowKey = oncePer(({ appSecret }: Deps['config']) => deriveKey(appSecret, 'provider-flows'))
const CONTEXT = 'flow'

export const sealFlow = async ({ config, random }: Pick<Deps, 'config' | 'random'>, flow: Flow): Promise<string> =>
  encrypt(await flowKey(config), random.bytes(AES_GCM_NONCE_BYTES), JSON.stringify(flow), CONTEXT)

/** Returns undefined for a value that this server did not encrypt, and for a flow that is too old. */
export async function openFlow(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  sealed: string | undefined,
): Promise<Flow | undefined> {
  const text = sealed === undefined ? undefined : await decrypt(await flowKey(config), sealed, CONTEXT)
  const flow: unknown = text === undefined ? undefined : JSON.parse(text)
  return Value.Check(Flow, flow) && flow.expiresAt > clock.now() ? flow : undefined
}
