/** @jsxImportSource preact */
import { SecretOnce } from '../../../../../browser/copy.tsx'
import { Dialog } from '../../../../../browser/dialog.tsx'
import type { CreatedOAuthClient } from '../../../../oauth-clients/schema.ts'
import { itemHref } from '../../item.tsx'
import { AppSettings } from './app-settings.tsx'

/** What the app needs, with its secret this once. */
export const ShowClient = ({ made, onClose }: { made: CreatedOAuthClient; onClose: () => void }) => (
  <Dialog title={`${made.name} is ready`} onClose={onClose}>
    <div class="roomy">
      {made.clientSecret !== undefined && <SecretOnce label="Client secret" value={made.clientSecret} />}
      <AppSettings client={made} />
    </div>
    <div class="buttons">
      <a class="button quiet" href={itemHref(made.clientId)} onClick={onClose}>
        Open the client
      </a>
      <button type="button" class="button" onClick={onClose}>
        {made.clientSecret === undefined ? 'Done' : 'I have saved the secret'}
      </button>
    </div>
  </Dialog>
)
