/** @jsxImportSource preact */
import { ActDialog } from '../../../../../browser/act.tsx'
import { SelectField, TextField, useFields } from '../../../../../browser/fields.tsx'

interface ReplayRangeProps {
  path: string
  onDone: () => void
  onStale: () => void
  onClose: () => void
}

/** A field of a local time gives no zone: the person reads and writes their own. */
const isoOf = (local: string): string | undefined => {
  const at = Date.parse(local)
  return local === '' || Number.isNaN(at) ? undefined : new Date(at).toISOString()
}

export function ReplayRange({ path, onDone, onStale, onClose }: ReplayRangeProps) {
  const fields = useFields({ since: '', until: '', only: 'failed' })
  const since = isoOf(fields.value.since)
  const until = isoOf(fields.value.until)
  const body = { ...(since && { since }), ...(until && { until }), only: fields.value.only }
  return (
    <ActDialog
      title="Send the deliveries of a time again"
      call={{ method: 'POST', path: `${path}/replay`, body }}
      submit="Send again"
      done="They are sent again, one after the other."
      onDone={onDone}
      onStale={onStale}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>Each has the same webhook-id as before. They are sent in their order, after all that waits.</p>
          <SelectField
            {...fields.text('only')}
            label="Which"
            options={[
              ['failed', 'Those that failed'],
              ['all', 'All that have ended'],
              ['missed', 'Events that were never sent'],
            ]}
            problem={problem}
          />
          <div class="fields">
            <TextField {...fields.text('since')} label="From" type="datetime-local" required problem={problem} />
            <TextField {...fields.text('until')} label="Until (optional)" type="datetime-local" problem={problem} />
          </div>
        </>
      )}
    </ActDialog>
  )
}
