/** @jsxImportSource preact */
/** The keys that sign tokens: their ages, a new one, and the end of one that others may know. */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../browser/act.tsx'
import { AsCommand } from '../../../../browser/as-command.tsx'
import { Badge, type Tone, When } from '../../../../browser/detail.tsx'
import { Heading } from '../../../../browser/heading.tsx'
import { useWhole } from '../lists.ts'
import { RowAct, Rows } from '../rows.tsx'
import { can } from '../viewer.ts'

type Alg = 'EdDSA' | 'RS256' | 'ES256'

interface SigningKey {
  id: string
  alg: Alg
  state: 'signs' | 'next' | 'leaving' | 'api-keys-only' | 'retired' | 'revoked'
  createdAt: string
  activeAt: string
  endsAt: string | null
}

const STATES: Readonly<Record<SigningKey['state'], { title: string; tone: Tone; means: string }>> = {
  signs: { title: 'signs', tone: 'good', means: 'New tokens are signed with it.' },
  next: { title: 'next', tone: 'brand', means: 'It is published, and signs as soon as every verifier has read it.' },
  leaving: { title: 'leaving', tone: 'plain', means: 'Another key signs. Tokens of this one are still valid.' },
  'api-keys-only': { title: 'API keys only', tone: 'plain', means: 'It verifies signed API keys, and nothing else.' },
  retired: { title: 'retired', tone: 'plain', means: 'It verifies nothing any more.' },
  revoked: { title: 'revoked', tone: 'bad', means: 'It was ended, because others may have known it.' },
}

/** After a year a key is changed for good measure. */
const OLD_MS = 365 * 86_400_000

export default function SigningKeysPage() {
  const keys = useWhole<SigningKey>('/v1/signing-keys')
  const open = useSignal<{ rotate: Alg } | { revoke: SigningKey } | undefined>(undefined)
  const close = () => {
    open.value = undefined
  }
  const algs = [...new Set((keys.items ?? []).map(({ alg }) => alg))]
  const isEnded = ({ state }: SigningKey) => state === 'retired' || state === 'revoked'
  const act = open.value
  return (
    <>
      <Heading
        title="Signing keys"
        lead="They sign access tokens, ID tokens and signed API keys. Their public halves are in /.well-known/jwks.json."
      >
        {can('signing-keys:write') &&
          algs.map((alg) => (
            <button
              key={alg}
              type="button"
              class="button quiet"
              onClick={() => {
                open.value = { rotate: alg }
              }}
            >
              Rotate {alg}
            </button>
          ))}
      </Heading>
      <Rows
        label="Signing keys"
        of={keys}
        columns={['Key', 'Algorithm', 'State', 'Created', 'Signs from', 'Verifies until']}
        rowKey={({ id }) => id}
        empty="There is no key yet. The first one is made with the first token."
        cells={(key) => [
          <code key="id">{key.id}</code>,
          key.alg,
          <span key="state" title={STATES[key.state].means}>
            <Badge tone={STATES[key.state].tone}>{STATES[key.state].title}</Badge>{' '}
            {key.state === 'signs' && Date.now() - Date.parse(key.createdAt) > OLD_MS && <Badge tone="bad">old</Badge>}
          </span>,
          <When key="made" at={key.createdAt} />,
          <When key="active" at={key.activeAt} />,
          <When key="ends" at={key.endsAt} none="open" />,
        ]}
        {...(can('signing-keys:write') && {
          acts: (key: SigningKey) =>
            isEnded(key) ? null : (
              <RowAct
                name={key.id}
                tone="bad"
                onPress={() => {
                  open.value = { revoke: key }
                }}
              >
                Revoke
              </RowAct>
            ),
        })}
      />
      <p class="soft">
        There is no rotation by itself: rotate when your policy asks for it, and revoke only what others may know. A
        rotation ends no session.
      </p>
      <AsCommand call={{ method: 'GET', path: '/v1/signing-keys' }} cli={['signing-keys', 'list']} />
      {act && 'rotate' in act && (
        <ActDialog
          title={`Rotate the ${act.rotate} key?`}
          call={{ method: 'POST', path: '/v1/signing-keys/rotate', body: { alg: act.rotate } }}
          cli={['signing-keys', 'rotate', '--alg', act.rotate]}
          submit="Publish a new key"
          done="A new key is published. It signs in ten minutes."
          onDone={() => keys.reload()}
          onClose={close}
        >
          <p>
            A new key is published now and signs in ten minutes, when every verifier has read it. The present key stays
            until its last token has expired. No session ends.
          </p>
        </ActDialog>
      )}
      {act && 'revoke' in act && (
        <ActDialog
          title="Revoke this key?"
          call={{ method: 'POST', path: `/v1/signing-keys/${act.revoke.id}/revoke` }}
          cli={['signing-keys', 'revoke', act.revoke.id, '--compromised']}
          submit="Revoke the key"
          tone="bad"
          typed={act.revoke.id.slice(-8)}
          done="The key is revoked, and another one signs."
          onDone={() => keys.reload()}
          onStale={() => keys.reload()}
          onClose={close}
        >
          <p>
            This is for <code>{act.revoke.id}</code> if its private half may be known to others. Every token of it is
            refused at once, and another key signs.
          </p>
          <ul>
            <li>Apps refresh their access tokens. No session ends.</li>
            <li>Signed API keys of this key are refused for good: issue them anew.</li>
            <li>APIs that verify tokens by themselves accept its tokens for five minutes at most.</li>
          </ul>
          <p>To change a key that is still secret, rotate it.</p>
        </ActDialog>
      )}
    </>
  )
}
