/** What the forms of the sign-in page do. Each calls the service of its API route, with the same limits and events. */

import { tryToken } from '../../core/limits/guesses.ts'
import { limitAddress } from '../../core/limits/request-budgets.ts'
import type { Deps, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { Answered } from '../../lib/answered.ts'
import { writeDeviceCookie } from '../../lib/cookies.ts'
import { signInWithProof } from '../email-codes/sign-in-with-proof.ts'
import { REMEMBER_DEVICE_DAYS } from '../mfa/answer-challenge.ts'
import { readChallenge } from '../mfa/challenges.ts'
import { deviceTokenOf } from '../mfa/present-sign-in.ts'
import { verifyFactor } from '../mfa/verify-factor.ts'
import { limitProof, proofOf } from '../proofs/handle-proof.ts'
import type { ProofPurpose } from '../proofs/queries.ts'
import { requestProof } from '../proofs/request-proof.ts'
import { signIn } from '../sign-in/sign-in.ts'
import { type StepUpAnswer, stepUp } from '../step-up/step-up.ts'
import { accountsCookie, withoutAccount } from './chooser/accounts-cookie.ts'
import type { Form } from './form.ts'
import type { Step } from './view.ts'
import { afterFirstFactor, finish, turnTo, type Visitor, wait } from './visit.ts'

export interface Act {
  /** The step that is shown again after a failure. */
  step: Step
  run: (deps: Deps, visitor: Visitor, form: Form) => Promise<Answered>
}

const DAY_SECONDS = 86_400

async function byPassword(deps: Deps, visitor: Visitor, form: Form): Promise<Answered> {
  const credentials = {
    email: form.accountEmail(),
    password: form.password(),
    deviceToken: deviceTokenOf(deps, visitor.request),
  }
  return afterFirstFactor(deps, visitor, await signIn(deps, visitor.cause, credentials, 'cookie'))
}

/** Sends a mail for this purpose, within the limit of the network. The answer is the same for every address. */
export async function sendMail(
  deps: Deps,
  { cause }: Visitor,
  purpose: Exclude<ProofPurpose, 'change-email'>,
  email: string,
): Promise<void> {
  await limitAddress(deps, 'mail:address', cause, {})
  await requestProof(deps, cause, purpose, email)
}

/** Sends a code to the address of the form, or again to the one that waits. */
async function mailCode(deps: Deps, visitor: Visitor, form: Form): Promise<Answered> {
  const { waiting } = visitor
  const email = waiting?.for === 'sign-in' && !form.has('email') ? waiting.email : form.accountEmail()
  await sendMail(deps, visitor, 'sign-in', email)
  return wait(deps, visitor, 'sign-in', 'code', { for: 'sign-in', email })
}

async function byProof(deps: Deps, visitor: Visitor, sent: Parameters<typeof proofOf>[1]): Promise<Answered> {
  const { cause, request } = visitor
  const proof = await proofOf(deps, sent)
  const device = deviceTokenOf(deps, request)
  const signedIn = await limitProof(deps, cause, proof, () => signInWithProof(deps, cause, proof, 'cookie', device))
  return afterFirstFactor(deps, visitor, signedIn)
}

const byCode = (deps: Deps, visitor: Visitor, form: Form): Promise<Answered> => {
  const { waiting } = visitor
  const email = waiting?.for === 'sign-in' ? waiting.email : form.accountEmail()
  return byProof(deps, visitor, { email, code: form.code() })
}

/** The token of the link, which the script took from the fragment. */
const byLink = (deps: Deps, visitor: Visitor, form: Form): Promise<Answered> =>
  byProof(deps, visitor, { token: form.text('token').slice(0, 512) })

/** The second factor. */
async function bySecond(deps: Deps, visitor: Visitor, form: Form): Promise<Answered> {
  const { cause, waiting } = visitor
  if (waiting?.for !== 'factor') throw problem('mfa.challenge_invalid')
  const challenge = await tryToken(deps, cause, () => readChallenge(deps, waiting.challenge))
  const answer = { challenge: waiting.challenge, ...form.factor(), rememberDevice: form.has('rememberDevice') }
  const { session, deviceToken } = await verifyFactor(deps, cause, challenge, answer)
  const remembered =
    deviceToken === undefined
      ? []
      : [writeDeviceCookie(deps.config.appUrl, deviceToken, REMEMBER_DEVICE_DAYS * DAY_SECONDS)]
  return finish(deps, visitor, session, remembered)
}

/** A step-up of the session that there is. */
const steppingUp =
  (answerOf: (form: Form) => StepUpAnswer) =>
  async (deps: Deps, visitor: Visitor, form: Form): Promise<Answered> => {
    const session = sessionOf(visitor)
    return finish(deps, visitor, await stepUp(deps, visitor.ownCause, session, answerOf(form)))
  }

const sessionOf = ({ session }: Visitor): SessionPrincipal => {
  if (session === undefined) throw problem('auth.required')
  return session
}

async function mailFresh(deps: Deps, visitor: Visitor): Promise<Answered> {
  const {
    impersonatorId,
    user: { email },
  } = sessionOf(visitor)
  // An administrator who acts as the person cannot use the code, and the person did not ask for it.
  if (impersonatorId !== null) visitor.ownCause.requireFresh()
  await sendMail(deps, visitor, 'sign-in', email)
  return wait(deps, visitor, 'sign-in', 'fresh', { for: 'sign-in', email })
}

/** Takes an account off the list of this browser. */
const forget: Act['run'] = async (deps, visitor, form) => {
  const left = withoutAccount(visitor.accounts, form.text('account'))
  return turnTo(deps, visitor, 'sign-in', {}, [accountsCookie(deps.config.appUrl, left)])
}

export const signInActs: Readonly<Record<string, Act>> = {
  password: { step: 'enter', run: byPassword },
  mail: { step: 'enter', run: mailCode },
  code: { step: 'code', run: byCode },
  link: { step: 'enter', run: byLink },
  second: { step: 'second', run: bySecond },
  factor: { step: 'factor', run: steppingUp((form) => ({ factor: 'totp', code: form.code() })) },
  fresh: { step: 'fresh', run: steppingUp((form) => ({ password: form.password() })) },
  'fresh-code': { step: 'fresh', run: steppingUp((form) => ({ code: form.code() })) },
  'fresh-mail': { step: 'fresh', run: mailFresh },
  forget: { step: 'enter', run: forget },
}
