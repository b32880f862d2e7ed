/** @jsxImportSource preact */
/** What the person allowed apps (OAuth clients) to do. */
import type { Text } from '../schema.ts'
import { list, useList } from './lists.ts'
import { askBefore, Button, Card, Items, Row } from './parts.tsx'
import { ago, date, say, texts } from './texts.ts'

interface Grant {
  id: string
  client: { name: string; host: string | null }
  /** By resource. */
  scopes: Record<string, string[]>
  createdAt: string
  lastUsedAt: string | null
}

const PATH = '/v1/me/grants'
const grants = list<Grant>(PATH)

/** The scopes of OpenID Connect. Those of a resource have no text but their name. */
const KNOWN: Record<string, Text> = {
  openid: 'scopeOpenid',
  profile: 'scopeProfile',
  email: 'scopeEmail',
  offline_access: 'scopeOffline',
}
const wordsOf = (scope: string): string => {
  const text = Object.hasOwn(KNOWN, scope) ? KNOWN[scope] : undefined
  return text === undefined ? scope : texts[text]
}

export function Apps() {
  useList(grants)
  const end = ({ id, client: { name } }: Grant) =>
    askBefore({
      title: say('appEndTitle', { name }),
      text: say('appEndText'),
      label: say('appEnd'),
      path: `${PATH}/${id}`,
      done: say('appEnded', { name }),
      after: grants.read,
      home: 'apps',
    })
  return (
    <Card id="apps" title={say('apps')} text={say('appsText')}>
      <Items of={grants} none={say('appsNone')}>
        {(grant) => (
          <Row
            key={grant.id}
            title={grant.client.name}
            lines={[
              grant.client.host ?? say('appOnDevice'),
              [
                say('appSince', { date: date(grant.createdAt) }),
                grant.lastUsedAt === null ? say('neverUsed') : say('lastUsed', { date: ago(grant.lastUsedAt) }),
              ].join(' · '),
            ]}
            actions={
              <Button about={grant.client.name} onPress={() => end(grant)}>
                {say('appEnd')}
              </Button>
            }
          >
            <p class="soft">{say('appMay')}</p>
            <ul class="scopes">
              {[...new Set(Object.values(grant.scopes).flat())].map((scope) => (
                <li key={scope}>{wordsOf(scope)}</li>
              ))}
            </ul>
          </Row>
        )}
      </Items>
    </Card>
  )
}
