/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import type { Sent } from '../../../../../browser/api.ts'
import { SelectField, TextField, useFields } from '../../../../../browser/fields.tsx'
import type { ListedPermission } from '../../../../permissions/schema.ts'
import type { Policy } from '../../../../policies/schema.ts'
import type { ResourceType } from '../../../../resource-types/schema.ts'
import { useWhole, withQuery } from '../../lists.ts'
import { WithVersion } from '../../with-version.tsx'
import { PermissionChecklist } from '../permissions/checklist.tsx'
import { inScope, type Scoped } from '../scope.ts'
import { ConditionField } from './condition-field.tsx'

interface RuleEditorProps extends Scoped {
  /** Absent: a new one. */
  rule: Policy | undefined
  reload: () => void
  onClose: () => void
}

export const RuleEditor = (props: RuleEditorProps) => (
  <WithVersion<Policy>
    path={props.rule && `/v1/policies/${props.rule.id}`}
    title={`Rule ${props.rule?.name ?? ''}`}
    onClose={props.onClose}
  >
    {(rule, etag) => <RuleForm {...props} rule={rule} etag={etag} />}
  </WithVersion>
)

function RuleForm({ orgId, rights, rule, etag, reload, onClose }: RuleEditorProps & { etag: string | undefined }) {
  const types = useWhole<ResourceType>(
    rights.may('resource-types:read') ? withQuery('/v1/resource-types', { orgId }) : undefined,
  )
  const known = useWhole<ListedPermission>(
    rights.may('permissions:read') ? withQuery('/v1/permissions', { orgId }) : undefined,
  )
  const options = known.items?.filter(({ validIn }) => validIn.includes(orgId === null ? 'instance' : 'organisation'))
  const fields = useFields({
    name: rule?.name ?? '',
    effect: rule?.effect ?? 'deny',
    resourceType: rule?.resourceType ?? '',
    condition: rule?.condition ?? '',
  })
  const chosen = useSignal<string[]>([...(rule?.permissions ?? [])])
  const { name, effect, resourceType, condition } = fields.value
  const terms = { name, effect, permissions: chosen.value, condition }
  const call: Sent =
    rule === undefined
      ? {
          method: 'POST',
          path: '/v1/policies',
          body: { ...terms, ...(resourceType !== '' && { resourceType }), ...inScope(orgId) },
        }
      : {
          method: 'PATCH',
          path: `/v1/policies/${rule.id}`,
          body: { ...terms, resourceType: resourceType === '' ? null : resourceType },
        }
  return (
    <ActDialog
      title={rule === undefined ? 'New rule' : `Rule ${rule.name}`}
      call={call}
      ifMatch={etag}
      submit={rule === undefined ? 'Create rule' : 'Save rule'}
      done="The rule is in force with the next request."
      onDone={reload}
      onStale={reload}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <div class="fields">
            <TextField {...fields.text('name')} label="Name" required maxLength={100} problem={problem} />
            <SelectField
              {...fields.text('effect')}
              label="Effect"
              options={[
                ['deny', 'Deny if the condition is true'],
                ['allow', 'Allow if the condition is true'],
              ]}
              problem={problem}
            />
          </div>
          <PermissionChecklist
            label="Permissions"
            options={options ?? []}
            value={chosen.value}
            onValue={(value) => (chosen.value = value)}
            pointer="/permissions"
            problem={problem}
          />
          <SelectField
            {...fields.text('resourceType')}
            label="About resources of the type"
            options={[['', 'Every type'], ...(types.items ?? []).map((type) => [type.name, type.name] as const)]}
            problem={problem}
          />
          <ConditionField
            {...fields.text('condition')}
            warning={types.items && undeclared(condition, effect, resourceType, types.items)}
            attributes={types.items?.find((type) => type.name === resourceType)?.attributes ?? {}}
            problem={problem}
          />
        </>
      )}
    </ActDialog>
  )
}

/** A rule for every type may read a field that nobody declares. The server takes it: the application may send it all the same. */
function undeclared(
  condition: string,
  effect: string,
  resourceType: string,
  types: readonly ResourceType[],
): string | undefined {
  const meant = types.filter(({ name }) => resourceType === '' || name === resourceType)
  const isDeclared = (field: string) =>
    ['id', 'type', 'orgId'].includes(field) || meant.some(({ attributes }) => Object.hasOwn(attributes, field))
  const code = condition.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""')
  // What `has` asks about may be missing.
  const isGuarded = (field: string) => new RegExp(`has\\(\\s*resource\\.${field}\\s*\\)`).test(code)
  const fields = [...code.matchAll(/(?<![\w.])resource\.([A-Za-z_]\w*)/g)].map(([, field = '']) => field)
  const unknown = [...new Set(fields)]
    .filter((field) => !isDeclared(field) && !isGuarded(field))
    .map((field) => `resource.${field}`)
  if (unknown.length === 0) return undefined
  const it = unknown.length === 1 ? 'it' : 'one of them'
  return `No declared type has ${unknown.join(' or ')}. While ${it} is missing, this rule ${
    effect === 'deny' ? 'denies everybody' : 'allows nobody'
  }.`
}
