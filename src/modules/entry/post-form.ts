/** What a form of one of these pages does, and the page after a failure. */
import type { Deps } from '../../deps.ts'
import type { Problem } from '../../errors.ts'
import type { Answered } from '../../lib/answered.ts'
import { readWaitingCookie } from '../../lib/cookies.ts'
import { openWaiting, sealWaiting, waitingCookie } from '../mfa/waiting-sign-in.ts'
import { forgotActs, signUpActs } from './account-acts.ts'
import { type Told, toldOfFault, toldOfProblem } from './failure.ts'
import { Fault, type Form, isAddress } from './form.ts'
import { speak } from './messages/say.ts'
import { EXPIRED, secondView, stepUpView } from './open-page.ts'
import { type Act, signInActs } from './sign-in-acts.ts'
import type { PageName } from './trip.ts'
import type { Notice, Step, View } from './view.ts'
import { show, type Visitor } from './visit.ts'

const ACTS: Readonly<Record<PageName, Readonly<Record<string, Act>>>> = {
  'sign-in': signInActs,
  'sign-up': signUpActs,
  'forgot-password': forgotActs,
}
const FIRST: Readonly<Record<PageName, string>> = {
  'sign-in': 'password',
  'sign-up': 'new',
  'forgot-password': 'forgot',
}
const FIRST_STEP: Readonly<Record<PageName, Step>> = {
  'sign-in': 'enter',
  'sign-up': 'new',
  'forgot-password': 'forgot',
}

/** `onFailure`: what is told to the log. */
export async function postForm(
  deps: Deps,
  page: PageName,
  visitor: Visitor,
  form: Form,
  onFailure: (error: unknown) => Problem,
): Promise<Answered> {
  const acts = ACTS[page]
  const named = form.act()
  const act = Object.hasOwn(acts, named) ? acts[named] : acts[FIRST[page]]
  if (act === undefined) throw new Error(`${page} has no act`)
  try {
    return await act.run(deps, visitor, form)
  } catch (error) {
    if (error instanceof Fault) return showFailure(deps, page, visitor, form, act, toldOfFault(error))
    const found = onFailure(error)
    const say = speak(visitor.locale, { brand: deps.config.brandName, host: '' })
    const told = toldOfProblem(say, deps.config.passwordMinLength, found)
    return showFailure(deps, page, visitor, form, act, told, found)
  }
}

async function showFailure(
  deps: Deps,
  page: PageName,
  visitor: Visitor,
  form: Form,
  act: Act,
  { notice, status, headers }: Told,
  found?: Problem,
): Promise<Answered> {
  const view = viewAfter(page, visitor, form, act, notice, found)
  // Only the step that waits has the text: after a new start it would be of an old one.
  const sealed = WAITS.includes(view.step) ? visitor.sealed : undefined
  const shown = show(deps, { ...visitor, sealed }, view, status, headers)
  return act.step === 'enter' ? { ...shown, cookies: await typedCookie(deps, visitor, view) } : shown
}

/**
 * Keeps the address that was typed for the pages that the sign-in page leads to, without a script too. Nothing that waits in another
 * tab gives way.
 */
async function typedCookie(deps: Deps, { request }: Visitor, { values }: View): Promise<string[]> {
  const email = values?.email?.trim() ?? ''
  if (!isAddress(email)) return []
  const before = await openWaiting(deps, readWaitingCookie(request.headers.get('cookie'), deps.config.appUrl))
  if (before !== undefined && before.for !== 'typed') return []
  return [waitingCookie(deps.config, await sealWaiting(deps, { for: 'typed', email }))]
}

const WAITS: readonly Step[] = ['code', 'second', 'fresh', 'confirm', 'reset']

function viewAfter(
  page: PageName,
  visitor: Visitor,
  form: Form,
  { step }: Act,
  notice: Notice,
  found: Problem | undefined,
): View {
  const { waiting, session } = visitor
  const values = { email: form.typed('email'), name: form.typed('name') }
  const first = (message: Notice['message'] = notice.message): View => ({
    step: FIRST_STEP[page],
    notice: { ...notice, message, field: undefined },
    values,
  })
  if (found?.code === 'mfa.challenge_invalid') return first(page === 'sign-in' ? undefined : EXPIRED.message)
  if (found?.code === 'auth.required' || found?.code === 'session.expired') return first('say.signedOut')
  switch (step) {
    case 'enter':
      return form.act() === 'link' && found?.code === 'token.invalid'
        ? first('say.link.invalid')
        : { step, notice, values }
    case 'code':
      return { step, notice, values, email: waiting?.for === 'sign-in' ? waiting.email : undefined }
    case 'second':
      return waiting?.for === 'factor' ? { ...secondView(waiting), notice } : first()
    case 'factor':
    case 'fresh':
      return session === undefined
        ? first('say.signedOut')
        : { ...stepUpView(visitor, session), notice: ofStepUp(notice, found) }
    case 'confirm':
    case 'reset':
      return waiting?.for === 'sign-up' || waiting?.for === 'reset'
        ? { step, notice, email: waiting.email }
        : first(EXPIRED.message)
    default:
      return { step, notice, values }
  }
}

/** Only the password can be wrong there. */
const ofStepUp = (notice: Notice, found: Problem | undefined): Notice =>
  found?.code === 'auth.invalid_credentials' ? { ...notice, message: 'say.password.wrong' } : notice
