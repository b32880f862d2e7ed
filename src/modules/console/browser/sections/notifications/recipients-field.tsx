/** @jsxImportSource preact */
/** Whom a notification is for: roles, organisations and people, one after the other. */
import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import type { Problem } from '../../../../../browser/api.ts'
import { faultsAt } from '../../../../../browser/faults.ts'
import { Faults } from '../../../../../browser/fields.tsx'
import type { Role } from '../../../../roles/schema.ts'
import { useWhole } from '../../lists.ts'
import type { Rights } from '../../rights.ts'
import { rolesPath } from '../scope.ts'
import { Finder } from './finder.tsx'
import { inWords, type Target } from './sent.ts'

export interface Chosen {
  target: Target
  /** What the person chose. */
  text: string
}

interface RecipientsFieldProps {
  /** null: the instance. */
  orgId: string | null
  rights: Rights
  value: readonly Chosen[]
  onValue: (value: readonly Chosen[]) => void
  /** What the page found wrong itself. */
  fault: string | undefined
  problem: Problem | undefined
}

/** Two recipients may have one name. */
const keyOf = ({ target }: Pick<Chosen, 'target'>): string => JSON.stringify(target)

type Way = 'role' | 'person' | 'org' | 'everybody'

export function RecipientsField({ orgId, rights, value, onValue, fault, problem }: RecipientsFieldProps) {
  const id = useId()
  const way = useSignal<Way>(orgId === null ? 'role' : 'everybody')
  const ways: readonly (readonly [Way, string])[] =
    orgId === null
      ? [
          ['role', 'Everybody with a role'],
          ['person', 'A person'],
          ['org', 'An organisation'],
        ]
      : [
          ['everybody', 'All members'],
          ['role', 'Members with a role'],
          ['person', 'A member'],
        ]
  const add = (target: Target, name?: string) => {
    const text = inWords(target, orgId, name)
    if (!value.some((one) => keyOf(one) === keyOf({ target }))) onValue([...value, { target, text }])
  }
  const inOrg = orgId === null ? {} : { orgId }
  const own = (problem?.errors ?? []).flatMap(({ path, message }) => (path === '/to' ? [message] : []))
  return (
    <fieldset class="field rows-field recipients">
      <legend>To</legend>
      {value.length > 0 && (
        <ul class="items">
          {value.map(({ target, text }, at) => (
            <li key={keyOf({ target })}>
              <span>
                <bdi>{text}</bdi>
                <Faults of={faultsAt(problem, `/to/${at}`)} />
              </span>
              <button
                type="button"
                class="button quiet small"
                aria-label={`Remove ${text}`}
                onClick={() => onValue(value.filter((_, index) => index !== at))}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <div role="alert">
        <Faults of={fault === undefined ? own : [fault]} />
      </div>
      <label for={id}>Add</label>
      <select id={id} value={way.value} onChange={({ currentTarget }) => (way.value = currentTarget.value as Way)}>
        {ways.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
      {way.value === 'everybody' && orgId !== null && (
        <button type="button" class="button quiet small" onClick={() => add({ orgId })}>
          Add all members
        </button>
      )}
      {way.value === 'role' && <AddRole orgId={orgId} rights={rights} onAdd={(role) => add({ ...inOrg, role })} />}
      {way.value === 'person' && (
        <Finder
          key="person"
          label={orgId === null ? 'Name, e-mail or id of a person' : 'Name, e-mail or id of a member'}
          path={
            rights.may(orgId === null ? 'users:read' : 'members:read')
              ? orgId === null
                ? '/v1/users'
                : `/v1/orgs/${orgId}/members`
              : undefined
          }
          prefix="usr"
          onPick={(userId, name) => add({ ...inOrg, userId }, name)}
        />
      )}
      {way.value === 'org' && (
        <Finder
          key="org"
          label="Name, slug or id of an organisation"
          path={rights.may('orgs:read') ? '/v1/orgs' : undefined}
          prefix="org"
          onPick={(found, name, slug) => add({ orgId: found }, `All members of ${slug ? `${name} (${slug})` : name}`)}
        />
      )}
    </fieldset>
  )
}

const BUILT_IN = { instance: ['admin', 'user'], org: ['owner', 'admin', 'member'] } as const

function AddRole({ orgId, rights, onAdd }: { orgId: string | null; rights: Rights; onAdd: (role: string) => void }) {
  const id = useId()
  const known = useWhole<Role>(rights.may('roles:read') ? rolesPath(orgId) : undefined)
  const names: readonly string[] = known.items?.map(({ name }) => name) ?? BUILT_IN[orgId === null ? 'instance' : 'org']
  const chosen = useSignal('')
  const role = names.includes(chosen.value) ? chosen.value : (names[0] ?? '')
  return (
    <>
      <label for={id}>Role</label>
      <div class="row">
        <select id={id} value={role} onChange={({ currentTarget }) => (chosen.value = currentTarget.value)}>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <button type="button" class="button quiet small" onClick={() => onAdd(role)}>
          Add role
        </button>
      </div>
    </>
  )
}
