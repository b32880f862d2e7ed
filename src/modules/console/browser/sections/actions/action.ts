import type { Action } from '../../../../actions/schema.ts'

export type { Action } from '../../../../actions/schema.ts'

export const TRIGGERS: Readonly<Record<Action['trigger'], string>> = {
  sign_up: 'Before a sign-up',
  token_issue: 'Before a token',
}
