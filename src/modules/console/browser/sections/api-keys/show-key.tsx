/** @jsxImportSource preact */
import { SecretOnce } from '../../../../../browser/copy.tsx'
import { Details, When } from '../../../../../browser/detail.tsx'
import { Dialog } from '../../../../../browser/dialog.tsx'
import type { CreatedApiKey } from '../../../../api-keys/schema.ts'

/** The key itself, this once. */
export const ShowKey = ({ made, onClose }: { made: CreatedApiKey; onClose: () => void }) => (
  <Dialog title={`The key ${made.name}`} onClose={onClose}>
    <SecretOnce label="API key" value={made.key} />
    <Details
      items={[
        ['Scopes', <code>{made.scopes.join(', ')}</code>],
        ['Expires', <When at={made.expiresAt} none="never" />],
        ['Use it as', <code>Authorization: Bearer tid_…</code>],
      ]}
    />
    <div class="buttons">
      <button type="button" class="button" onClick={onClose}>
        I have saved it
      </button>
    </div>
  </Dialog>
)
