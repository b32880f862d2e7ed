/** @jsxImportSource preact */
/** The log as a file. The browser downloads it from the API, so it may be of any length. */
import { useSignal } from '@preact/signals'
import { AsCommand } from '../../../../../browser/as-command.tsx'
import { Dialog } from '../../../../../browser/dialog.tsx'
import { FilterSelect } from '../../../../../browser/search-box.tsx'
import { withQuery } from '../../lists.ts'

const FORMATS = [
  ['ndjson', 'JSON Lines'],
  ['csv', 'CSV'],
] as const

export function ExportDialog({ query, onClose }: { query: Record<string, string>; onClose: () => void }) {
  const format = useSignal('ndjson')
  const path = withQuery('/v1/audit-events/export', { ...query, format: format.value })
  const isFiltered = Object.keys(query).length > 0
  return (
    <Dialog title="Export the audit log" onClose={onClose}>
      <p>
        {isFiltered ? 'The events that match the filters' : 'All events'}, newest first. The export is an event of the
        log itself.
      </p>
      <FilterSelect
        label="Format"
        value={format.value}
        options={FORMATS}
        onValue={(value) => {
          format.value = value
        }}
      />
      <AsCommand call={{ method: 'GET', path }} />
      <div class="buttons">
        <button type="button" class="button quiet" onClick={onClose}>
          Close
        </button>
        <a class="button" href={path} download={`audit-events.${format.value}`}>
          Download
        </a>
      </div>
    </Dialog>
  )
}
