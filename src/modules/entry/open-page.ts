/** What a GET of one of these pages shows. It changes nothing. */
import type { Deps } from '../../deps.ts'
import type { Answered } from '../../lib/answered.ts'
import { en } from './messages/en.ts'
import type { PageName } from './trip.ts'
import type { Notice, View } from './view.ts'
import { beginAgain, leadOn, show, type Visitor } from './visit.ts'

export const openPage: Readonly<Record<PageName, (deps: Deps, visitor: Visitor) => Answered | Promise<Answered>>> = {
  'sign-in': openSignIn,
  'sign-up': (deps, visitor) => {
    const { trip, waiting } = visitor
    if (trip.step !== 'confirm') return show(deps, visitor, { step: 'new', values: typedBefore(visitor) })
    if (waiting?.for === 'sign-up') return show(deps, visitor, { step: 'confirm', email: waiting.email })
    return show(deps, visitor, { step: 'new', notice: EXPIRED })
  },
  'forgot-password': (deps, visitor) => {
    const { trip, waiting } = visitor
    if (trip.step !== 'reset') return show(deps, visitor, { step: 'forgot', values: typedBefore(visitor) })
    if (waiting?.for === 'reset') return show(deps, visitor, { step: 'reset', email: waiting.email })
    return show(deps, visitor, { step: 'forgot', notice: EXPIRED })
  },
}

/** The address that the person typed on the sign-in page, unless the URL names one. */
const typedBefore = ({ trip, waiting }: Visitor): NonNullable<View['values']> =>
  trip.hint === '' && (waiting?.for === 'typed' || waiting?.for === 'sign-in') ? { email: waiting.email } : {}

export const EXPIRED: Notice = { message: 'say.expired', tone: 'bad' }

function openSignIn(deps: Deps, visitor: Visitor): Answered | Promise<Answered> {
  const { trip, session, waiting } = visitor
  if (trip.error !== undefined) return beginAgain(deps, visitor, errorOf(trip.error))
  if (trip.from !== undefined) {
    if (session !== undefined && !session.anonymous) return leadOn(deps, visitor, session)
    // After a form, the answer had the cookie. After a provider, the person may have pressed the back button.
    return trip.from === 'form' ? beginAgain(deps, visitor, 'say.cookies') : show(deps, visitor, { step: 'enter' })
  }
  switch (trip.step) {
    case 'code':
      return show(deps, visitor, { step: 'code', email: waiting?.for === 'sign-in' ? waiting.email : undefined })
    case 'second':
      if (waiting?.for !== 'factor') return beginAgain(deps, visitor, 'say.expired')
      return show(deps, visitor, secondView(waiting))
    case 'password':
      if (waiting?.for !== 'password') return show(deps, visitor, { step: 'enter' })
      return show(
        deps,
        { ...visitor, sealed: undefined },
        {
          step: 'enter',
          values: { email: waiting.email },
          notice: { message: `say.${waiting.because}`, tone: 'good' },
        },
      )
    case 'factor':
    case 'fresh':
      return session === undefined
        ? show(deps, visitor, { step: 'enter' })
        : show(deps, visitor, stepUpView(visitor, session))
    default:
      return show(deps, visitor, { step: 'enter', notice: session === undefined ? leftNotice(trip) : undefined })
  }
}

const LEFT = {
  ended: { message: 'say.ended', tone: 'bad' },
  'signed-out': { message: 'say.left', tone: 'good' },
} as const satisfies Record<string, Notice>

const leftNotice = ({ left }: Visitor['trip']): Notice | undefined => (left === undefined ? undefined : LEFT[left])

export const secondView = ({
  challenge: token,
  factors,
}: Extract<NonNullable<Visitor['waiting']>, { for: 'factor' }>): View => ({
  step: 'second',
  challenge: { token, factors },
})

/** An account with a second factor shows that one; another one shows its password, or a code of a mail. */
export function stepUpView({ trip, waiting }: Visitor, session: NonNullable<Visitor['session']>): View {
  const { email } = session.user
  if (trip.step === 'factor' || session.hasFactor) return { step: 'factor', email }
  return { step: 'fresh', email, byCode: waiting?.for === 'sign-in' && waiting.email === email }
}

/** A provider may send any text. */
const errorOf = (error: string): Notice['message'] => {
  const name = `say.${error}`
  return isSaid(name) ? name : 'say.provider.failed'
}

const isSaid = (name: string): name is Notice['message'] => name in en
