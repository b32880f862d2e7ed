/** @jsxImportSource preact */
/** Accounts at other providers that the person signs in with. */
import { useAct } from './act.ts'
import { LINKING } from './arrival.ts'
import { list, useList } from './lists.ts'
import { askBefore, Button, Card, Items, Row, Trouble } from './parts.tsx'
import { ago, date, say } from './texts.ts'

interface Identity {
  id: string
  provider: string
  providerName: string
  email: string | null
  usable: boolean
  createdAt: string
  lastUsedAt: string
}
interface Provider {
  id: string
  name: string
}

const PATH = '/v1/me/identities'
const identities = list<Identity>(PATH)
const providers = list<Provider>('/v1/auth/providers')

export function Identities() {
  useList(identities)
  useList(providers)
  const act = useAct()
  const connect = async (id: string) => {
    // The provider leads back to this page with `?linked=true` or `?error=`: arrival.ts.
    const body = { returnTo: `${location.origin}/account` }
    const answer = await act.send<{ url: string }>('POST', `${PATH}/${id}/start`, body)
    if (!answer?.ok) return
    sessionStorage.setItem(LINKING, '1')
    location.assign(answer.body.url)
  }
  const disconnect = ({ id, providerName: name }: Identity) =>
    askBefore({
      title: say('identityDisconnectTitle', { name }),
      text: say('identityDisconnectText'),
      label: say('identityDisconnect'),
      path: `${PATH}/${id}`,
      done: say('identityDisconnected'),
      after: identities.read,
      home: 'identities',
    })
  const connected = new Set(identities.items.value?.map(({ provider }) => provider))
  const free = identities.items.value && providers.items.value?.filter(({ id }) => !connected.has(id))
  return (
    <Card id="identities" title={say('identities')} text={say('identitiesText')}>
      <Items of={identities} none={say('identitiesNone')}>
        {(identity) => (
          <Row
            key={identity.id}
            title={identity.providerName}
            lines={[
              identity.email ?? undefined,
              !identity.usable && say('identityUnusable'),
              `${say('addedOn', { date: date(identity.createdAt) })} · ${say('lastUsed', { date: ago(identity.lastUsedAt) })}`,
            ]}
            actions={
              <Button about={identity.providerName} onPress={() => disconnect(identity)}>
                {say('identityDisconnect')}
              </Button>
            }
          />
        )}
      </Items>
      <Trouble problem={act.problem ?? providers.problem.value} />
      {free !== undefined && free.length > 0 && (
        <div class="buttons">
          {free.map(({ id, name }) => (
            <Button key={id} busy={act.busy} onPress={() => connect(id)}>
              {say('identityConnect', { name })}
            </Button>
          ))}
        </div>
      )}
    </Card>
  )
}
