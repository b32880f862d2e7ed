/** @jsxImportSource preact */
/** Name and username, and the e-mail address. */
import { call } from '../../../browser/api.ts'
import { useAct } from './act.ts'
import { announce } from './announce.ts'
import { Email } from './email.tsx'
import { MailLanguage } from './mail-language.tsx'
import { isAnonymous, type Me, me } from './me.ts'
import { Card, Field, Form } from './parts.tsx'
import { date, say } from './texts.ts'
import { Upgrade } from './upgrade.tsx'

const letters = new Intl.Segmenter()

/** The first letter of the name as people see it: one emoji of several code points is one letter. */
const initialOf = ({ name, email }: Me): string =>
  [...letters.segment((name.trim() || email).toLocaleUpperCase())][0]?.segment ?? '?'

export const Avatar = ({ of }: { of: Me }) => (
  <span class="avatar" aria-hidden="true">
    {initialOf(of)}
  </span>
)

export function Profile({ of }: { of: Me }) {
  return (
    <>
      {isAnonymous(of) && <Upgrade />}
      <NameCard of={of} />
      {!isAnonymous(of) && <Email of={of} />}
      {!isAnonymous(of) && <MailLanguage of={of} />}
    </>
  )
}

function NameCard({ of }: { of: Me }) {
  const act = useAct()
  const save = async ({ name = '', username = '' }: Record<string, string>) => {
    const wanted = username.trim() === '' ? null : username.trim()
    const changed = {
      ...(name !== of.name && { name }),
      ...(wanted !== of.username && { username: wanted }),
    }
    if (Object.keys(changed).length === 0) return announce(say('saved'))
    const answer = await act.run(() => call<Me>('PATCH', '/v1/me', changed))
    if (!answer?.ok) return
    me.value = { ...of, ...answer.body }
    announce(say('saved'))
  }
  return (
    <Card id="profile" title={say('nameAndUsername')}>
      <div class="who">
        <Avatar of={of} />
        <div>
          <p class="row-title">
            <bdi>{of.name || say('noName')}</bdi>
          </p>
          <p class="soft">{say('memberSince', { date: date(of.createdAt) })}</p>
        </div>
      </div>
      {/* Made anew when another window has changed the account. */}
      <Form key={`${of.name}\n${of.username}`} act={act} onSend={save} submit={say('save')}>
        <Field label={say('name')} name="name" defaultValue={of.name} autocomplete="name" maxLength={200} dir="auto" />
        <Field
          label={say('username')}
          hint={say('usernameHint')}
          name="username"
          defaultValue={of.username ?? ''}
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          maxLength={128}
        />
      </Form>
    </Card>
  )
}
