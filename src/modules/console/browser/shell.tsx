/** @jsxImportSource preact */
/**
 * The frame of the console: the navigation, who is signed in, and the section that the path names. Sections come from
 * `sections.ts`, what the person may see from `viewer.ts`. A section draws its own `<Heading>`.
 */
import { useSignalEffect } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ActingBar } from '../../../browser/acting-bar.tsx'
import { FreshSessionPrompt } from '../../../browser/fresh-session.tsx'
import { freshTexts } from '../../../lib/fresh-session-texts.ts'
import { Heading } from '../../../browser/heading.tsx'
import { navigate, pathname } from '../../../browser/navigation.ts'
import { Failure } from '../../../browser/notice.tsx'
import { Toasts } from '../../../browser/toast.tsx'
import { later } from './later.tsx'
import { Navigation } from './navigation.tsx'
import { type Section, sections } from './sections.ts'
import {
  can,
  isOrgOwner,
  loadOrgPermissions,
  loadViewer,
  loadViewerIfStale,
  me,
  ownOrgs,
  viewerProblem,
} from './viewer.ts'

const components = new Map(sections.map(({ name, load }) => [name, later(load)]))

const placeOf = (path: string): readonly string[] => path.split('/').slice(2).filter(Boolean).map(decoded)
const decoded = (word: string): string => {
  try {
    return decodeURIComponent(word)
  } catch {
    return word
  }
}

const isShown = ({ permissions, name }: Section): boolean =>
  permissions === undefined || permissions.some((one) => can(one)) || (name === 'orgs' && isOrgOwner.value)

export function Shell() {
  useEffect(() => {
    void loadViewer()
    // Another tab may have signed in as someone else, and a role may have changed.
    const look = () => {
      if (document.visibilityState === 'visible') void loadViewer()
    }
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  const [name, ...path] = placeOf(pathname.value)
  useSignalEffect(() => {
    const [wanted, orgId] = placeOf(pathname.value)
    loadViewerIfStale()
    if (me.value === undefined) return
    if (wanted === 'orgs' && orgId !== undefined && isOrgOwner.value) void loadOrgPermissions(orgId)
    if (wanted === undefined) goHome()
  })
  if (me.value === undefined) return <Lonely />
  return (
    <>
      {me.value.act && <ActingBar email={me.value.email} />}
      <div class="console">
        <Navigation current={name} path={path} />
        <main id="content" tabIndex={-1}>
          <Content name={name} path={path} />
        </main>
        <Toasts />
        <FreshSessionPrompt texts={freshTexts} />
      </div>
    </>
  )
}

/** Before the console knows who looks at it, and instead of it if it cannot learn that. */
function Lonely() {
  const problem = viewerProblem.value
  const needsFactor = problem?.code === 'mfa.enrolment_required'
  return (
    <main class="lonely">
      {problem === undefined && <p class="soft late">Loading …</p>}
      {needsFactor && (
        <>
          <Heading title="Your role needs a second factor" />
          <div class="card">
            <p>Add an authenticator app or a passkey to your account, or show the one that you have. Then come back.</p>
            <div class="actions">
              <a class="button" href="/account/security">
                Add a second factor
              </a>
              <a class="button quiet" href="/sign-in?step=factor&return_to=/console">
                Show the one I have
              </a>
            </div>
          </div>
        </>
      )}
      {problem && !needsFactor && (
        <>
          <Failure problem={problem} />
          <button type="button" class="button" onClick={() => void loadViewer()}>
            Try again
          </button>
        </>
      )}
    </main>
  )
}

/** The first page that the person may see. */
function goHome(): void {
  const first = sections.find((section) => !section.unlisted && section.name !== 'orgs' && isShown(section))
  const org = ownOrgs.value[0]?.org
  if (first !== undefined && !(org !== undefined && first.permissions === undefined))
    navigate(`/console/${first.name}`, { replace: true, keepFocus: true })
  else if (org !== undefined) navigate(`/console/orgs/${org.id}/overview`, { replace: true, keepFocus: true })
}

function Content({ name, path }: { name: string | undefined; path: readonly string[] }) {
  const section = sections.find((one) => one.name === name)
  const hasAny = ownOrgs.value.length > 0 || sections.some((one) => one.permissions && isShown(one))
  if (!hasAny) return <NothingHere />
  if (name === undefined) return null
  if (section === undefined) return <Unknown />
  if (!isShown(section)) return <Refused title={section.title} />
  const Current = components.get(section.name)
  return Current && <Current path={path} />
}

const NothingHere = () => (
  <>
    <Heading title="Nothing to manage" />
    <div class="card">
      <p>
        You are signed in as <strong>{me.value?.email}</strong>. This account may not manage anything here: it has no
        role with permissions, and it owns no organisation.
      </p>
      <p>Ask an administrator for a role. Your own data, factors and sessions are on your account page.</p>
      <a class="button" href="/account">
        Go to my account
      </a>
    </div>
  </>
)

const Unknown = () => (
  <>
    <Heading title="There is no such page" />
    <div class="card">
      <p>The address may be mistyped, or the page was moved.</p>
      <a class="button" href="/console">
        Go to the start of the console
      </a>
    </div>
  </>
)

const Refused = ({ title }: { title: string }) => (
  <>
    <Heading title={title} />
    <div class="card">
      <p>You have no permission to see this page. Ask an administrator for a role that includes it.</p>
      <a class="button" href="/console">
        Go to the start of the console
      </a>
    </div>
  </>
)
