/** @jsxImportSource @kitajs/html */
/** The page at `/`: who is signed in, and where to go from here. */
import type { Config } from '../../config.ts'
import type { Locale } from '../../lib/languages.ts'
import { toHtml } from '../mail/to-html.ts'
import { type HomeDocument, sayIn } from './document.tsx'
import { firstSteps } from './first-steps.tsx'
import type { Say } from './messages/say.ts'

export interface Visitor {
  name: string
  email: string
  /** May open the console. */
  managesOthers: boolean
}

export interface HomeView {
  locale: Locale
  visitor: Visitor | undefined
  /** Of a server in development; undefined in production, which says nothing of itself to strangers. */
  development: { hasAdmin: boolean } | undefined
}

export function homePage({ locale, visitor, development }: HomeView, config: Config): HomeDocument {
  const say = sayIn(locale, config)
  const content = visitor === undefined ? signedOut(say) : signedIn(say, visitor)
  const page = { locale, title: config.brandName, content }
  return development === undefined ? page : { ...page, below: firstSteps(config, development) }
}

const signedOut = (say: Say): string =>
  toHtml(
    <>
      <h1 safe>{say('out.heading')}</h1>
      <p safe>{say('out.why')}</p>
      <p class="acts">
        <a class="button" href="/sign-in?return_to=%2F" safe>
          {say('out.signIn')}
        </a>
        <a class="button quiet" href="/sign-up?return_to=%2F" safe>
          {say('out.signUp')}
        </a>
      </p>
      <nav>{place('/docs', say('go.docs'), say('go.docs.why'))}</nav>
    </>,
  )

function signedIn(say: Say, { name, email, managesOthers }: Visitor): string {
  const who = name.trim() === '' ? email : name
  return toHtml(
    <>
      <h1 safe>{say('in.heading')}</h1>
      {who === '' ? '' : accountBox(say('in.as'), who, who === email ? '' : email)}
      <nav>
        {place('/account', say('go.account'), say('go.account.why'))}
        {managesOthers ? place('/console', say('go.manage'), say('go.manage.why')) : ''}
        {place('/docs', say('go.docs'), say('go.docs.why'))}
      </nav>
      {/* The end session endpoint, as apps use it: it tells them too, and ends at a page of its own. */}
      <form method="post" action="/oauth/logout">
        <button class="button quiet" type="submit" name="decision" value="sign-out" safe>
          {say('in.signOut')}
        </button>
      </form>
    </>,
  )
}

const accountBox = (label: string, who: string, email: string): string =>
  toHtml(
    <div class="account">
      <span safe>{label}</span>
      <strong safe>{who}</strong>
      {email === '' ? '' : toHtml(<span safe>{email}</span>)}
    </div>,
  )

const place = (url: string, label: string, why: string): string =>
  toHtml(
    <a class="place" href={url}>
      <strong safe>{label}</strong>
      <span safe>{why}</span>
    </a>,
  )
