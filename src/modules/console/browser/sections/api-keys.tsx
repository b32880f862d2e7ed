/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { Heading } from '../../../../browser/heading.tsx'
import { useRights } from '../rights.ts'
import { ApiKeys } from './api-keys/list.tsx'
import { RevokeFound } from './api-keys/revoke-found.tsx'

export default function InstanceApiKeys() {
  const rights = useRights(null)
  const revoking = useSignal(false)
  return (
    <>
      <Heading
        title="API keys"
        lead="A program calls the API with a key. It may do what its owner may do and its scopes name."
      >
        <button type="button" class="button quiet" onClick={() => (revoking.value = true)}>
          Revoke a key that was found
        </button>
      </Heading>
      <ApiKeys orgId={null} rights={rights} />
      {revoking.value && <RevokeFound onClose={() => (revoking.value = false)} />}
    </>
  )
}
