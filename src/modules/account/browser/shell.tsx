/** @jsxImportSource preact */
/** The frame of the page: who is signed in, the sections, and what concerns all of them. */
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { leaveFor, SIGNED_OUT, send, signInAgain } from '../../../browser/api.ts'
import { FreshSessionPrompt } from '../../../browser/fresh-session.tsx'
import { Heading } from '../../../browser/heading.tsx'
import { pathname } from '../../../browser/navigation.ts'
import { languageNames, locales } from '../../../lib/languages.ts'
import type { Text } from '../schema.ts'
import type { Section } from '../sections.ts'
import { useAct } from './act.ts'
import { announced } from './announce.ts'
import { App } from './app.tsx'
import { Apps } from './apps.tsx'
import { focusNamedCard, isOnline, linkFailed } from './arrival.ts'
import { Data, deleted } from './data.tsx'
import { Devices } from './devices.tsx'
import { Identities } from './identities.tsx'
import { lacksFactor, type Me, me, readMe, unread } from './me.ts'
import { Bell, Notifications } from './notifications.tsx'
import { Orgs } from './orgs.tsx'
import { Button, Questions, Trouble } from './parts.tsx'
import { Passkeys } from './passkeys.tsx'
import { Password } from './password.tsx'
import { sentence } from './problems.ts'
import { Avatar, Profile } from './profile.tsx'
import { Recovery } from './recovery.tsx'
import { Sessions } from './sessions.tsx'
import { say, setting, texts } from './texts.ts'

interface View {
  /** The path below `/account`. */
  path: `/${Section}` | ''
  title: Text
  lead: Text
  show: (of: Me) => ComponentChildren
}

const VIEWS: readonly View[] = [
  { path: '', title: 'profile', lead: 'profileText', show: (of) => <Profile of={of} /> },
  { path: '/security', title: 'security', lead: 'securityText', show: (of) => <Security of={of} /> },
  { path: '/sessions', title: 'sessions', lead: 'sessionsText', show: () => <Sessions /> },
  { path: '/connections', title: 'connections', lead: 'connectionsText', show: () => <Connections /> },
  {
    path: '/notifications',
    title: 'notifications',
    lead: 'notificationsText',
    show: () => <Notifications />,
  },
  { path: '/organisations', title: 'orgs', lead: 'orgsText', show: () => <Orgs /> },
  { path: '/data', title: 'data', lead: 'dataText', show: (of) => <Data of={of} /> },
]

const Security = ({ of }: { of: Me }) => (
  <>
    <Password of={of} />
    <Passkeys />
    <App />
    <Recovery />
    <Devices />
  </>
)

const Connections = () => (
  <>
    {linkFailed.value !== undefined && (
      <div role="alert">
        <p>{linkFailed.value}</p>
      </div>
    )}
    <Identities />
    <Apps />
  </>
)

export function Shell() {
  if (deleted.value) return <Deleted />
  const path = pathname.value.replace(/^\/account|\/$/g, '')
  const view = VIEWS.find((one) => one.path === path)
  return (
    <>
      <a class="skip" href="#content">
        {say('skip')}
      </a>
      <Top />
      <div class="frame">
        <nav class="side" aria-label={say('sections')}>
          {VIEWS.map(({ path: to, title }) => (
            <Tab key={to} to={to} isCurrent={to === path}>
              {texts[title]}
            </Tab>
          ))}
        </nav>
        <main id="content" tabIndex={-1}>
          <Notices />
          {view === undefined ? <Unknown /> : <Shown key={view.path} view={view} />}
          {setting.links.length > 0 && (
            <footer>
              {setting.links.map(({ text, url }) => (
                <a key={url} href={url} rel="noreferrer">
                  {text}
                </a>
              ))}
            </footer>
          )}
        </main>
      </div>
      <div class="announced" role="status">
        {announced.value && <p>{announced.value}</p>}
      </div>
      <Questions />
      <FreshSessionPrompt texts={texts} say={sentence} />
    </>
  )
}

/** On a narrow screen the sections are a strip, in which the current one must be in sight. */
function Tab({ to, isCurrent, children }: { to: string; isCurrent: boolean; children: ComponentChildren }) {
  const link = useRef<HTMLAnchorElement>(null)
  useEffect(() => {
    if (isCurrent) link.current?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [isCurrent])
  return (
    <a ref={link} href={`/account${to}`} aria-current={isCurrent ? 'page' : undefined}>
      {children}
    </a>
  )
}

function Top() {
  const act = useAct()
  const signOut = async () => {
    const answer = await act.run(() => send({ method: 'POST', path: '/v1/auth/sign-out' }))
    if (answer?.ok || answer?.problem.status === 401) leaveFor(SIGNED_OUT)
  }
  return (
    <header class="top">
      <a class="brand" href="/">
        {setting.logo !== null && <img src={setting.logo} alt="" height="32" />}
        <span>{setting.brandName}</span>
      </a>
      <div class="top-actions">
        <Bell />
        <Languages />
        {setting.console && <a href="/console">{say('console')}</a>}
        <Button busy={act.busy} onPress={signOut}>
          {say('signOut')}
        </Button>
      </div>
      <Trouble problem={act.problem} />
    </header>
  )
}

/** The server keeps the choice in a cookie, and writes the page anew. */
const Languages = () => (
  <select
    class="languages"
    aria-label={say('language')}
    value={document.documentElement.lang}
    onChange={({ currentTarget }) => location.assign(`?lang=${currentTarget.value}`)}
  >
    {locales.map((locale) => (
      <option key={locale} value={locale} lang={locale}>
        {languageNames[locale]}
      </option>
    ))}
  </select>
)

function Shown({ view: { title, lead, show } }: { view: View }) {
  const of = me.value
  const isThere = of !== undefined
  useLayoutEffect(() => {
    if (isThere) focusNamedCard()
  }, [isThere])
  return (
    <>
      <Heading title={texts[title]} lead={texts[lead]} />
      {of !== undefined && show(of)}
      {of === undefined && unread.value === undefined && (
        <p class="soft waiting" role="status">
          {say('loading')}
        </p>
      )}
      {of === undefined && unread.value !== undefined && (
        <>
          <Trouble problem={unread.value} />
          <Button onPress={readMe}>{say('retry')}</Button>
        </>
      )}
    </>
  )
}

/** What the person must know in every section. */
function Notices() {
  const of = me.value
  const lacks = lacksFactor()
  return (
    <>
      {!isOnline.value && (
        <p class="bar bad" role="alert">
          {say('offline')}
        </p>
      )}
      {of?.act && <ActingBar of={of} />}
      {lacks && (
        <div class="bar">
          <p>
            <strong>{say('factorNeeded')}</strong> {say('factorNeededText')}
          </p>
          <a href="/account/security">{say('factorAdd')}</a>
        </div>
      )}
      {setting.factorMissing && !lacks && (
        <div class="bar">
          <p>{say('factorShow')}</p>
          <a href={`/sign-in?${new URLSearchParams({ step: 'factor', return_to: location.pathname })}`}>
            {say('signIn')}
          </a>
        </div>
      )}
    </>
  )
}

/** An administrator who acts as the person sees it all the time. */
function ActingBar({ of }: { of: Me }) {
  const act = useAct()
  const end = async () => {
    const answer = await act.run(() => send({ method: 'POST', path: '/v1/auth/sign-out' }))
    if (answer?.ok || answer?.problem.status === 401) signInAgain()
  }
  return (
    <section class="bar bad" aria-label={say('actingAs', { email: of.email })}>
      <Avatar of={of} />
      <div>
        <p>
          <strong>{say('actingAs', { email: of.email })}</strong>
        </p>
        <p>{say('actingLimits')}</p>
        <Trouble problem={act.problem} />
        <Button busy={act.busy} onPress={end}>
          {say('actingEnd')}
        </Button>
      </div>
    </section>
  )
}

const Unknown = () => (
  <>
    <Heading title={say('notFoundTitle')} lead={say('notFoundText')} />
    <a href="/account">{say('toProfile')}</a>
  </>
)

const Deleted = () => (
  <main class="ended">
    <Heading title={say('deletedTitle')} />
    <p>{say('deletedText')}</p>
    <a class="button" href="/">
      {say('toStart')}
    </a>
  </main>
)
