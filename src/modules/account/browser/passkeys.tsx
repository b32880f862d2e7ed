/** @jsxImportSource preact */
/** The passkeys of the account. */
import { useSignal } from '@preact/signals'
import { call } from '../../../browser/api.ts'
import { hasPasskeys, makePasskey } from '../../../browser/passkey.ts'
import { useAct } from './act.ts'
import { announce } from './announce.ts'
import { list, useList } from './lists.ts'
import { readFactors } from './me.ts'
import { askBefore, Button, Card, Field, Form, focusOn, Items, Row, Trouble } from './parts.tsx'
import { ago, date, say } from './texts.ts'

interface Passkey {
  id: string
  name: string
  backedUp: boolean
  createdAt: string
  lastUsedAt: string | null
  flaggedAt: string | null
}

const PATH = '/v1/me/passkeys'
const passkeys = list<Passkey>(PATH)
const readAgain = () => Promise.all([passkeys.read(), readFactors()])

export function Passkeys() {
  useList(passkeys)
  const act = useAct()
  const add = async () => {
    const answer = await act.run(async () => {
      const made = await makePasskey(`${PATH}/options`, (path) => call('POST', path, {}))
      return made.ok ? call<Passkey>('POST', PATH, made.body) : made
    })
    if (!answer?.ok) return
    await readAgain()
    announce(say('passkeyAdded', { name: answer.body.name }))
  }
  return (
    <Card
      id="passkeys"
      title={say('passkeys')}
      text={say('passkeysText')}
      action={
        hasPasskeys && (
          <Button busy={act.busy} onPress={add}>
            {say('passkeyAdd')}
          </Button>
        )
      }
    >
      {!hasPasskeys && <p class="none">{say('passkeyUnsupported')}</p>}
      <Trouble problem={act.problem} />
      <Items of={passkeys} none={say('passkeysNone')}>
        {(passkey) => <One key={passkey.id} passkey={passkey} />}
      </Items>
    </Card>
  )
}

function One({ passkey: { id, name, backedUp, createdAt, lastUsedAt, flaggedAt } }: { passkey: Passkey }) {
  const renaming = useSignal(false)
  const act = useAct()
  const rename = async ({ name: wanted = '' }: Record<string, string>) => {
    const answer = await act.send<Passkey>('PATCH', `${PATH}/${id}`, { name: wanted })
    if (!answer?.ok) return
    await passkeys.read()
    renaming.value = false
    focusOn('passkeys')
    announce(say('passkeyRenamed', { name: answer.body.name }))
  }
  const remove = () =>
    askBefore({
      title: say('passkeyRemove', { name }),
      text: say('passkeyRemoveText'),
      label: say('remove'),
      path: `${PATH}/${id}`,
      done: say('passkeyRemoved'),
      after: readAgain,
      home: 'passkeys',
    })
  return (
    <Row
      title={name}
      badge={backedUp ? say('passkeySynced') : say('passkeyBound')}
      lines={[
        say('addedOn', { date: date(createdAt) }),
        lastUsedAt === null ? say('neverUsed') : say('lastUsed', { date: ago(lastUsedAt) }),
      ]}
      actions={
        <>
          <Button
            about={name}
            expanded={renaming.value}
            onPress={() => {
              renaming.value = !renaming.value
            }}
          >
            {say('passkeyRename')}
          </Button>
          <Button about={name} onPress={remove}>
            {say('remove')}
          </Button>
        </>
      }
    >
      {flaggedAt !== null && <p class="warning">{say('passkeyFlagged')}</p>}
      {renaming.value && (
        <Form
          act={act}
          onSend={rename}
          submit={say('save')}
          onCancel={() => {
            renaming.value = false
            focusOn('passkeys')
          }}
        >
          <Field label={say('passkeyName')} name="name" defaultValue={name} maxLength={100} required focus />
        </Form>
      )}
    </Row>
  )
}
