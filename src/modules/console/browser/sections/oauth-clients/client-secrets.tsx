/** @jsxImportSource preact */
/** Two secrets at most, so the new one is deployed before the old one ends. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { ActDialog } from '../../../../../browser/act.tsx'
import { SecretOnce } from '../../../../../browser/copy.tsx'
import { When } from '../../../../../browser/detail.tsx'
import { Dialog } from '../../../../../browser/dialog.tsx'
import { SelectField, useFields } from '../../../../../browser/fields.tsx'
import type { CreatedClientSecret, OAuthClient } from '../../../../oauth-clients/schema.ts'
import { RowAct, Rows } from '../../rows.tsx'
import { HOUR_MS } from '../../../../../lib/durations.ts'

type Secret = OAuthClient['secrets'][number]
type Open = { act: 'new' } | { act: 'show'; made: CreatedClientSecret } | { act: 'remove'; secret: Secret }

interface ClientSecretsProps {
  client: OAuthClient
  path: string
  mayWrite: boolean
  reload: () => void
}

export function ClientSecrets({ client, path, mayWrite, reload }: ClientSecretsProps) {
  const open = useSignal<Open | undefined>(undefined)
  const shown = open.value
  const close = () => (open.value = undefined)
  return (
    <section aria-label="Secrets">
      <div class="item-head">
        <h3>Secrets</h3>
        {mayWrite && (
          <button type="button" class="button quiet small" onClick={() => (open.value = { act: 'new' })}>
            Make a new secret
          </button>
        )}
      </div>
      <Rows
        label="Secrets"
        of={{ items: client.secrets, problem: undefined, loading: false }}
        columns={['Secret', 'Created', 'Ends']}
        rowKey={({ id }) => id}
        empty="The client has no secret that works. Make one."
        cells={({ hint, createdAt, expiresAt }) => [
          <code>…{hint}</code>,
          <When at={createdAt} />,
          <When at={expiresAt} none="never" />,
        ]}
        acts={(secret) =>
          mayWrite && (
            <RowAct name={`…${secret.hint}`} tone="bad" onPress={() => (open.value = { act: 'remove', secret })}>
              Remove
            </RowAct>
          )
        }
      />
      {shown?.act === 'new' && (
        <NewSecret
          client={client}
          path={path}
          onDone={(made) => {
            open.value = { act: 'show', made }
            reload()
          }}
          onStale={reload}
          onClose={close}
        />
      )}
      {shown?.act === 'show' && (
        <Dialog title="The new secret" onClose={close}>
          <SecretOnce label="Client secret" value={shown.made.clientSecret} />
          <p>Deploy it. Then remove the old one, unless it ends by itself.</p>
          <div class="buttons">
            <button type="button" class="button" onClick={close}>
              I have saved it
            </button>
          </div>
        </Dialog>
      )}
      {shown?.act === 'remove' && (
        <ActDialog
          title={`Remove the secret …${shown.secret.hint}?`}
          call={{ method: 'DELETE', path: `${path}/secrets/${shown.secret.id}` }}
          submit="Remove secret"
          tone="bad"
          done="The secret is removed."
          onDone={reload}
          onStale={reload}
          onClose={close}
        >
          <p>An app that still uses it cannot get tokens any more.</p>
        </ActDialog>
      )}
    </section>
  )
}

interface NewSecretProps {
  client: OAuthClient
  path: string
  onDone: (made: CreatedClientSecret) => void
  onStale: () => void
  onClose: () => void
}

function NewSecret({ client, path, onDone, onStale, onClose }: NewSecretProps) {
  const now = useRef(Date.now())
  const fields = useFields({ hours: '24' })
  const { hours } = fields.value
  const body = hours === '' ? {} : { overlapUntil: new Date(now.current + Number(hours) * HOUR_MS).toISOString() }
  return (
    <ActDialog<CreatedClientSecret>
      title="Make a new secret?"
      call={{ method: 'POST', path: `${path}/secrets`, body }}
      cli={['oauth-clients', 'rotate-secret', client.clientId, ...(hours === '' ? [] : [`--overlap-hours=${hours}`])]}
      submit="Make secret"
      onDone={onDone}
      onStale={onStale}
      onClose={onClose}
    >
      {(problem) => (
        <SelectField
          {...fields.text('hours')}
          label="The old secret works for another"
          options={[
            ['1', '1 hour'],
            ['24', '24 hours'],
            ['168', '7 days'],
            ['', 'as long as nobody removes it'],
          ]}
          pointer="/overlapUntil"
          problem={problem}
        />
      )}
    </ActDialog>
  )
}
