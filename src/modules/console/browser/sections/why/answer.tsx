/** @jsxImportSource preact */
import { Badge } from '../../../../../browser/detail.tsx'
import { changeOf, deciderOf, type Explanation } from './sentences.ts'

/** An explanation: the decision, what decided, what that read, and what would change it. */
export function Answer({ explanation }: { explanation: Explanation }) {
  const { decision, decidedBy, facts, change } = explanation
  return (
    <div class="answer" role="status">
      <p class="verdict">
        <Badge tone={decision ? 'good' : 'bad'}>{decision ? 'Allowed' : 'Denied'}</Badge>{' '}
        <span>{deciderOf(explanation)}</span>
      </p>
      {decidedBy.kind === 'requirement' && decidedBy.code !== undefined && (
        <p>
          <a href={`/docs/errors#${decidedBy.code}`}>What {decidedBy.code} means</a>
        </p>
      )}
      {decidedBy.kind === 'policy' && decidedBy.id !== undefined && (
        <p class="soft">
          Rule <code>{decidedBy.id}</code>
        </p>
      )}
      {facts.length > 0 && (
        <table class="plain" aria-label="What was read">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {facts.map((fact) => (
              <tr key={fact.path}>
                <td>
                  <code>{fact.path}</code>
                </td>
                <td>
                  {'value' in fact ? <code>{JSON.stringify(fact.value)}</code> : <Badge tone="bad">missing</Badge>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {!decision && (
        <p class="change">
          <strong>The smallest change. </strong>
          {change === null ? 'No single change is known that would allow it.' : changeOf(change)}
          {change?.orgId && (
            <>
              {' '}
              <a href={`/console/orgs/${change.orgId}`}>Open the organisation</a>
            </>
          )}
        </p>
      )}
    </div>
  )
}
