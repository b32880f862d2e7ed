/** @jsxImportSource preact */
/** Export of everything, and the end of the account. */
import { signal, useSignal } from '@preact/signals'
import { Dialog } from '../../../browser/dialog.tsx'
import { useAct } from './act.ts'
import { announce } from './announce.ts'
import { saveFile } from './files.ts'
import { isAnonymous, type Me } from './me.ts'
import { Button, Card, Field, Form, Trouble } from './parts.tsx'
import { say } from './texts.ts'

/** Whether the account was deleted here. */
export const deleted = signal(false)

export const Data = ({ of }: { of: Me }) => (
  <>
    <Export />
    <Delete of={of} />
  </>
)

function Export() {
  const act = useAct()
  const save = async () => {
    const answer = await act.send('GET', '/v1/me/export')
    if (!answer?.ok) return
    saveFile('account.json', 'application/json', `${JSON.stringify(answer.body, null, 2)}\n`)
    announce(say('exported'))
  }
  return (
    <Card
      id="export"
      title={say('export')}
      text={say('exportText')}
      action={
        <Button busy={act.busy} onPress={save}>
          {say('exportDo')}
        </Button>
      }
    >
      <Trouble problem={act.problem} />
    </Card>
  )
}

function Delete({ of }: { of: Me }) {
  const asking = useSignal(false)
  const mismatch = useSignal(false)
  const act = useAct()
  // The address of an anonymous account is not one that its owner knows.
  const wanted = isAnonymous(of) ? say('deleteWord') : of.email
  const close = () => {
    asking.value = false
    mismatch.value = false
    act.forget()
  }
  const confirm = async ({ typed = '' }: Record<string, string>) => {
    mismatch.value = typed.trim().toLowerCase() !== wanted.toLowerCase()
    if (mismatch.value) return
    const answer = await act.send('DELETE', '/v1/me')
    if (answer?.ok) deleted.value = true
  }
  return (
    <Card
      id="delete"
      title={say('delete')}
      text={say('deleteText')}
      action={
        <Button
          tone="bad"
          onPress={() => {
            asking.value = true
          }}
        >
          {say('deleteDo')}
        </Button>
      }
    >
      <p>{say('deleteWhat')}</p>
      {asking.value && (
        <Dialog title={say('deleteTitle')} onClose={close}>
          <p class="warning">{say('deleteWhat')}</p>
          <Form act={act} onSend={confirm} onCancel={close} submit={say('deleteDo')} tone="bad">
            <Field
              label={say('deleteType', { text: wanted })}
              name="typed"
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              required
            />
            <div role="alert">{mismatch.value && <p>{say('deleteMismatch')}</p>}</div>
          </Form>
        </Dialog>
      )}
    </Card>
  )
}
