/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { Badge, When } from '../../../../../browser/detail.tsx'
import type { CreatedOAuthClient, OAuthClient } from '../../../../oauth-clients/schema.ts'
import { itemHref, openItem } from '../../item.tsx'
import { usePages } from '../../lists.ts'
import { Rows } from '../../rows.tsx'
import { inScope, nameOfScope, type Scoped } from '../scope.ts'
import { OneClient } from './client.tsx'
import { kindTitle } from './kinds.ts'
import { NewClient } from './new-client.tsx'
import { ShowClient } from './show-client.tsx'

export function OAuthClients({ item = openItem(), ...scoped }: Scoped & { item?: string | undefined }) {
  return item === '' ? <List {...scoped} /> : <OneClient key={item} id={item} {...scoped} />
}

const SOURCES = { administrator: 'an administrator', registration: 'registration', metadata: 'its document' } as const

function List({ orgId, rights }: Scoped) {
  const clients = usePages<OAuthClient>('/v1/oauth-clients', inScope(orgId))
  const open = useSignal<'new' | CreatedOAuthClient | undefined>(undefined)
  const close = () => (open.value = undefined)
  const made = (client: CreatedOAuthClient) => {
    open.value = client
    clients.reload()
  }
  return (
    <>
      {rights.may('oauth-clients:write') && (
        <div class="toolbar">
          <button type="button" class="button" onClick={() => (open.value = 'new')}>
            New client
          </button>
        </div>
      )}
      <Rows
        label="OAuth clients"
        of={clients}
        columns={['Name', 'Kind', 'Made by', 'Status', 'Changed']}
        rowKey={({ clientId }) => clientId}
        empty={`No client of ${nameOfScope(orgId)} yet. Make one for each application.`}
        cells={(client) => [
          <>
            <a href={itemHref(client.clientId)}>
              <bdi>{client.name}</bdi>
            </a>{' '}
            {client.firstParty && <Badge tone="brand">first-party</Badge>}
            <div class="soft">
              <code class="id">{client.clientId}</code>
            </div>
          </>,
          kindTitle(client),
          SOURCES[client.source],
          <Badge tone={client.status === 'active' ? 'good' : 'bad'}>{client.status}</Badge>,
          <When at={client.updatedAt} />,
        ]}
      />
      {open.value === 'new' && <NewClient orgId={orgId} onDone={made} onClose={close} />}
      {typeof open.value === 'object' && <ShowClient made={open.value} onClose={close} />}
    </>
  )
}
