/** @jsxImportSource preact */
/** The organisations of the person, and invitations to others. */
import type { Text } from '../schema.ts'
import { useAct } from './act.ts'
import { announce } from './announce.ts'
import { list, useList } from './lists.ts'
import { me } from './me.ts'
import { askBefore, Button, Card, focusOn, Items, Row, Trouble } from './parts.tsx'
import { date, say, texts } from './texts.ts'

interface OwnOrg {
  org: { id: string; name: string; slug: string; deletedAt?: string }
  roles: string[]
  active: boolean
}
interface Invitation {
  id: string
  org: { name: string }
  roles: string[]
  inviterName: string | null
  expiresAt: string
}

const orgs = list<OwnOrg>('/v1/me/orgs')
const invitations = list<Invitation>('/v1/me/invitations')

const BUILT_IN: Record<string, Text> = { owner: 'roleOwner', admin: 'roleAdmin', member: 'roleMember' }
const rolesInWords = (roles: readonly string[]): string =>
  roles
    .map((role) => {
      const text = Object.hasOwn(BUILT_IN, role) ? BUILT_IN[role] : undefined
      return text === undefined ? role : texts[text]
    })
    .join(', ')

export const Orgs = () => (
  <>
    <Invitations />
    <Own />
  </>
)

function Own() {
  useList(orgs)
  const act = useAct()
  const use = async (org: OwnOrg['org'] | undefined) => {
    const answer = await act.send('POST', '/v1/me/active-org', { orgId: org?.id ?? null })
    if (!answer?.ok) return
    await orgs.read()
    focusOn('organisations')
    announce(org === undefined ? say('orgStopped') : say('orgUsed', { name: org.name }))
  }
  const leave = ({ id, name }: OwnOrg['org']) =>
    askBefore({
      title: say('orgLeaveTitle', { name }),
      text: say('orgLeaveText'),
      label: say('orgLeave'),
      method: 'POST',
      path: `/v1/orgs/${id}/leave`,
      done: say('orgLeft', { name }),
      after: orgs.read,
      home: 'organisations',
    })
  return (
    <Card id="organisations" title={say('orgsOwn')} text={say('orgActiveHint')}>
      <Trouble problem={act.problem} />
      <Items of={orgs} none={say('orgsNone')}>
        {({ org, roles, active }) => (
          <Row
            key={org.id}
            title={org.name}
            badge={active ? say('orgActive') : undefined}
            lines={[rolesInWords(roles), org.deletedAt !== undefined && say('orgDeleted')]}
            actions={
              org.deletedAt === undefined && (
                <>
                  {active ? (
                    <Button busy={act.busy} onPress={() => use(undefined)}>
                      {say('orgStop')}
                    </Button>
                  ) : (
                    <Button about={org.name} busy={act.busy} onPress={() => use(org)}>
                      {say('orgUse')}
                    </Button>
                  )}
                  <Button about={org.name} onPress={() => leave(org)}>
                    {say('orgLeave')}
                  </Button>
                </>
              )
            }
          />
        )}
      </Items>
    </Card>
  )
}

function Invitations() {
  useList(invitations)
  const act = useAct()
  const accept = async ({ id, org: { name } }: Invitation) => {
    const answer = await act.send('POST', `/v1/me/invitations/${id}/accept`)
    await Promise.all([invitations.read(), orgs.read()])
    if (!answer?.ok) return
    focusOn('organisations')
    announce(say('invitationAccepted', { name }))
  }
  const none = me.value?.emailVerified === false ? say('invitationsUnverified') : say('invitationsNone')
  return (
    <Card id="invitations" title={say('invitations')}>
      <Trouble problem={act.problem} />
      <Items of={invitations} none={none}>
        {(invitation) => (
          <Row
            key={invitation.id}
            title={invitation.org.name}
            lines={[
              !!invitation.inviterName && say('invitationBy', { name: invitation.inviterName }),
              say('invitationRoles', { roles: rolesInWords(invitation.roles) }),
              say('invitationUntil', { date: date(invitation.expiresAt) }),
            ]}
            actions={
              <Button tone="primary" about={invitation.org.name} busy={act.busy} onPress={() => accept(invitation)}>
                {say('invitationAccept')}
              </Button>
            }
          />
        )}
      </Items>
    </Card>
  )
}
