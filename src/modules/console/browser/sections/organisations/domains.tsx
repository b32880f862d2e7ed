/** @jsxImportSource preact */
/** Domains that the organisation has proved, and the DNS record that proves one. */
import { useSignal } from '@preact/signals'
import type { Static } from '@sinclair/typebox'
import { ActDialog, useAct } from '../../../../../browser/act.tsx'
import { AsCommand } from '../../../../../browser/as-command.tsx'
import { Badge, Code, Details, When } from '../../../../../browser/detail.tsx'
import { CheckField, TextField, useFields } from '../../../../../browser/fields.tsx'
import { Failure } from '../../../../../browser/notice.tsx'
import { toast } from '../../../../../browser/toast.tsx'
import type { Domain as DomainSchema } from '../../../../domains/schema.ts'
import { useWhole } from '../../lists.ts'
import { Loading } from '../../rows.tsx'
import type { OrgTabProps } from './organisation.tsx'

type Domain = Static<typeof DomainSchema>

export function Domains({ orgId, rights }: OrgTabProps) {
  const path = `/v1/orgs/${orgId}/domains`
  const domains = useWhole<Domain>(path)
  const adding = useSignal(false)
  return (
    <>
      <div class="toolbar">
        <p class="lead">A proved domain lets its people join by themselves, and names the audience of an API.</p>
        {rights.may('domains:write') && (
          <button type="button" class="button" onClick={() => (adding.value = true)}>
            Add domain
          </button>
        )}
      </div>
      <Failure problem={domains.problem} />
      {domains.loading && <Loading />}
      {domains.items?.length === 0 && <p class="empty card">No domain yet.</p>}
      {domains.items?.map((domain) => (
        <DomainCard
          key={domain.id}
          domain={domain}
          path={`${path}/${domain.id}`}
          mayWrite={rights.may('domains:write')}
          reload={domains.reload}
        />
      ))}
      {adding.value && <AddDomain path={path} onDone={domains.reload} onClose={() => (adding.value = false)} />}
    </>
  )
}

interface DomainCardProps {
  domain: Domain
  /** Of this domain. */
  path: string
  mayWrite: boolean
  reload: () => void
}

function DomainCard({ domain, path, mayWrite, reload }: DomainCardProps) {
  const verify = useAct()
  const open = useSignal<'join' | 'remove' | undefined>(undefined)
  const { record } = domain
  const check = async () => {
    const answer = await verify.run({ method: 'POST', path: `${path}/verify` })
    if (answer === undefined) return
    if (answer.ok) toast(`${domain.domain} is proved.`)
    reload()
  }
  return (
    <section class="card domain" aria-label={domain.domain}>
      <div class="card-head">
        <h2>
          <bdi>{domain.domain}</bdi>
        </h2>
        <Badge tone={domain.status === 'verified' ? 'good' : 'plain'}>
          {domain.status === 'verified' ? 'proved' : 'waits for its record'}
        </Badge>
        {domain.autoJoin && <Badge tone="brand">people join by themselves</Badge>}
      </div>
      {domain.status === 'pending' && (
        <p>Add this record where the DNS of the domain is managed, then check it. Leave it there afterwards.</p>
      )}
      <Details
        items={[
          ['Type', record.type],
          ['Name', <Code text={record.name} />],
          ['Value', <Code text={record.value} />],
          ['Last check', <When at={domain.checkedAt} none="not yet" />],
        ]}
      />
      <Failure problem={verify.problem} />
      {mayWrite && (
        <>
          <div class="actions">
            <button type="button" class="button small" disabled={verify.busy} onClick={() => void check()}>
              {domain.status === 'verified' ? 'Check again' : 'Check the record'}
            </button>
            <button type="button" class="button quiet small" onClick={() => (open.value = 'join')}>
              {domain.autoJoin ? 'Stop joining' : 'Let people join'}
            </button>
            <button type="button" class="button quiet small" data-tone="bad" onClick={() => (open.value = 'remove')}>
              Remove
            </button>
          </div>
          <AsCommand call={{ method: 'POST', path: `${path}/verify` }} />
        </>
      )}
      {open.value === 'join' && (
        <ActDialog
          title={domain.autoJoin ? 'Stop joining by this domain?' : 'Let people join by this domain?'}
          call={{ method: 'PATCH', path, body: { autoJoin: !domain.autoJoin } }}
          submit={domain.autoJoin ? 'Stop joining' : 'Let people join'}
          done={domain.autoJoin ? 'Nobody joins by this domain any more.' : 'People of this domain join by themselves.'}
          onDone={reload}
          onStale={reload}
          onClose={() => (open.value = undefined)}
        >
          <p>
            {domain.autoJoin
              ? 'Members stay. New people need an invitation.'
              : `Whoever has a verified address at ${domain.domain} becomes a member with the next sign-in.`}
          </p>
        </ActDialog>
      )}
      {open.value === 'remove' && (
        <ActDialog
          title={`Remove ${domain.domain}?`}
          call={{ method: 'DELETE', path }}
          submit="Remove domain"
          tone="bad"
          done="The domain is removed."
          onDone={reload}
          onStale={reload}
          onClose={() => (open.value = undefined)}
        >
          <p>Members stay. Another organisation can prove the domain from now on.</p>
        </ActDialog>
      )}
    </section>
  )
}

function AddDomain({ path, onDone, onClose }: { path: string; onDone: () => void; onClose: () => void }) {
  const fields = useFields({ domain: '', autoJoin: false })
  const { domain, autoJoin } = fields.value
  return (
    <ActDialog
      title="Add a domain"
      call={{ method: 'POST', path, body: { domain: domain.trim(), autoJoin } }}
      submit="Add domain"
      done="The domain is added. Its record comes next."
      onDone={onDone}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField
            {...fields.text('domain')}
            label="Domain"
            hint="Such as acme.example. A subdomain is a domain of its own."
            required
            problem={problem}
          />
          <CheckField {...fields.check('autoJoin')} label="People with an address there join by themselves" />
        </>
      )}
    </ActDialog>
  )
}
