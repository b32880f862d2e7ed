import type { Tone } from '../../../../../browser/detail.tsx'
import type { SentNotification } from '../../../../notifications/schema.ts'

export type { SentNotification } from '../../../../notifications/schema.ts'
export type Target = SentNotification['to'][number]

export const STATE_TONES: Readonly<Record<SentNotification['state'], Tone>> = {
  sending: 'brand',
  sent: 'good',
  stopped: 'bad',
  retracted: 'plain',
}

/** Whether the target is a single person. */
export const personOf = (target: Target): string | undefined => ('userId' in target ? target.userId : undefined)

/** Whom a target reaches, on a page of this organisation (null: of the instance). `person`: how the page names the one person. */
export function inWords(target: Target, orgId: string | null, person: string | undefined): string {
  if (person !== undefined) return person
  const role = 'role' in target ? target.role : undefined
  const org = 'orgId' in target ? target.orgId : undefined
  const place = org === undefined || org === orgId ? '' : ` of ${org}`
  if (org === undefined) return `Everybody with the role ${role}`
  return role === undefined ? `All members${place}` : `Members${place} with the role ${role}`
}
