import { Type } from '@sinclair/typebox'

export const Badge = Type.Object(
  {
    id: Type.String({ examples: ['bdg_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
    userId: Type.String({ examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
    title: Type.String({ examples: ['First login'] }),
  },
  { title: 'Badge' },
)

export const Badges = Type.Object({ items: Type.Array(Badge) }, { title: 'Badges' })

export const AwardBadge = Type.Object(
  {
    userId: Type.String({ maxLength: 64, examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
    title: Type.String({ minLength: 1, maxLength: 100, examples: ['First login'] }),
  },
  { additionalProperties: false, title: 'AwardBadge' },
)
