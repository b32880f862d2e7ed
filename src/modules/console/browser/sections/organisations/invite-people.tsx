/** @jsxImportSource preact */
/** Several addresses at once. Each is a request of its own, so one that is refused keeps none of the others back. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { randomKey } from '../../../../../browser/act.tsx'
import { call, type Problem } from '../../../../../browser/api.ts'
import { AsCommand } from '../../../../../browser/as-command.tsx'
import { Dialog } from '../../../../../browser/dialog.tsx'
import { AreaField, ChoiceField } from '../../../../../browser/fields.tsx'
import { toast } from '../../../../../browser/toast.tsx'
import type { Org } from '../../../../orgs/schema.ts'
import type { Role } from '../../../../roles/schema.ts'
import { useWhole } from '../../lists.ts'

interface Refused {
  email: string
  problem: Problem
}

/** Separated by blanks, commas, semicolons or lines. Each address once. */
export const addressesIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\s,;]+/)
      .map((word) => word.replace(/^<|>$/g, ''))
      .filter((word) => word !== ''),
  ),
]

export function InvitePeople({
  org,
  canChoose,
  onDone,
  onClose,
}: {
  org: Org
  /** Whether the person may see the roles. Without, the invited get `member`. */
  canChoose: boolean
  onDone: () => void
  onClose: () => void
}) {
  const path = `/v1/orgs/${org.id}/invitations`
  const known = useWhole<Role>(canChoose ? `/v1/orgs/${org.id}/roles` : undefined)
  const text = useSignal('')
  const roles = useSignal<string[]>(['member'])
  const busy = useSignal(false)
  const refused = useSignal<readonly Refused[]>([])
  /** The key of each address, so that a repeat after a lost answer sends no second mail. */
  const keys = useRef(new Map<string, string>())
  const addresses = addressesIn(text.value)

  const send = async (event: Event) => {
    event.preventDefault()
    if (busy.peek() || addresses.length === 0) return
    busy.value = true
    const failed: Refused[] = []
    for (const email of addresses) {
      const body = { email, roles: roles.value }
      const of = JSON.stringify(body)
      const idempotencyKey = keys.current.get(of) ?? randomKey()
      keys.current.set(of, idempotencyKey)
      const answer = await call('POST', path, body, { idempotencyKey })
      if (!answer.ok) failed.push({ email, problem: answer.problem })
    }
    busy.value = false
    refused.value = failed
    const sent = addresses.length - failed.length
    if (sent > 0) {
      toast(sent === 1 ? 'One invitation is on its way.' : `${sent} invitations are on their way.`)
      onDone()
    }
    if (failed.length === 0) onClose()
    else text.value = failed.map(({ email }) => email).join('\n')
  }

  return (
    <Dialog title={`Invite people to ${org.name}`} onClose={onClose}>
      <form onSubmit={send} aria-busy={busy.value}>
        <AreaField
          name="emails"
          label="E-mail addresses"
          hint="One a line, or separated by commas."
          rows={4}
          required
          value={text.value}
          onValue={(value) => (text.value = value)}
        />
        <ChoiceField
          label="Roles"
          options={known.items?.map(({ name }) => name) ?? ['member']}
          value={roles.value}
          onValue={(value) => (roles.value = value)}
          pointer="/roles"
        />
        <div role="alert">
          {refused.value.map(({ email, problem }) => (
            <p key={email}>
              <bdi>
                <strong>{email}</strong>
              </bdi>
              : {problem.errors.map(({ message }) => message).join(' ') || problem.title}
              {problem.decisionId !== undefined && (
                <>
                  {' '}
                  <a href={`/console/why/${problem.decisionId}`}>Why?</a>
                </>
              )}
            </p>
          ))}
        </div>
        <AsCommand
          call={{ method: 'POST', path, body: { email: addresses[0] ?? 'grace@example.com', roles: roles.value } }}
        />
        <div class="buttons">
          <button type="button" class="button quiet" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class="button"
            disabled={busy.value || addresses.length === 0 || roles.value.length === 0}
          >
            {addresses.length > 1 ? `Send ${addresses.length} invitations` : 'Send invitation'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
