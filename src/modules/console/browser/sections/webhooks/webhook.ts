import type { Tone } from '../../../../../browser/detail.tsx'
import type { Delivery } from '../../../../webhooks/delivery-schema.ts'
import type { Webhook } from '../../../../webhooks/schema.ts'

export type { Delivery, DeliveryDetail } from '../../../../webhooks/delivery-schema.ts'
export type { Webhook } from '../../../../webhooks/schema.ts'

export const webhookPath = (id: string): string => `/v1/webhooks/${encodeURIComponent(id)}`

/** What a webhook does at the moment. */
export function stateOf({ status, disabledReason, failures, resumesAt }: Webhook): { text: string; tone: Tone } {
  if (status === 'disabled')
    return {
      text:
        disabledReason === 'failing'
          ? 'disabled: it failed'
          : disabledReason === 'gone'
            ? 'disabled: gone'
            : 'disabled',
      tone: 'bad',
    }
  if (resumesAt !== null) return { text: 'waits', tone: 'bad' }
  return failures > 0 ? { text: 'fails', tone: 'bad' } : { text: 'active', tone: 'good' }
}

export const DELIVERY_TONES: Readonly<Record<Delivery['state'], Tone>> = {
  pending: 'plain',
  delivered: 'good',
  failed: 'bad',
}
