/** @jsxImportSource preact */
/** Scopes that a client may ask for: those of OpenID Connect, those of the APIs, and others by name. */
import { useSignal } from '@preact/signals'
import type { Problem } from '../../../../../browser/api.ts'
import { faultsAt } from '../../../../../browser/faults.ts'
import { CheckField, Faults, TextField, toggled } from '../../../../../browser/fields.tsx'
import type { Resource } from '../../../../resources/schema.ts'
import { useWhole, withQuery } from '../../lists.ts'
import { can } from '../../viewer.ts'
import { wordsIn } from './lists.ts'

const OPENID: readonly (readonly [string, string])[] = [
  ['openid', 'who signs in'],
  ['profile', 'name and username'],
  ['email', 'e-mail address'],
  ['offline_access', 'access while the person is away'],
]

interface ScopesFieldProps {
  orgId: string | null
  /** Whether people sign in with the client. */
  people: boolean
  value: readonly string[]
  onValue: (value: string[]) => void
  problem: Problem | undefined
}

export function ScopesField({ orgId, people, value, onValue, problem }: ScopesFieldProps) {
  const mayRead = can('resources:read', orgId ?? undefined)
  const resources = useWhole<Resource>(mayRead ? withQuery('/v1/resources', { orgId, limit: '100' }) : undefined)
  const ofApis = (resources.items ?? []).flatMap(({ name, scopes }) =>
    scopes.map((scope) => [scope.name, `${scope.description} (${name})`] as const),
  )
  const offered = [...(people ? OPENID : []), ...ofApis]
  const others = value.filter((name) => !offered.some(([known]) => known === name))
  // Until the person writes there: the scopes of the APIs arrive later than the field.
  const text = useSignal<string | undefined>(undefined)
  return (
    <fieldset class="field permissions">
      <legend>Scopes it may ask for</legend>
      <Faults of={faultsAt(problem, '/scopes')} />
      <div class="groups">
        {offered.map(([name, meaning]) => (
          <CheckField
            key={name}
            name={name}
            value={value.includes(name)}
            onValue={(on) => onValue(toggled(value, name, on))}
            label={
              <>
                <code>{name}</code> <span class="soft">{meaning}</span>
              </>
            }
          />
        ))}
      </div>
      <TextField
        name="others"
        label="Other scopes (optional)"
        hint="Names that blanks separate."
        pointer="/others"
        value={text.value ?? others.join(' ')}
        onValue={(written) => {
          text.value = written
          const known = value.filter((name) => offered.some(([one]) => one === name))
          onValue([...new Set([...known, ...wordsIn(written)])])
        }}
      />
    </fieldset>
  )
}
