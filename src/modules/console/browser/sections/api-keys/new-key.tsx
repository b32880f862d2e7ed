/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { ActDialog } from '../../../../../browser/act.tsx'
import { AreaField, SelectField, TextField, useFields } from '../../../../../browser/fields.tsx'
import type { CreatedApiKey } from '../../../../api-keys/schema.ts'
import { PermissionChecklist } from '../permissions/checklist.tsx'
import { inScope } from '../scope.ts'
import { useOwnPermissions } from './own-permissions.ts'

const DAY_MS = 86_400_000
const LIVES: readonly (readonly [string, string])[] = [
  ['30', 'in 30 days'],
  ['90', 'in 90 days'],
  ['365', 'in a year'],
  ['date', 'on a day'],
  ['', 'never'],
]

interface NewKeyProps {
  orgId: string | null
  serviceAccountId: string | undefined
  onDone: (made: CreatedApiKey) => void
  onClose: () => void
}

export function NewKey({ orgId, serviceAccountId, onDone, onClose }: NewKeyProps) {
  const now = useRef(Date.now())
  const offered = useOwnPermissions(orgId)
  const scopes = useSignal<string[]>([])
  const fields = useFields({ name: '', form: 'opaque', life: '90', date: '', networks: '', perMinute: '' })
  const { name, form, life, date, networks, perMinute } = fields.value
  const expiresAt =
    life === 'date'
      ? date === ''
        ? undefined
        : `${date}T00:00:00.000Z`
      : life === ''
        ? undefined
        : new Date(now.current + Number(life) * DAY_MS).toISOString()
  const allowed = networks.split(/[\s,]+/).filter((word) => word !== '')
  const body = {
    name,
    scopes: scopes.value,
    form,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(allowed.length > 0 && { networks: allowed }),
    ...(perMinute !== '' && { requestsPerMinute: Number(perMinute) }),
    ...(serviceAccountId === undefined ? inScope(orgId) : { serviceAccountId }),
  }
  const days = expiresAt === undefined ? [] : [`--days=${Math.ceil((Date.parse(expiresAt) - now.current) / DAY_MS)}`]
  // The operator has no keys. The command makes those of service accounts, without limits of their own.
  const isOwn = serviceAccountId === undefined && orgId === null
  const isCommand = serviceAccountId !== undefined && allowed.length === 0 && perMinute === ''
  const command = isCommand
    ? [
        ...['api-keys', 'create', `--service-account=${serviceAccountId}`, `--name=${name}`],
        `--scopes=${scopes.value.join(',')}`,
        ...(form === 'signed' ? ['--form=signed'] : []),
        ...days,
      ]
    : undefined
  return (
    <ActDialog<CreatedApiKey>
      title={orgId === null || serviceAccountId !== undefined ? 'New API key' : 'New API key of the organisation'}
      call={{ method: 'POST', path: '/v1/api-keys', body }}
      cli={isOwn ? null : command}
      submit="Create key"
      onDone={onDone}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField
            {...fields.text('name')}
            label="Name"
            hint="What the key is for, so that you know later whether it is still needed."
            required
            maxLength={100}
            problem={problem}
          />
          <PermissionChecklist
            label="Scopes"
            hint="What the key may do. Choose as little as possible. You can give what you have yourself."
            options={offered}
            value={scopes.value}
            onValue={(value) => (scopes.value = value)}
            pointer="/scopes"
            problem={problem}
          />
          <div class="fields">
            <SelectField
              {...fields.text('life')}
              label="It ends"
              options={LIVES}
              pointer="/expiresAt"
              problem={problem}
            />
            {life === 'date' && (
              <TextField {...fields.text('date')} label="Day (UTC)" type="date" required pointer="/none" />
            )}
            <SelectField
              {...fields.text('form')}
              label="Form"
              hint="A signed key can be verified by anybody with our public keys, and always ends."
              options={[
                ['opaque', 'Opaque: this server verifies it'],
                ['signed', 'Signed: a JWT'],
              ]}
              problem={problem}
            />
          </div>
          <AreaField
            {...fields.text('networks')}
            label="Only from these networks (optional)"
            hint="Addresses or CIDR ranges, one a line, such as 198.51.100.0/24."
            rows={2}
            problem={problem}
          />
          <TextField
            {...fields.text('perMinute')}
            label="Requests in a minute (optional)"
            hint="Without a number, the key shares the limit of its owner."
            type="number"
            inputMode="numeric"
            pointer="/requestsPerMinute"
            problem={problem}
          />
        </>
      )}
    </ActDialog>
  )
}
