/** What the forms for a new account and for a forgotten password do. Each calls the service of its API route. */

import { limitAddress } from '../../core/limits/request-budgets.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { Answered } from '../../lib/answered.ts'
import { signInWithProof } from '../email-codes/sign-in-with-proof.ts'
import { completeSignIn } from '../mfa/complete-sign-in.ts'
import { deviceTokenOf } from '../mfa/present-sign-in.ts'
import { resetPassword } from '../passwords/reset-password.ts'
import { limitProof, proofOf } from '../proofs/handle-proof.ts'
import { unchangedSince } from '../sessions/queries.ts'
import { signUp } from '../sign-up/sign-up.ts'
import type { Form } from './form.ts'
import { type Act, sendMail } from './sign-in-acts.ts'
import { afterFirstFactor, finish, type Visitor, wait } from './visit.ts'

/**
 * Makes the account. Where addresses must be verified, the next step is the same whether the address was free or not: the
 * sealed text has the id of an account that there is only if it was free.
 */
async function makeAccount(deps: Deps, visitor: Visitor, form: Form): Promise<Answered> {
  const { cause } = visitor
  const account = {
    id: deps.random.id('usr'),
    name: form.name(),
    email: form.newEmail(),
    password: form.password(),
  }
  await limitAddress(deps, 'sign-up:address', cause, {})
  const session = await signUp(deps, cause, account, 'cookie')
  if (session !== undefined) return finish(deps, visitor, session)
  const { id: userId, email } = account
  return wait(deps, visitor, 'sign-up', 'confirm', { for: 'sign-up', email, userId })
}

/**
 * Verifies the address, and signs its reader in. A thief may have signed up with it before: then the code is of the thief's
 * account, which becomes that of the reader, without the thief's password.
 */
async function confirmAddress(deps: Deps, visitor: Visitor, form: Form): Promise<Answered> {
  const { cause, waiting, request } = visitor
  if (waiting?.for !== 'sign-up') throw problem('mfa.challenge_invalid')
  const { email, userId } = waiting
  const proof = await proofOf(deps, { email, code: form.code() })
  const device = deviceTokenOf(deps, request)
  const signedIn = await limitProof(deps, cause, proof, () =>
    signInWithProof(deps, cause, proof, 'cookie', device, userId),
  )
  return afterFirstFactor(deps, visitor, signedIn)
}

async function mailVerification(deps: Deps, visitor: Visitor): Promise<Answered> {
  const { waiting } = visitor
  if (waiting?.for !== 'sign-up') throw problem('mfa.challenge_invalid')
  await sendMail(deps, visitor, 'verify-email', waiting.email)
  return wait(deps, visitor, 'sign-up', 'confirm', waiting)
}

/** Sends a code to the address of the form, or again to the one that waits. */
async function mailReset(deps: Deps, visitor: Visitor, form: Form): Promise<Answered> {
  const { waiting } = visitor
  const email = waiting?.for === 'reset' && !form.has('email') ? waiting.email : form.accountEmail()
  await sendMail(deps, visitor, 'reset-password', email)
  return wait(deps, visitor, 'forgot-password', 'reset', { for: 'reset', email })
}

/** Sets the new password, and signs the person in: they have just chosen it. A second factor is asked for as always. */
async function resetByCode(deps: Deps, visitor: Visitor, form: Form): Promise<Answered> {
  const { cause, waiting, request } = visitor
  if (waiting?.for !== 'reset') throw problem('mfa.challenge_invalid')
  const { email } = waiting
  const [code, password] = [form.code(), form.password()]
  const proof = await proofOf(deps, { email, code })
  const { userId, passwordHash } = await limitProof(deps, cause, proof, () =>
    resetPassword(deps, cause, proof, password),
  )
  const signedIn = await completeSignIn(deps, cause, {
    userId,
    kind: 'cookie',
    amr: ['pwd'],
    condition: unchangedSince(userId, passwordHash),
    deviceToken: deviceTokenOf(deps, request),
  })
  if (signedIn !== undefined) return afterFirstFactor(deps, visitor, signedIn)
  return wait(deps, visitor, 'sign-in', 'password', { for: 'password', email, because: 'reset' })
}

export const signUpActs: Readonly<Record<string, Act>> = {
  new: { step: 'new', run: makeAccount },
  confirm: { step: 'confirm', run: confirmAddress },
  'confirm-mail': { step: 'confirm', run: mailVerification },
}

export const forgotActs: Readonly<Record<string, Act>> = {
  forgot: { step: 'forgot', run: mailReset },
  reset: { step: 'reset', run: resetByCode },
  'reset-mail': { step: 'reset', run: mailReset },
}
