/** @jsxImportSource preact */
import { ReadDialog } from '../../../../../browser/dialog.tsx'
import type { Policy } from '../../../../policies/schema.ts'
import { AskWhy } from '../why/ask.tsx'

/** A question that the rule is about, with what is in force now. */
export const TestRule = ({ rule, onClose }: { rule: Policy; onClose: () => void }) => (
  <ReadDialog title={`Test ${rule.name}`} onClose={onClose}>
    <p class="soft roomy">
      <code class="condition">{rule.condition}</code>
    </p>
    <AskWhy about={{ permission: rule.permissions[0], type: rule.resourceType, orgId: rule.orgId }} />
  </ReadDialog>
)
