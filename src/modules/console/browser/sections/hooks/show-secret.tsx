/** @jsxImportSource preact */
import { SecretOnce } from '../../../../../browser/copy.tsx'
import { Details } from '../../../../../browser/detail.tsx'
import { Dialog } from '../../../../../browser/dialog.tsx'
import type { MadeHook } from './hook.ts'

/** The secret of a webhook or an action, this once. */
export const ShowSecret = ({ url, secret, onClose }: MadeHook & { onClose: () => void }) => (
  <Dialog title="The signing secret" onClose={onClose}>
    {secret === undefined ? (
      <p>The secret was shown before, so it is not shown again. Replace it if nobody has it.</p>
    ) : (
      <SecretOnce label="Signing secret" value={secret} />
    )}
    <Details
      items={[
        ['Verifies requests to', <code>{url}</code>],
        ['Header', <code>webhook-signature</code>],
      ]}
    />
    <div class="buttons">
      <button type="button" class="button" onClick={onClose}>
        I have saved it
      </button>
    </div>
  </Dialog>
)
