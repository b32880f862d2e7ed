/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { navigate } from '../../../../../browser/navigation.ts'
import type { Org } from '../../../../orgs/schema.ts'
import { useWhole } from '../../lists.ts'
import type { Rights } from '../../rights.ts'
import { loadViewer } from '../../viewer.ts'

/** To leave it, and to delete it. */
export function EndOfOrganisation({ org, rights }: { org: Org; rights: Rights }) {
  const open = useSignal<'leave' | 'delete' | undefined>(undefined)
  const mine = useWhole<{ org: Org }>('/v1/me/orgs?limit=100')
  const isMember = mine.items?.some((one) => one.org.id === org.id) === true
  const close = () => (open.value = undefined)
  const gone = () => void loadViewer().then(() => navigate('/console/orgs'))
  if (!isMember && !rights.may('orgs:delete')) return null
  return (
    <section class="card danger" aria-label="Leave or delete">
      {isMember && (
        <div class="danger-row">
          <p>
            <strong>Leave the organisation.</strong> You lose your roles in it. The last owner cannot leave.
          </p>
          <button type="button" class="button quiet" data-tone="bad" onClick={() => (open.value = 'leave')}>
            Leave
          </button>
        </div>
      )}
      {rights.may('orgs:delete') && (
        <div class="danger-row">
          <p>
            <strong>Delete the organisation.</strong> An owner can restore it for 30 days.
          </p>
          <button type="button" class="button quiet" data-tone="bad" onClick={() => (open.value = 'delete')}>
            Delete
          </button>
        </div>
      )}
      {open.value === 'leave' && (
        <ActDialog
          title={`Leave ${org.name}?`}
          call={{ method: 'POST', path: `/v1/orgs/${org.id}/leave` }}
          cli={null}
          submit="Leave"
          tone="bad"
          done={`You left ${org.name}.`}
          onDone={gone}
          onClose={close}
        >
          <p>Your roles and the API keys that you have in the organisation end. To come back you need an invitation.</p>
        </ActDialog>
      )}
      {open.value === 'delete' && (
        <ActDialog
          title={`Delete ${org.name}?`}
          call={{ method: 'DELETE', path: `/v1/orgs/${org.id}` }}
          cli={['orgs', 'delete', org.slug]}
          submit="Delete organisation"
          tone="bad"
          typed={org.slug}
          done="The organisation is deleted. An owner can restore it for 30 days."
          onDone={gone}
          onClose={close}
        >
          <p>
            It is gone for everyone at once: members, roles, keys and clients stop working. For 30 days an owner can
            restore all of it. Then it is erased.
          </p>
        </ActDialog>
      )}
    </section>
  )
}
