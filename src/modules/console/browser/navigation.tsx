/** @jsxImportSource preact */
/** The side of the console: sections in groups, the organisation, and who is signed in. A menu where the screen is narrow. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { leaveFor, type Problem, SIGNED_OUT, send } from '../../../browser/api.ts'
import { navigate, pathname } from '../../../browser/navigation.ts'
import { Failure } from '../../../browser/notice.tsx'
import { readSetting } from '../../../browser/setting.ts'
import { type Group, groups, orgTabs, sections } from './sections.ts'
import { can, isOrgOwner, me, ownOrgs } from './viewer.ts'

interface Entry {
  href: string
  title: string
  group: Group
  current: boolean
}

export function Navigation({ current, path }: { current: string | undefined; path: readonly string[] }) {
  const isOpen = useSignal(false)
  const at = pathname.value
  useEffect(() => {
    isOpen.value = false
    document.querySelector('.side nav [aria-current=page]')?.scrollIntoView({ block: 'nearest' })
  }, [at])
  const org = isOrgOwner.value ? (path[0] ?? ownOrgs.value[0]?.org.id) : undefined
  const orgId = current === 'orgs' ? org : isOrgOwner.value ? ownOrgs.value[0]?.org.id : undefined
  const entries: Entry[] = [
    ...sections
      .filter(
        (section) =>
          !section.unlisted &&
          (section.permissions ?? section.listedFor)?.some((permission) => can(permission)) &&
          !(section.name === 'orgs' && isOrgOwner.value),
      )
      .map(({ name, title, group }) => ({ href: `/console/${name}`, title, group, current: name === current })),
    ...(orgId === undefined ? [] : orgTabs)
      .filter(({ permission }) => can(permission, orgId))
      .map(({ name, title, group }) => ({
        href: `/console/orgs/${orgId}/${name}`,
        title,
        group,
        current: current === 'orgs' && name === (path[1] ?? 'overview'),
      })),
  ]
  return (
    <header class="side">
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <div class="top">
        <a class="home" href="/console">
          {readSetting<{ brandName: string }>().brandName}
        </a>
        <button
          type="button"
          class="button quiet small menu"
          aria-expanded={isOpen.value}
          aria-controls="menu"
          onClick={() => {
            isOpen.value = !isOpen.value
          }}
        >
          Menu
        </button>
      </div>
      <div id="menu" class="folded" data-open={isOpen.value}>
        {orgId !== undefined && <OrgSwitch orgId={orgId} tab={path[1]} />}
        <nav aria-label="Console">
          {groups.map((group) => {
            const inGroup = entries.filter((entry) => entry.group === group)
            return (
              inGroup.length > 0 && (
                <div key={group}>
                  {group !== groups[0] && <h2>{group}</h2>}
                  <ul>
                    {inGroup.map(({ href, title, current: isCurrent }) => (
                      <li key={href}>
                        <a href={href} aria-current={isCurrent ? 'page' : undefined}>
                          {title}
                        </a>
                      </li>
                    ))}
                  </ul>
                </div>
              )
            )
          })}
        </nav>
        <Person />
      </div>
    </header>
  )
}

function OrgSwitch({ orgId, tab = 'overview' }: { orgId: string; tab: string | undefined }) {
  const own = ownOrgs.value
  if (own.length === 1) return <p class="org">{own[0]?.org.name}</p>
  return (
    <label class="org">
      <span class="hidden">Organisation</span>
      <select value={orgId} onChange={({ currentTarget }) => navigate(`/console/orgs/${currentTarget.value}/${tab}`)}>
        {own.map(({ org: { id, name } }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

function Person() {
  const { name = '', email = '' } = me.value ?? {}
  const problem = useSignal<Problem | undefined>(undefined)
  const signOut = async () => {
    const answer = await send({ method: 'POST', path: '/v1/auth/sign-out' })
    // Who leaves a shared computer must know that the session still lives.
    if (answer.ok || answer.problem.status === 401) leaveFor(SIGNED_OUT)
    else problem.value = answer.problem
  }
  return (
    <div class="person">
      <p>
        {name !== '' && <strong>{name}</strong>}
        <span>{email}</span>
      </p>
      <div class="row">
        <a href="/account">Account</a>
        <button type="button" class="link" onClick={signOut}>
          Sign out
        </button>
      </div>
      <Failure problem={problem.value} />
    </div>
  )
}
