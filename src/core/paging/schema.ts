/** The schemas that every list uses. */
import { type TSchema, Type } from '@sinclair/typebox'
import { t } from 'elysia'

/** The query parameters of a list. */
export const pageQuery = {
  limit: t.Integer({ minimum: 1, maximum: 100, default: 20 }),
  cursor: t.Optional(t.String({ maxLength: 1024 })),
}

export const pageOf = <Item extends TSchema>(item: Item, title: string) =>
  Type.Object(
    {
      items: Type.Array(item),
      nextCursor: Type.Union([Type.String(), Type.Null()], { description: 'null on the last page.', examples: [null] }),
    },
    { title },
  )
