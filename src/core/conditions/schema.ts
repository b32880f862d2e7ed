import { t } from 'elysia'

/** The header of a change that a newer version refuses. `noun`: what it changes. */
export const ifMatch = (noun: string) => ({
  'if-match': t.Optional(
    t.String({
      maxLength: 512,
      description: `The ETag of your last read. The change is refused if the ${noun} was changed after it.`,
    }),
  ),
})
