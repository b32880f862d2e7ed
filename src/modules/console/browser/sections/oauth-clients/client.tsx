/** @jsxImportSource preact */
/** One client: its settings for the app, its terms, its secrets, its end. */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge, Details, When } from '../../../../../browser/detail.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { navigate, pathname } from '../../../../../browser/navigation.ts'
import type { OAuthClient } from '../../../../oauth-clients/schema.ts'
import { ItemPage } from '../../item.tsx'
import { SwitchStatus } from '../../switch-status.tsx'
import type { Scoped } from '../scope.ts'
import { AppSettings } from './app-settings.tsx'
import { ClientSecrets } from './client-secrets.tsx'
import { ClientTerms } from './client-terms.tsx'
import { kindTitle } from './kinds.ts'

export function OneClient({ id, orgId, rights }: Scoped & { id: string }) {
  const path = `/v1/oauth-clients/${encodeURIComponent(id)}`
  const loaded = useLoaded<OAuthClient>(path)
  const open = useSignal<'status' | 'delete' | undefined>(undefined)
  const close = () => (open.value = undefined)
  const reload = () => void loaded.reload()
  const mayWrite = rights.may('oauth-clients:write')
  return (
    <ItemPage
      of={loaded}
      list="OAuth clients"
      what="OAuth client"
      titleOf={({ name }) => name}
      actions={({ status }) =>
        mayWrite && (
          <>
            <button type="button" class="button quiet" onClick={() => (open.value = 'status')}>
              {status === 'active' ? 'Disable' : 'Enable'}
            </button>
            <button type="button" class="button quiet" data-tone="bad" onClick={() => (open.value = 'delete')}>
              Delete
            </button>
          </>
        )
      }
    >
      {(client) => (
        <>
          <section class="card" aria-label="Settings for the app">
            <h3>Settings for the app</h3>
            <AppSettings client={client} />
            <Details
              items={[
                ['Kind', kindTitle(client)],
                ['Status', <Badge tone={client.status === 'active' ? 'good' : 'bad'}>{client.status}</Badge>],
                client.source !== 'administrator' && [
                  'Described by',
                  client.source === 'metadata' ? 'its document' : 'its registration',
                ],
                ['Changed', <When at={client.updatedAt} />],
                client.expiresAt !== null && ['Ends unless used', <When at={client.expiresAt} />],
              ]}
            />
          </section>
          {client.tokenEndpointAuthMethod.startsWith('client_secret') && (
            <ClientSecrets client={client} path={path} mayWrite={mayWrite} reload={reload} />
          )}
          <ClientTerms
            key={loaded.etag ?? client.updatedAt}
            client={client}
            loaded={loaded}
            orgId={orgId}
            mayWrite={mayWrite && client.source !== 'metadata'}
          />
          {open.value === 'status' && (
            <SwitchStatus
              of={client}
              path={path}
              cli={['oauth-clients', client.clientId]}
              noun="client"
              whenDisabled="The client and its tokens are refused within a second, until it is enabled again."
              whenEnabled="People can sign in with it again."
              onDone={reload}
              onClose={close}
            />
          )}
          {open.value === 'delete' && (
            <ActDialog
              title={`Delete ${client.name}?`}
              call={{ method: 'DELETE', path }}
              cli={['oauth-clients', 'delete', client.clientId]}
              submit="Delete client"
              tone="bad"
              typed={client.name}
              done="The client is deleted."
              onDone={() => navigate(listPath())}
              onStale={reload}
              onClose={close}
            >
              <p>People are signed out of it: its grants and tokens end with it. It cannot be undone.</p>
            </ActDialog>
          )}
        </>
      )}
    </ItemPage>
  )
}

/** The id may stand in the path of the section, or in the query. */
const listPath = (): string =>
  pathname.value.startsWith('/console/oauth-clients') ? '/console/oauth-clients' : pathname.value
