/** @jsxImportSource preact */
/** A question of one's own. It records nothing and changes nothing. */
import { useSignal } from '@preact/signals'
import { useAct } from '../../../../../browser/act.tsx'
import { call } from '../../../../../browser/api.ts'
import { AsCommand } from '../../../../../browser/as-command.tsx'
import { AreaField, readJsonObject, TextField, useFields } from '../../../../../browser/fields.tsx'
import { Failure } from '../../../../../browser/notice.tsx'
import { can, me } from '../../viewer.ts'
import { Answer } from './answer.tsx'
import type { Explanation } from './sentences.ts'

export interface AskedAbout {
  permission?: string | undefined
  type?: string | undefined
  orgId?: string | undefined
}

export function AskWhy({ about = {} }: { about?: AskedAbout }) {
  const act = useAct()
  const answer = useSignal<{ question: string; explanation: Explanation } | undefined>(undefined)
  /** Whose id was found. */
  const resolved = useSignal<{ subject: string; orgId: unknown; id: string } | undefined>(undefined)
  const unknown = useSignal<string | undefined>(undefined)
  const fields = useFields({
    subject: me.value?.email ?? '',
    permission: about.permission ?? '',
    type: about.type ?? '',
    id: '',
    properties: about.orgId === undefined ? '{}' : JSON.stringify({ orgId: about.orgId }),
    context: '{}',
  })
  const { subject, permission, type, id, properties, context } = fields.value
  const read = readJsonObject(properties)
  const around = readJsonObject(context)
  const noun = permission.split(':')[0] ?? ''
  const questionOf = (userId: string) => ({
    method: 'POST' as const,
    path: '/v1/authz/explain',
    body: {
      subject: { type: 'user', id: userId },
      action: { name: permission.trim() },
      resource: {
        type: type.trim() || noun.replace(/s$/, '') || 'resource',
        id: id.trim() || 'any',
        ...('value' in read && Object.keys(read.value).length > 0 && { properties: read.value }),
      },
      ...('value' in around && Object.keys(around.value).length > 0 && { context: around.value }),
    },
  })
  const ask = async (event: Event) => {
    event.preventDefault()
    if ('fault' in read || 'fault' in around) return
    // A question that is refused leaves no answer of the former one.
    answer.value = undefined
    unknown.value = undefined
    const { orgId } = read.value
    const userId = await idOf(subject.trim(), orgId)
    if (userId === undefined) {
      unknown.value = 'No account with this address was found. Enter its id: usr_…'
      return
    }
    resolved.value = { subject, orgId, id: userId }
    const sent = questionOf(userId)
    const explained = await act.run<Explanation>(sent)
    if (!explained?.ok) return
    const thing = [sent.body.resource.type, id.trim()].filter(Boolean).join(' ')
    answer.value = {
      question: `May ${subject.trim()} do ${permission.trim()} with ${thing}?`,
      explanation: explained.body,
    }
  }
  const known = resolved.value
  const isResolved = known?.subject === subject && known.orgId === ('value' in read ? read.value.orgId : undefined)
  const shownId = knownId(subject.trim()) ?? (isResolved ? known.id : 'USER_ID')
  return (
    <div class="ask">
      <form class="card" onSubmit={ask} aria-busy={act.busy}>
        <div class="fields">
          <TextField
            {...fields.text('subject')}
            label="Who"
            hint="The e-mail address or the id of an account."
            required
            fault={unknown.value}
            pointer="/subject"
            problem={act.problem}
          />
          <TextField
            {...fields.text('permission')}
            label="May do"
            hint="A permission, such as invoices:approve."
            required
            pointer="/action"
            problem={act.problem}
          />
          <TextField
            {...fields.text('type')}
            label="With a resource of the type"
            hint="Empty: the noun of the permission."
            pointer="/resource/type"
            problem={act.problem}
          />
          <TextField
            {...fields.text('id')}
            label="With this id (optional)"
            pointer="/resource/id"
            problem={act.problem}
          />
        </div>
        <AreaField
          {...fields.text('properties')}
          label="Attributes of the resource"
          hint="JSON. orgId names the organisation; without it, only the instance counts."
          mono
          rows={3}
          fault={'fault' in read ? read.fault : undefined}
          pointer="/resource/properties"
          problem={act.problem}
        />
        <AreaField
          {...fields.text('context')}
          label="Circumstances"
          hint='JSON, such as {"ip": "198.51.100.7"}. The time is now.'
          mono
          rows={2}
          fault={'fault' in around ? around.fault : undefined}
          pointer="/context"
          problem={act.problem}
        />
        <Failure problem={act.problem} />
        <AsCommand call={questionOf(shownId)} cli={commandOf(fields.value, 'value' in read ? read.value : {})} />
        <div class="buttons">
          <button type="submit" class="button" disabled={act.busy}>
            Explain
          </button>
        </div>
      </form>
      {answer.value && (
        <section class="card" aria-label="Explanation">
          <p>
            <bdi>{answer.value.question}</bdi>
          </p>
          <Answer explanation={answer.value.explanation} />
        </section>
      )}
    </div>
  )
}

/** The command names an organisation by its slug, and takes simple attributes alone. Undefined: it cannot ask this. */
function commandOf(
  { subject, permission, type, id }: Record<'subject' | 'permission' | 'type' | 'id', string>,
  properties: Record<string, unknown>,
): string[] | undefined {
  const given = Object.entries(properties)
  if (given.some(([name, value]) => name === 'orgId' || typeof value === 'object' || /[,=]/.test(String(value)))) return
  return [
    ...['authz', 'explain', `--user=${subject}`, `--permission=${permission}`],
    ...(type === '' ? [] : [`--resource=${id === '' ? type : `${type}:${id}`}`]),
    ...(given.length === 0 ? [] : [`--property=${given.map(([name, value]) => `${name}=${value}`).join(',')}`]),
  ]
}

/** The id that no search is needed for. */
const knownId = (subject: string): string | undefined => {
  if (subject === me.value?.email) return me.value.id
  return subject === '' || subject.includes('@') ? undefined : subject
}

/** The id of an account, by its address if the person may search for it: in the instance, or among the members. */
async function idOf(subject: string, orgId: unknown): Promise<string | undefined> {
  const known = knownId(subject)
  if (known !== undefined) return known
  const query = new URLSearchParams({ q: subject, limit: '5' })
  if (can('users:read')) {
    const found = await call<{ items: { id: string; email: string | null }[] }>('GET', `/v1/users?${query}`)
    return found.ok ? found.body.items.find(({ email }) => isSame(email, subject))?.id : undefined
  }
  if (typeof orgId !== 'string') return undefined
  const found = await call<{ items: { userId: string; email: string }[] }>(
    'GET',
    `/v1/orgs/${encodeURIComponent(orgId)}/members?${query}`,
  )
  return found.ok ? found.body.items.find(({ email }) => isSame(email, subject))?.userId : undefined
}

const isSame = (email: string | null, asked: string): boolean => email?.toLowerCase() === asked.toLowerCase()
